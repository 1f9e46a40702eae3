// simdutf 7.7, UTF-8/UTF-16/Latin-1 and base64 at memory speed: the part of it that we use,
// exported by the V8 host without a header.
//
// The names are simdutf's (they have to mangle to its symbols), the text is ours;
// third_party/selfcheck/simdutf.cc proves the prototypes against the pinned host. Lengths count
// code units. Outputs must be large enough: each conversion names the function that says how large.
// Any thread.
#pragma once
#include <cstddef>
#include <cstdint>

namespace simdutf {

enum error_code {
  SUCCESS = 0,
  HEADER_BITS = 1,
  TOO_SHORT = 2,
  TOO_LONG = 3,
  OVERLONG = 4,
  TOO_LARGE = 5,
  SURROGATE = 6,
  INVALID_BASE64_CHARACTER = 7,
  BASE64_INPUT_REMAINDER = 8,
  BASE64_EXTRA_BITS = 9,
  OUTPUT_BUFFER_TOO_SMALL = 10,
  OTHER = 11,
};

struct result {
  error_code error;
  // The position of the error, or the number of code units checked or written.
  std::size_t count;
};

// ---- Validation

bool validate_ascii(const char* input, std::size_t length) noexcept;
bool validate_utf8(const char* input, std::size_t length) noexcept;
bool validate_utf16le(const char16_t* input, std::size_t length) noexcept;
bool validate_utf16le_as_ascii(const char16_t* input, std::size_t length) noexcept;
result validate_ascii_with_errors(const char* input, std::size_t length) noexcept;
result validate_utf8_with_errors(const char* input, std::size_t length) noexcept;
result validate_utf16le_with_errors(const char16_t* input, std::size_t length) noexcept;
// Replaces lone surrogates by U+FFFD. In place is allowed.
void to_well_formed_utf16le(const char16_t* input, std::size_t length, char16_t* output) noexcept;
// The length without a character that is cut off at the end; for decoding a stream of pieces.
std::size_t trim_partial_utf8(const char* input, std::size_t length);
std::size_t trim_partial_utf16le(const char16_t* input, std::size_t length);

// ---- Lengths. The input must be valid; else the answer means nothing (but is no larger than for
// valid input).

std::size_t utf8_length_from_latin1(const char* input, std::size_t length) noexcept;
std::size_t utf8_length_from_utf16le(const char16_t* input, std::size_t length) noexcept;
std::size_t utf16_length_from_utf8(const char* input, std::size_t length) noexcept;
std::size_t latin1_length_from_utf8(const char* input, std::size_t length) noexcept;
std::size_t count_utf8(const char* input, std::size_t length) noexcept;
// Also right for lone surrogates, counted as U+FFFD. error is SURROGATE when there is any
// surrogate, SUCCESS else.
result utf8_length_from_utf16le_with_replacement(const char16_t* input,
                                                 std::size_t length) noexcept;

// ---- Conversion: the number of code units written, 0 (or an error) when the input is not valid.

std::size_t convert_latin1_to_utf8(const char* input, std::size_t length, char* output) noexcept;
// Stops before the character that would not fit.
std::size_t convert_latin1_to_utf8_safe(const char* input, std::size_t length, char* output,
                                        std::size_t output_length) noexcept;
std::size_t convert_latin1_to_utf16le(const char* input, std::size_t length,
                                      char16_t* output) noexcept;
std::size_t convert_utf8_to_latin1(const char* input, std::size_t length, char* output) noexcept;
std::size_t convert_utf8_to_utf16le(const char* input, std::size_t length,
                                    char16_t* output) noexcept;
result convert_utf8_to_utf16le_with_errors(const char* input, std::size_t length,
                                           char16_t* output) noexcept;
std::size_t convert_utf16le_to_utf8(const char16_t* input, std::size_t length,
                                    char* output) noexcept;
result convert_utf16le_to_utf8_with_errors(const char16_t* input, std::size_t length,
                                           char* output) noexcept;
std::size_t convert_utf16le_to_latin1(const char16_t* input, std::size_t length,
                                      char* output) noexcept;
// Faster; the input must be valid (and fit in Latin-1), else anything may be written.
std::size_t convert_valid_utf8_to_utf16le(const char* input, std::size_t length,
                                          char16_t* output) noexcept;
std::size_t convert_valid_utf8_to_latin1(const char* input, std::size_t length,
                                         char* output) noexcept;
std::size_t convert_valid_utf16le_to_utf8(const char16_t* input, std::size_t length,
                                          char* output) noexcept;

// ---- Base64

enum base64_options : std::uint64_t {
  base64_default = 0,
  base64_url = 1,
  base64_default_no_padding = 2,
  base64_url_with_padding = 3,
  base64_default_accept_garbage = 4,
  base64_url_accept_garbage = 5,
  base64_default_or_url = 8,
  base64_default_or_url_accept_garbage = 12,
};

// What to do with an incomplete group of four characters at the end.
enum last_chunk_handling_options : std::uint64_t {
  loose = 0,
  strict = 1,
  stop_before_partial = 2,
  only_full_chunks = 3,
};

std::size_t base64_length_from_binary(std::size_t length, base64_options options) noexcept;
std::size_t binary_to_base64(const char* input, std::size_t length, char* output,
                             base64_options options) noexcept;

// At least as large as the result.
std::size_t maximal_binary_length_from_base64(const char* input, std::size_t length) noexcept;
std::size_t maximal_binary_length_from_base64(const char16_t* input, std::size_t length) noexcept;
// Spaces are skipped, as "forgiving-base64 decode" of the Infra Standard has it.
result base64_to_binary(const char* input, std::size_t length, char* output, base64_options options,
                        last_chunk_handling_options last_chunk) noexcept;
result base64_to_binary(const char16_t* input, std::size_t length, char* output,
                        base64_options options, last_chunk_handling_options last_chunk) noexcept;

}  // namespace simdutf
