// What esbuild's service says and is told: packets of a length, a number and one value,
// little-endian (https://github.com/evanw/esbuild, cmd/esbuild/stdio_protocol.go).
//
// Thread: any. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isolane::wrangler {

struct EsbuildValue {
  enum class Kind : uint8_t { kNull, kBoolean, kInteger, kString, kBytes, kArray, kObject };

  Kind kind = Kind::kNull;
  bool boolean = false;
  uint32_t integer = 0;
  std::string text;  // of a string, or bytes
  std::vector<EsbuildValue> items;
  std::vector<std::pair<std::string, EsbuildValue>> members;

  EsbuildValue() = default;
  EsbuildValue(std::string_view string) : kind(Kind::kString), text(string) {}
  EsbuildValue(const std::string& string) : EsbuildValue(std::string_view(string)) {}
  EsbuildValue(const char* string) : EsbuildValue(std::string_view(string)) {}
  EsbuildValue(bool value) : kind(Kind::kBoolean), boolean(value) {}
  EsbuildValue(uint32_t value) : kind(Kind::kInteger), integer(value) {}
  static EsbuildValue Bytes(std::string bytes);
  static EsbuildValue Array(std::vector<EsbuildValue> items = {});
  static EsbuildValue Strings(const std::vector<std::string>& strings);
  static EsbuildValue Object(std::vector<std::pair<std::string, EsbuildValue>> members = {});

  // The member called `key`; null when absent or when this is no object.
  const EsbuildValue* Find(std::string_view key) const;
  EsbuildValue* Find(std::string_view key);
  // Sets the member called `key`. Precondition: an object.
  void Set(std::string_view key, EsbuildValue value);
  // The text of a member that is a string or bytes; else empty.
  std::string_view Text(std::string_view key) const;
  // The items of a member that is an array; else none.
  const std::vector<EsbuildValue>& Items(std::string_view key) const;
};

// An answer that says nothing, to a question of any kind.
EsbuildValue NothingToSay();

struct EsbuildPacket {
  uint32_t id = 0;
  bool is_request = false;
  EsbuildValue value;
};

// The whole packet, its length in front.
std::string EncodePacket(const EsbuildPacket& packet);
// `bytes` without the length; nothing if they are no packet.
std::optional<EsbuildPacket> DecodePacket(std::string_view bytes);

}  // namespace isolane::wrangler
