// Digests of what comes in pieces, for builtins/web/crypto/digest_stream.js.
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// ("SHA-256" ... | "crc32" | "crc32c" | "crc64nvme") -> state, an ArrayBuffer; undefined for an
// unknown name
void DigestOpen(const Arguments& arguments);
// (state, view)
void DigestUpdate(const Arguments& arguments);
// (state) -> ArrayBuffer, once
void DigestFinish(const Arguments& arguments);

}  // namespace isolane::web
