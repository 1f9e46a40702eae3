// A little memory per isolate that JavaScript sees as native.scratch (a Uint32Array) and C++ as a
// plain array: the way a native call gives back several numbers without making an object.
//
// Thread: the one the isolate is entered on. What is written is valid until the next native call.
#pragma once

#include <cstddef>
#include <cstdint>

#include <v8.h>

namespace isolane::js {

inline constexpr size_t kScratchWords = 64;

uint32_t* Scratch(v8::Isolate* isolate);

}  // namespace isolane::js
