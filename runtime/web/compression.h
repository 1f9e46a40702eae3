// zlib streams, for builtins/web/compression.js.
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// (format: 0 gzip, 1 deflate, 2 deflate-raw; compress: boolean) -> state, an ArrayBuffer
//
// The state is the memory of the buffer. Its deleter ends the stream, whether the garbage collector
// or the disposal of the isolate runs it, on whatever thread.
void ZlibOpen(const Arguments& arguments);

// (state, input, finish: boolean) -> Uint8Array | undefined when there is no output
//
// Makes at most 64 KB. scratch[0] = 0 more to do, 1 end of the stream, 2 failed; scratch[1] = bytes
// of `input` consumed.
void ZlibRun(const Arguments& arguments);

}  // namespace isolane::web
