#include "third_party/simdutf/simdutf.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

// "h", e with acute, euro sign, and a musical symbol outside the basic plane: 1, 2, 3 and 4 bytes
// of UTF-8.
static const std::string kUtf8 = "h\u00e9\u20ac\U0001d11e";
static const std::u16string kUtf16 = u"h\u00e9\u20ac\U0001d11e";
static const std::string kLatin1 = "h\xe9";

TEST_SUITE_BEGIN("third_party/simdutf");

TEST_CASE("validation") {
  CHECK(simdutf::validate_ascii("abc", 3));
  CHECK_FALSE(simdutf::validate_ascii(kUtf8.data(), kUtf8.size()));
  CHECK(simdutf::validate_ascii_with_errors(kUtf8.data(), kUtf8.size()).count == 1);
  CHECK(simdutf::validate_utf8(kUtf8.data(), kUtf8.size()));
  CHECK_FALSE(simdutf::validate_utf8(kLatin1.data(), kLatin1.size()));
  const simdutf::result utf8 = simdutf::validate_utf8_with_errors("ab\xff", 3);
  CHECK(utf8.error == simdutf::HEADER_BITS);
  CHECK(utf8.count == 2);
  CHECK(simdutf::validate_utf8_with_errors(kUtf8.data(), 2).error == simdutf::TOO_SHORT);
  CHECK(simdutf::validate_utf8_with_errors("\x80", 1).error == simdutf::TOO_LONG);
  CHECK(simdutf::validate_utf8_with_errors("\xc0\x80", 2).error == simdutf::OVERLONG);
  CHECK(simdutf::validate_utf8_with_errors("\xf5\x80\x80\x80", 4).error == simdutf::TOO_LARGE);
  CHECK(simdutf::validate_utf8_with_errors("\xed\xa0\x80", 3).error == simdutf::SURROGATE);

  CHECK(simdutf::validate_utf16le(kUtf16.data(), kUtf16.size()));
  CHECK_FALSE(simdutf::validate_utf16le(kUtf16.data(), kUtf16.size() - 1));
  CHECK(simdutf::validate_utf16le_as_ascii(u"abc", 3));
  CHECK_FALSE(simdutf::validate_utf16le_as_ascii(kUtf16.data(), kUtf16.size()));
  const simdutf::result utf16 =
      simdutf::validate_utf16le_with_errors(kUtf16.data(), kUtf16.size() - 1);
  CHECK(utf16.error == simdutf::SURROGATE);
  CHECK(utf16.count == 3);

  std::u16string broken = kUtf16.substr(0, 4) + u"x";
  simdutf::to_well_formed_utf16le(broken.data(), broken.size(), broken.data());
  CHECK(broken == u"h\u00e9\u20ac\ufffdx");
  CHECK(simdutf::trim_partial_utf8(kUtf8.data(), kUtf8.size() - 1) == 6);
  CHECK(simdutf::trim_partial_utf16le(kUtf16.data(), kUtf16.size() - 1) == 3);
}

TEST_CASE("lengths") {
  CHECK(simdutf::utf8_length_from_latin1(kLatin1.data(), kLatin1.size()) == 3);
  CHECK(simdutf::utf8_length_from_utf16le(kUtf16.data(), kUtf16.size()) == kUtf8.size());
  CHECK(simdutf::utf16_length_from_utf8(kUtf8.data(), kUtf8.size()) == kUtf16.size());
  CHECK(simdutf::latin1_length_from_utf8("h\u00e9", 3) == 2);
  CHECK(simdutf::count_utf8(kUtf8.data(), kUtf8.size()) == 4);
  const simdutf::result lone = simdutf::utf8_length_from_utf16le_with_replacement(kUtf16.data(), 4);
  CHECK(lone.error == simdutf::SURROGATE);
  CHECK(lone.count == 9);
}

