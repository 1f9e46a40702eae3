// Tells that files may have changed: any of a set of paths, which need not exist yet, and anything
// below a set of directories.
//
// It watches the directories that the paths lie in, those that their symbolic links lead to, and
// the one above each, so that it notices files that are replaced by a rename, directories that are
// removed and made again, and links that are changed. It tells too much rather than too little:
// whoever is told looks what has really changed.
//
// Loop thread. Keeps the loop running.
#pragma once

#include <uv.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/loop/directory_watch.h"
#include "runtime/loop/handle.h"

namespace isolane::loop {

class FileWatch {
 public:
  // `tree` is the watched directory that it happened below, and `path` what it happened to; both
  // are empty when it was one of the paths.
  using Callback = void (*)(void* context, const std::string& tree, const std::string& path);

  // `context` outlives the object.
  FileWatch(uv_loop_t* loop, Callback callback, void* context);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // Watches these instead of what it was told before; absolute. Gives what cannot be watched, and
  // why. What has changed before is told only if it happened in a directory that was watched
  // already. Directories called node_modules or beginning with '.' are no part of a tree, unless
  // they are the tree themselves.
  std::vector<std::string> Watch(const std::set<std::string>& paths,
                                 const std::set<std::string>& trees);

  size_t watched_directories() const { return directories_.size(); }

 private:
  struct Directory;
  struct Plan;

  static void OnChange(void* directory, std::string_view name);

  uv_loop_t* const loop_;
  const Callback callback_;
  void* const context_;
  std::map<std::string, std::unique_ptr<Directory>> directories_;
};

}  // namespace isolane::loop
