// UTF-8 and the few legacy encodings of TextDecoder, for builtins/web/encoding.js.
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// Flags of the decoders.
enum DecodeFlags : int32_t { kFatal = 1, kKeepBom = 2 };

// (text) -> Uint8Array
void EncodeUtf8(const Arguments& arguments);
// (text, Uint8Array); scratch[0] = characters read, scratch[1] = bytes written
void EncodeInto(const Arguments& arguments);
// (view, flags) -> text, or undefined when the bytes are wrong and kFatal is set
void DecodeUtf8(const Arguments& arguments);
// (view, flags, encoding) -> the same for windows-1252 (1), utf-16le (2) and utf-16be (3)
void DecodeBytes(const Arguments& arguments);
// (haystack, needle, from) -> position | -1
void IndexOfBytes(const Arguments& arguments);

}  // namespace isolane::web
