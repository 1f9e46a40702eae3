// Base64, in the alphabets of RFC 4648, sections 4 and 5.
//
// https://infra.spec.whatwg.org/#forgiving-base64. Thread: any. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isolane::base {

// With padding, in one line.
std::string Base64Encoded(std::string_view bytes);

// The bytes that `text` says; nothing if it is not base64. White space is skipped, the padding may
// be missing.
std::optional<std::string> Base64Decoded(std::string_view text);

// The alphabet that URLs need no escapes for; written without padding, read from either alphabet.
std::string Base64UrlEncoded(std::string_view bytes);
std::optional<std::string> Base64UrlDecoded(std::string_view text);

}  // namespace isolane::base
