#include "runtime/files/open_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>

namespace isolane::files {
namespace {

// FNV-1a. Names a version of a file among its own earlier ones; nothing secret.
uint64_t Hash(std::string_view bytes, uint64_t hash) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

constexpr uint64_t kSeed = 0xcbf29ce484222325;

}  // namespace

std::shared_ptr<OpenFile> OpenFile::Open(const std::string& path) {
  // Not blocking: a named pipe must not hold the loop until somebody writes to it.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return nullptr;
  std::shared_ptr<OpenFile> file(new OpenFile());
  file->fd_ = fd;
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return nullptr;
  file->size_ = static_cast<uint64_t>(info.st_size);
  file->path_hash_ = Hash(path, kSeed);
  const uint64_t facts[] = {static_cast<uint64_t>(info.st_mtim.tv_sec),
                            static_cast<uint64_t>(info.st_mtim.tv_nsec), file->size_,
                            static_cast<uint64_t>(info.st_ino), static_cast<uint64_t>(info.st_dev)};
  file->state_hash_ =
      Hash({reinterpret_cast<const char*>(facts), sizeof facts}, file->path_hash_ ^ kSeed);
  return file;
}

OpenFile::~OpenFile() { close(fd_); }

std::string OpenFile::Fingerprint() const {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(path_hash_),
                static_cast<unsigned long long>(state_hash_));
  return text;
}

ssize_t OpenFile::Read(char* to, size_t room, uint64_t offset) const {
  ssize_t got;
  do {
    got = pread(fd_, to, room, static_cast<off_t>(offset));
  } while (got < 0 && errno == EINTR);
  return got;
}

ssize_t OpenFile::ReadCached(char* to, size_t room, uint64_t offset) const {
  const iovec target{to, room};
  return preadv2(fd_, &target, 1, static_cast<off_t>(offset), RWF_NOWAIT);
}

}  // namespace isolane::files
