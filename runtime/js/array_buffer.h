// Array buffers for an isolate, counted against its limit.
//
// The isolate and a context are entered. An empty result has a RangeError pending: the limit is
// reached. (V8's own constructors end the process in that case.)
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <v8.h>

namespace isolane::js {

// A buffer of `length` bytes, to be written by the caller: they are not zeroed.
v8::MaybeLocal<v8::ArrayBuffer> NewArrayBuffer(v8::Isolate* isolate, size_t length);

// A buffer with a copy of `bytes`.
v8::MaybeLocal<v8::ArrayBuffer> CopyToArrayBuffer(v8::Isolate* isolate, std::string_view bytes);

// A buffer over `bytes` themselves, which nobody else may refer to: `owner` keeps them alive and is
// let go with the buffer, on any thread.
v8::MaybeLocal<v8::ArrayBuffer> AdoptAsArrayBuffer(v8::Isolate* isolate, std::string_view bytes,
                                                   std::shared_ptr<const void> owner);

}  // namespace isolane::js
