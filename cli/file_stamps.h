// What files were like when they were read, so that it can be told whether they have changed since.
//
// Thread: any. Blocking: asks the file system, reads nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "runtime/config/file_recorder.h"

namespace isolane::cli {

class FileStamps {
 public:
  // Takes a stamp of each path now; one that does not exist is noted as such. What was read was
  // read since `began` (config::FileTime). The stamps before are forgotten.
  void Take(const config::FileUses& uses, int64_t began);

  // A file is not any more what it was when it was read, or may not be: it was changed while it was
  // being read.
  bool Changed() const;

  const config::FileUses& uses() const { return uses_; }

 private:
  struct Stamp {
    bool exists = false;
    bool directory = false;
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t size = 0;
    int64_t modified_ns = 0;
    int64_t changed_ns = 0;

    bool operator==(const Stamp&) const = default;
  };

  static Stamp Of(const std::string& path);
  static Stamp PresenceOf(const std::string& path);

  config::FileUses uses_;
  std::map<std::string, Stamp> read_;
  std::map<std::string, Stamp> sought_;
  bool changed_while_read_ = false;
};

}  // namespace isolane::cli
