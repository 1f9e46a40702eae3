// The only conversions between C++ and JavaScript strings.
//
// The isolate must be entered. What makes a string may fail (too long, or the isolate is being
// terminated): an empty MaybeLocal, with an exception pending.
#pragma once

#include <string>
#include <string_view>

#include <v8.h>

#include "runtime/base/chunk.h"

namespace isolane::js {

v8::MaybeLocal<v8::String> FromUtf8(v8::Isolate* isolate, std::string_view text);
// Bytes as they are, each one a character: packed heads.
v8::MaybeLocal<v8::String> FromLatin1(v8::Isolate* isolate, std::string_view bytes);
// For literals and names known at compile time; short, so it cannot fail.
v8::Local<v8::String> Literal(v8::Isolate* isolate, std::string_view text);

// UTF-8; lone surrogates become U+FFFD.
std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::String> text);
base::Chunk ToUtf8Chunk(v8::Isolate* isolate, v8::Local<v8::String> text);
// ToString(value) as UTF-8, or `fallback` if that throws or `value` is empty.
std::string Describe(v8::Isolate* isolate, v8::Local<v8::Value> value,
                     std::string_view fallback = "<not convertible to a string>");
// Replaces `out` by the characters of `text`, each cut to a byte: for strings of packed heads,
// which hold nothing above U+00FF.
void ToLatin1(v8::Isolate* isolate, v8::Local<v8::String> text, std::string& out);

}  // namespace isolane::js
