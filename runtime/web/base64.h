// Base64, for builtins/web/base64.js and builtins/web/crypto/jwk.js.
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// (text) -> the bytes as a Latin-1 string, or undefined when that is no base64
void Base64Decode(const Arguments& arguments);
// (text) -> base64, or undefined when a character is above U+00FF
void Base64Encode(const Arguments& arguments);

// (text) -> Uint8Array, or undefined when that is base64 of neither alphabet
void Base64UrlDecode(const Arguments& arguments);
// (view) -> base64url without padding
void Base64UrlEncode(const Arguments& arguments);

}  // namespace isolane::web
