#include "runtime/worker/mail_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace isolane::worker {

namespace {

Error NotKept(const std::string& path, int error) {
  return {"The message could not be kept in " + path + ": " + std::strerror(error),
          "Free some space there, or set TMPDIR to a directory that can be written to.",
          {},
          {}};
}

}  // namespace

MailFolder::~MailFolder() {
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

Status MailFolder::Make() {
  std::error_code none;
  std::filesystem::path parent = std::filesystem::temp_directory_path(none);
  if (none) parent = "/tmp";
  std::string directory = (parent / "isolane-email-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return NotKept(parent.string(), errno);
  directory_ = std::move(directory);
  return Ok{};
}

Result<std::string> MailFolder::Write(std::string_view name, std::span<const uint8_t> bytes) {
  // Somebody may clean up TMPDIR while this runs.
  if (directory_.empty() || access(directory_.c_str(), F_OK) != 0) ISOLANE_TRY(Make());
  std::string path = directory_ + "/" + std::string(name);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return NotKept(path, errno);
  int error = 0;
  while (error == 0 && !bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0) return path;
  unlink(path.c_str());
  return NotKept(path, error);
}

}  // namespace isolane::worker
