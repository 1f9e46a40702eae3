#include "cli/file_stamps.h"

#include <sys/stat.h>

namespace isolane::cli {

namespace {

constexpr int64_t kSecond = 1'000'000'000;

int64_t InNanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

}  // namespace

FileStamps::Stamp FileStamps::Of(const std::string& path) {
  Stamp stamp;
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return stamp;
  stamp.exists = true;
  stamp.directory = S_ISDIR(status.st_mode);
  stamp.device = status.st_dev;
  stamp.inode = status.st_ino;
  // What happens in a directory changes it, and only that it is there was of interest.
  if (stamp.directory) return stamp;
  stamp.size = status.st_size;
  stamp.modified_ns = InNanoseconds(status.st_mtim);
  stamp.changed_ns = InNanoseconds(status.st_ctim);
  return stamp;
}

FileStamps::Stamp FileStamps::PresenceOf(const std::string& path) {
  const Stamp all = Of(path);
  Stamp stamp;
  stamp.exists = all.exists;
  stamp.directory = all.directory;
  return stamp;
}

void FileStamps::Take(const config::FileUses& uses, int64_t began) {
  uses_ = uses;
  read_.clear();
  sought_.clear();
  changed_while_read_ = false;
  for (const std::string& path : uses.read) {
    const Stamp stamp = Of(path);
    if (stamp.changed_ns >= began) changed_while_read_ = true;
    read_.emplace(path, stamp);
  }
  for (const std::string& path : uses.sought) sought_.emplace(path, PresenceOf(path));
}

bool FileStamps::Changed() const {
  if (changed_while_read_) return true;
  for (const auto& [path, stamp] : read_) {
    if (Of(path) != stamp) return true;
  }
  for (const auto& [path, stamp] : sought_) {
    if (PresenceOf(path) != stamp) return true;
  }
  return false;
}

}  // namespace isolane::cli
