// A part of a file as the body of a response: at once if it is small and in memory, else streamed,
// no faster than its reader takes it and without the loop waiting for the disk.
//
// Loop thread.
#pragma once

#include <cstdint>
#include <memory>

#include "runtime/base/body.h"
#include "runtime/base/responder.h"
#include "runtime/files/open_file.h"

namespace isolane::files {

// `length` bytes from `offset` on, which the file had when it was opened; if it has become shorter
// the body fails. `host` outlives the body.
base::Body MakeFileBody(std::shared_ptr<OpenFile> file, uint64_t offset, uint64_t length,
                        base::ResponderHost& host);

}  // namespace isolane::files
