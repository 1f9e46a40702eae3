#include "wrangler-compat/build/esbuild_packet.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

using Kind = EsbuildValue::Kind;

TEST_SUITE("wrangler-compat/build/esbuild_packet") {
  TEST_CASE("a packet") {
    SUBCASE("has its length, its number and its value") {
      CHECK(EncodePacket({1, true, EsbuildValue("ab")}) ==
            std::string("\x0b\0\0\0\x02\0\0\0\x03\x02\0\0\0ab", 15));
      CHECK(EncodePacket({1, false, {}}) == std::string("\x05\0\0\0\x03\0\0\0\0", 9));
    }
    SUBCASE("comes back as it went") {
      EsbuildValue value = EsbuildValue::Object(
          {{"null", {}},
           {"yes", true},
           {"number", uint32_t{0xfffefdfc}},
           {"text", "\xc3\xa4"},
           {"bytes", EsbuildValue::Bytes(std::string("\0\xff", 2))},
           {"list", EsbuildValue::Array({EsbuildValue("a"), EsbuildValue::Array()})}});
      const std::string bytes = EncodePacket({77, true, value});
      const auto packet = DecodePacket(std::string_view(bytes).substr(4));
      REQUIRE(packet);
      CHECK(packet->id == 77);
      CHECK(packet->is_request);
      CHECK(packet->value.Find("null")->kind == Kind::kNull);
      CHECK(packet->value.Find("yes")->boolean);
      CHECK(packet->value.Find("number")->integer == 0xfffefdfc);
      CHECK(packet->value.Text("text") == "\xc3\xa4");
      CHECK(packet->value.Text("bytes") == std::string_view("\0\xff", 2));
      REQUIRE(packet->value.Items("list").size() == 2);
      CHECK(packet->value.Items("list")[0].text == "a");
      CHECK(EncodePacket(*packet) == bytes);
    }
    SUBCASE("that is cut short, or has more than it should, is none") {
      const std::string bytes =
          EncodePacket({3, false, EsbuildValue::Object({{"a", EsbuildValue::Strings({"b", "c"})}})})
              .substr(4);
      for (size_t length = 0; length < bytes.size(); length++) {
        CHECK_FALSE_MESSAGE(DecodePacket(bytes.substr(0, length)), length);
      }
      CHECK_FALSE(DecodePacket(bytes + '\0'));
    }
    SUBCASE("may not promise more than it has, nor nest without end") {
      CHECK_FALSE(DecodePacket(std::string("\0\0\0\0\x05\xff\xff\xff\xff", 9)));
      std::string deep(4, '\0');
      for (int i = 0; i < 100; i++) deep += std::string("\x05\x01\0\0\0", 5);
      CHECK_FALSE(DecodePacket(deep + '\0'));
    }
  }

  TEST_CASE("members") {
    EsbuildValue value = EsbuildValue::Object({{"a", "x"}});
    value.Set("a", "y");
    value.Set("b", uint32_t{1});
    CHECK(value.Text("a") == "y");
    CHECK(value.Find("b")->integer == 1);
    CHECK(value.Find("c") == nullptr);
    CHECK(value.Text("c").empty());
    CHECK(value.Items("c").empty());
  }
}

}  // namespace
}  // namespace isolane::wrangler
