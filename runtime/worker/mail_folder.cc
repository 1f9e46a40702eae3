#include "runtime/worker/mail_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
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

Result<std::string> MailFolder::Write(std::string_view name, std::span<const uint8_t> bytes) {
  if (directory_.empty()) {
    std::error_code none;
    std::filesystem::path parent = std::filesystem::temp_directory_path(none);
    if (none) parent = "/tmp";
    std::string directory = (parent / "isolane-email-XXXXXX").string();
    if (mkdtemp(directory.data()) == nullptr) return NotKept(parent.string(), errno);
    directory_ = std::move(directory);
  }
  std::string path = directory_ + "/" + std::string(name);
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return NotKept(path, errno);
  return path;
}

}  // namespace isolane::worker
