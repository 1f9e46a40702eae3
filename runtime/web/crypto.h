// Random bytes and digests, for builtins/web/crypto.js.
#pragma once

#include <cstdint>
#include <span>

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// Fills `out` from the kernel's generator; small requests share one system call. Any thread.
void FillRandom(std::span<uint8_t> out);

// (view)
void RandomFill(const Arguments& arguments);
// () -> a version 4 UUID
void RandomUuid(const Arguments& arguments);
// ("SHA-256", view) -> ArrayBuffer, or undefined for an unknown name
void Digest(const Arguments& arguments);
// (view, view of the same length) -> boolean
void TimingSafeEqual(const Arguments& arguments);

}  // namespace isolane::web
