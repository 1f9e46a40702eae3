// What runtime/config/files.h does with the file system, by the names it has here.
//
// Thread: any. Blocking: called while a project is loaded, never for a request.
#pragma once

#include "runtime/config/files.h"

namespace isolane::wrangler {

using config::AbsolutePath;
using config::DirectoryOf;
using config::FileTime;
using config::FindUpwards;
using config::KindOf;
using config::PathKind;
using config::ReadFile;
using config::RelativePath;
using config::ShownPath;

}  // namespace isolane::wrangler
