#include "runtime/config/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>

#include "runtime/config/file_recorder.h"

namespace isolane::config {

PathKind KindOf(const std::string& path) {
  FileRecorder::NoteSought(path);
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return PathKind::kMissing;
  return S_ISDIR(info.st_mode) ? PathKind::kDirectory : PathKind::kFile;
}

Result<std::string> ReadFile(const std::string& path) {
  FileRecorder::NoteRead(path);
  const auto failure = [&path] {
    return Error{.message = "Cannot read " + path + ": " + std::strerror(errno),
                 .hint = {},
                 .where = {},
                 .excerpt = {}};
  };
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failure();
  std::string content;
  char buffer[64 * 1024];
  ssize_t got;
  while ((got = read(file, buffer, sizeof buffer)) > 0) content.append(buffer, got);
  if (got < 0) {
    Error error = failure();
    close(file);
    return error;
  }
  close(file);
  return content;
}

int64_t FileTime() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME_COARSE, &time);
  return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec;
}

std::string CurrentDirectory() {
  char path[PATH_MAX];
  return getcwd(path, sizeof path) != nullptr ? path : "/";
}

std::string FindUpwards(const std::string& directory, const std::string& name) {
  for (std::string here = directory;; here = DirectoryOf(here)) {
    std::string path = AbsolutePath(here, name);
    if (KindOf(path) == PathKind::kFile) return path;
    if (here == "/" || here == ".") return {};
  }
}

std::string AbsolutePath(const std::string& base, const std::string& path) {
  std::string text = (std::filesystem::path(base) / path).lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

std::string RelativePath(const std::string& base, const std::string& path) {
  const std::string relative = std::filesystem::path(path).lexically_relative(base).string();
  return relative.empty() ? path : relative;
}

std::string ShownPath(const std::string& base, const std::string& path) {
  std::string shown = RelativePath(base, path);
  return shown.starts_with("../../..") ? path : shown;
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace isolane::config