TEST_CASE("conversion") {
  char bytes[64];
  char16_t units[64];
  const auto text = [&](size_t length) { return std::string_view(bytes, length); };
  const auto text16 = [&](size_t length) { return std::u16string_view(units, length); };

  CHECK(text(simdutf::convert_latin1_to_utf8(kLatin1.data(), 2, bytes)) == "h\u00e9");
  CHECK(text(simdutf::convert_latin1_to_utf8_safe(kLatin1.data(), 2, bytes, 2)) == "h");
  CHECK(text16(simdutf::convert_latin1_to_utf16le(kLatin1.data(), 2, units)) == u"h\u00e9");
  CHECK(text(simdutf::convert_utf8_to_latin1("h\u00e9", 3, bytes)) == kLatin1);
  CHECK(simdutf::convert_utf8_to_latin1(kUtf8.data(), kUtf8.size(), bytes) == 0);
  CHECK(text16(simdutf::convert_utf8_to_utf16le(kUtf8.data(), kUtf8.size(), units)) == kUtf16);
  CHECK(simdutf::convert_utf8_to_utf16le("\xff", 1, units) == 0);
  CHECK(simdutf::convert_utf8_to_utf16le_with_errors("a\xff", 2, units).count == 1);
  CHECK(text(simdutf::convert_utf16le_to_utf8(kUtf16.data(), kUtf16.size(), bytes)) == kUtf8);
  CHECK(simdutf::convert_utf16le_to_utf8_with_errors(kUtf16.data(), 4, bytes).error ==
        simdutf::SURROGATE);
  CHECK(text(simdutf::convert_utf16le_to_latin1(kUtf16.data(), 2, bytes)) == kLatin1);
  CHECK(simdutf::convert_utf16le_to_latin1(kUtf16.data(), 3, bytes) == 0);
  CHECK(text16(simdutf::convert_valid_utf8_to_utf16le(kUtf8.data(), kUtf8.size(), units)) ==
        kUtf16);
  CHECK(text(simdutf::convert_valid_utf8_to_latin1("h\u00e9", 3, bytes)) == kLatin1);
  CHECK(text(simdutf::convert_valid_utf16le_to_utf8(kUtf16.data(), kUtf16.size(), bytes)) == kUtf8);
}

TEST_CASE("base64") {
  using simdutf::loose;
  const std::string binary = "\xfb\xff\xfe?";
  char bytes[64];
  const auto encode = [&](simdutf::base64_options options) {
    const size_t length = simdutf::binary_to_base64(binary.data(), binary.size(), bytes, options);
    CHECK(length == simdutf::base64_length_from_binary(binary.size(), options));
    return std::string(bytes, length);
  };
  CHECK(encode(simdutf::base64_default) == "+//+Pw==");
  CHECK(encode(simdutf::base64_default_no_padding) == "+//+Pw");
  CHECK(encode(simdutf::base64_url) == "-__-Pw");
  CHECK(encode(simdutf::base64_url_with_padding) == "-__-Pw==");

  const auto decode = [&](auto text, simdutf::base64_options options,
                          simdutf::last_chunk_handling_options last_chunk) {
    CHECK(simdutf::maximal_binary_length_from_base64(text.data(), text.size()) <= sizeof bytes);
    return simdutf::base64_to_binary(text.data(), text.size(), bytes, options, last_chunk);
  };
  const auto decoded = [&](simdutf::result result) {
    CHECK(result.error == simdutf::SUCCESS);
    return std::string(bytes, result.count);
  };
  using std::string_view;
  CHECK(decoded(decode(string_view(" +//+ Pw== "), simdutf::base64_default, loose)) == binary);
  CHECK(decoded(decode(std::u16string_view(u"+//+Pw"), simdutf::base64_default, loose)) == binary);
  CHECK(decoded(decode(string_view("-__-Pw"), simdutf::base64_url, loose)) == binary);
  CHECK(decoded(decode(string_view("-//-Pw"), simdutf::base64_default_or_url, loose)) == binary);
  CHECK(decoded(decode(string_view("+/!/+Pw"), simdutf::base64_default_accept_garbage, loose)) ==
        binary);
  CHECK(decoded(decode(string_view("+//+Pw"), simdutf::base64_default,
                       simdutf::stop_before_partial)) == binary.substr(0, 3));

  const simdutf::result bad = decode(string_view("ab*d"), simdutf::base64_default, loose);
  CHECK(bad.error == simdutf::INVALID_BASE64_CHARACTER);
  CHECK(bad.count == 2);
  CHECK(decode(string_view("abcde"), simdutf::base64_default, loose).error ==
        simdutf::BASE64_INPUT_REMAINDER);
  CHECK(decode(string_view("YR=="), simdutf::base64_default, simdutf::strict).error ==
        simdutf::BASE64_EXTRA_BITS);
}

TEST_SUITE_END();
