// The few things this folder does with the file system.
//
// Thread: any. Blocking: called while a project is loaded, never for a request.
#pragma once

#include <cstdint>
#include <string>

#include <isolane/result.h>

namespace isolane::config {

enum class PathKind { kMissing, kFile, kDirectory };

PathKind KindOf(const std::string& path);
// The whole file. The error names `path` and the system's reason.
Result<std::string> ReadFile(const std::string& path);

// Time of the clock that file systems take their times from: never later than the time of a file
// that is written from now on, and a few ms behind others. ns since 1970.
int64_t FileTime();

// Where the program stands; "/" if that is no more.
std::string CurrentDirectory();
// The nearest file called `name`, which may have directories in it, in `directory` or above; empty:
// there is none.
std::string FindUpwards(const std::string& directory, const std::string& name);

// `path` as an absolute path without "." and ".."; `base` must be absolute.
std::string AbsolutePath(const std::string& base, const std::string& path);
// How `path` is shown to somebody who stands in `base`. Both absolute.
std::string RelativePath(const std::string& base, const std::string& path);
// The same, but a path that is far away from `base` stays absolute, which is the readable one then.
std::string ShownPath(const std::string& base, const std::string& path);
// The directory of `path`, without a '/' at its end (except the root itself).
std::string DirectoryOf(const std::string& path);

}  // namespace isolane::config
