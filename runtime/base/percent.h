// Percent-encoding: "%41" for "A".
//
// https://url.spec.whatwg.org/#percent-encoded-bytes. Thread: any. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace isolane::base {

// What stands unencoded beside letters and digits.
inline constexpr std::string_view kComponentMarks = "-_.!~*'()";  // as encodeURIComponent
inline constexpr std::string_view kPathMarks = "-_.!~*'()/";

// The value of a hexadecimal digit; -1: it is none.
int HexDigit(char c);

// `text` with "%41" turned into "A" where that is valid.
std::string PercentDecoded(std::string_view text);

// Every byte but letters, digits and `marks` encoded.
std::string PercentEncoded(std::string_view text, std::string_view marks = kComponentMarks);

}  // namespace isolane::base
