// Tells that something in a directory has changed: an entry was made, written, renamed, removed.
// What editors do to save a file (writing it, or putting another one in its place) shows here
// alike.
//
// Loop thread. Keeps the loop running. Not recursive. When the directory itself is removed
// nothing more is told, even if another one of its name appears: watch the directory above as well.
#pragma once

#include <uv.h>

#include <string>
#include <string_view>

#include <isolane/result.h>

#include "runtime/loop/handle.h"

namespace isolane::loop {

class DirectoryWatch {
 public:
  // `name` is that of the entry, without a path; empty if it is not known. The watch may be let go
  // of, and others made.
  using Callback = void (*)(void* context, std::string_view name);

  // `context` outlives the handle. Fails with the system's reason: there is no such directory, too
  // many watches.
  static Result<Handle<DirectoryWatch>> Create(uv_loop_t* loop, const std::string& directory,
                                               Callback callback, void* context);
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  uv_handle_t* uv_handle() { return reinterpret_cast<uv_handle_t*>(&event_); }

 private:
  friend struct CloseAndDelete<DirectoryWatch>;
  DirectoryWatch(Callback callback, void* context) : callback_(callback), context_(context) {}
  ~DirectoryWatch() = default;

  uv_fs_event_t event_;
  Callback callback_;
  void* context_;
};

}  // namespace isolane::loop
