// A file that is open for reading, with what the system knew of it at that moment.
//
// Thread: any, one at a time. Shared by a response and the thread that reads for it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace isolane::files {

class OpenFile {
 public:
  // Null if `path` is no regular file or cannot be read. Follows symbolic links.
  static std::shared_ptr<OpenFile> Open(const std::string& path);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  uint64_t size() const { return size_; }
  // Differs whenever the file at this path is another one or was written: 32 hexadecimal digits.
  std::string Fingerprint() const;

  // Up to `room` bytes at `offset`: how many, 0 at the end, or -1 (errno).
  ssize_t Read(char* to, size_t room, uint64_t offset) const;
  // The same from memory only: -1 if that would mean to wait for the disk, or cannot be known.
  ssize_t ReadCached(char* to, size_t room, uint64_t offset) const;

 private:
  OpenFile() = default;

  int fd_ = -1;
  uint64_t size_ = 0;
  uint64_t path_hash_ = 0;
  uint64_t state_hash_ = 0;
};

}  // namespace isolane::files
