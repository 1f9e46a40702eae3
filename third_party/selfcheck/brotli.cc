#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "third_party/brotli/decode.h"

TEST_SUITE_BEGIN("third_party/brotli");

TEST_CASE("what another encoder has written is decoded") {
  CHECK((BrotliDecoderVersion() >> 24) == 1u);
  // "hello " 50 times, by an encoder at quality 11.
  static constexpr unsigned char kEncoded[] = {0x1b, 0x2b, 0x01, 0xf8, 0x8d, 0x94, 0x6e,
                                               0xde, 0x44, 0x55, 0x86, 0x96, 0x6c, 0x20,
                                               0x6f, 0x31, 0x5b, 0x1c, 0x00, 0x1c, 0x07};
  BrotliDecoderStateStruct* const state = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
  REQUIRE(state != nullptr);
  const uint8_t* next_in = kEncoded;
  size_t available_in = sizeof kEncoded - 1;
  uint8_t text[400];
  uint8_t* next_out = text;
  size_t available_out = 100;
  CHECK(BrotliDecoderDecompressStream(state, &available_in, &next_in, &available_out, &next_out,
                                      nullptr) == kBrotliNeedsInput);
  CHECK(available_in == 0);
  available_in = 1;
  CHECK(BrotliDecoderDecompressStream(state, &available_in, &next_in, &available_out, &next_out,
                                      nullptr) == kBrotliNeedsOutput);
  CHECK(available_out == 0);
  available_out = 300;
  CHECK(BrotliDecoderDecompressStream(state, &available_in, &next_in, &available_out, &next_out,
                                      nullptr) == kBrotliDone);
  std::string expected;
  for (int i = 0; i < 50; i++) expected += "hello ";
  CHECK(std::string_view(reinterpret_cast<char*>(text), static_cast<size_t>(next_out - text)) ==
        expected);
  BrotliDecoderDestroyInstance(state);

  BrotliDecoderStateStruct* const other = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
  next_in = reinterpret_cast<const uint8_t*>("this is not brotli");
  available_in = 18;
  next_out = text;
  available_out = sizeof text;
  CHECK(BrotliDecoderDecompressStream(other, &available_in, &next_in, &available_out, &next_out,
                                      nullptr) == kBrotliError);
  BrotliDecoderDestroyInstance(other);
}

TEST_SUITE_END();
