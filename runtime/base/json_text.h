// JSON strings in plain ASCII, whatever they say: what is written here may be cut into one-byte
// strings.
//
// Thread: any. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace isolane::base {

// Appends `utf8` as a JSON string, quotes included. What is no UTF-8 becomes U+FFFD.
void AppendJsonString(std::string_view utf8, std::string& out);

// The same for bytes that are one character each: values of headers, clones.
void AppendJsonLatin1(std::string_view bytes, std::string& out);

// Appends JSON text with its characters beyond ASCII escaped. They stand in strings only.
void AppendAsciiJson(std::string_view utf8_json, std::string& out);

}  // namespace isolane::base
