// Where mail that Workers send is kept: nothing of it is ever delivered.
//
// A directory of temporary files, made when the first one is written and removed with the object.
// Loop thread. Owned by the Dispatcher.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <isolane/result.h>

namespace isolane::worker {

class MailFolder {
 public:
  MailFolder() = default;
  ~MailFolder();
  MailFolder(const MailFolder&) = delete;
  MailFolder& operator=(const MailFolder&) = delete;

  // Writes a file and gives its path. `name` is a plain file name. Blocks for as long as the kernel
  // takes to copy the bytes: nothing is flushed to a disk.
  Result<std::string> Write(std::string_view name, std::span<const uint8_t> bytes);

 private:
  Status Make();

  std::string directory_;  // empty: not made yet
};

}  // namespace isolane::worker
