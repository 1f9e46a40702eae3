// atob and btoa, for builtins/web/base64.js.
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// (text) -> the bytes as a Latin-1 string, or undefined when that is no base64
void Base64Decode(const Arguments& arguments);
// (text) -> base64, or undefined when a character is above U+00FF
void Base64Encode(const Arguments& arguments);

}  // namespace isolane::web
