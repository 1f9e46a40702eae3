#include "wrangler-compat/build/esbuild_packet.h"

#include <algorithm>

namespace isolane::wrangler {
namespace {

using Kind = EsbuildValue::Kind;

// No value that esbuild sends is nested anywhere near as deep.
constexpr int kDeepest = 64;

void WriteNumber(uint32_t number, std::string& out) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift & 0xff);
}

void WriteText(std::string_view text, std::string& out) {
  WriteNumber(static_cast<uint32_t>(text.size()), out);
  out += text;
}

void WriteValue(const EsbuildValue& value, std::string& out) {
  out += static_cast<char>(value.kind);
  switch (value.kind) {
    case Kind::kNull:
      break;
    case Kind::kBoolean:
      out += value.boolean ? '\1' : '\0';
      break;
    case Kind::kInteger:
      WriteNumber(value.integer, out);
      break;
    case Kind::kString:
    case Kind::kBytes:
      WriteText(value.text, out);
      break;
    case Kind::kArray:
      WriteNumber(static_cast<uint32_t>(value.items.size()), out);
      for (const EsbuildValue& item : value.items) WriteValue(item, out);
      break;
    case Kind::kObject:
      WriteNumber(static_cast<uint32_t>(value.members.size()), out);
      for (const auto& [key, member] : value.members) {
        WriteText(key, out);
        WriteValue(member, out);
      }
      break;
  }
}

// Reads past the end give nothing and set `failed`.
struct Reader {
  std::string_view bytes;
  size_t at = 0;
  bool failed = false;

  std::string_view Take(size_t count) {
    if (failed || count > bytes.size() - at) {
      failed = true;
      return {};
    }
    at += count;
    return bytes.substr(at - count, count);
  }
  uint32_t Number() {
    const std::string_view four = Take(4);
    uint32_t number = 0;
    for (size_t i = 0; i < four.size(); i++) {
      number |= uint32_t{static_cast<unsigned char>(four[i])} << (8 * i);
    }
    return number;
  }
  std::string_view Text() { return Take(Number()); }
  // An array or object of this many parts; each takes a byte or more.
  uint32_t Count() {
    const uint32_t count = Number();
    if (count > bytes.size() - at) failed = true;
    return failed ? 0 : count;
  }
};

EsbuildValue ReadValue(Reader& reader, int depth) {
  EsbuildValue value;
  const std::string_view kind = reader.Take(1);
  if (kind.empty() || static_cast<unsigned char>(kind[0]) > 6 || depth > kDeepest) {
    reader.failed = true;
    return value;
  }
  value.kind = static_cast<Kind>(kind[0]);
  switch (value.kind) {
    case Kind::kNull:
      break;
    case Kind::kBoolean:
      value.boolean = reader.Take(1) != std::string_view("\0", 1);
      break;
    case Kind::kInteger:
      value.integer = reader.Number();
      break;
    case Kind::kString:
    case Kind::kBytes:
      value.text = reader.Text();
      break;
    case Kind::kArray:
      for (uint32_t left = reader.Count(); left > 0 && !reader.failed; left--) {
        value.items.push_back(ReadValue(reader, depth + 1));
      }
      break;
    case Kind::kObject:
      for (uint32_t left = reader.Count(); left > 0 && !reader.failed; left--) {
        std::string key(reader.Text());
        value.members.emplace_back(std::move(key), ReadValue(reader, depth + 1));
      }
      break;
  }
  return value;
}

}  // namespace

EsbuildValue EsbuildValue::Bytes(std::string bytes) {
  EsbuildValue value;
  value.kind = Kind::kBytes;
  value.text = std::move(bytes);
  return value;
}

EsbuildValue EsbuildValue::Array(std::vector<EsbuildValue> items) {
  EsbuildValue value;
  value.kind = Kind::kArray;
  value.items = std::move(items);
  return value;
}

EsbuildValue EsbuildValue::Strings(const std::vector<std::string>& strings) {
  EsbuildValue value = Array();
  for (const std::string& string : strings) value.items.emplace_back(string);
  return value;
}

EsbuildValue EsbuildValue::Object(std::vector<std::pair<std::string, EsbuildValue>> members) {
  EsbuildValue value;
  value.kind = Kind::kObject;
  value.members = std::move(members);
  return value;
}

const EsbuildValue* EsbuildValue::Find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [key](const auto& member) { return member.first == key; });
  return found == members.end() ? nullptr : &found->second;
}

EsbuildValue* EsbuildValue::Find(std::string_view key) {
  return const_cast<EsbuildValue*>(std::as_const(*this).Find(key));
}

void EsbuildValue::Set(std::string_view key, EsbuildValue value) {
  if (EsbuildValue* known = Find(key)) {
    *known = std::move(value);
  } else {
    members.emplace_back(key, std::move(value));
  }
}

std::string_view EsbuildValue::Text(std::string_view key) const {
  const EsbuildValue* member = Find(key);
  return member == nullptr ? std::string_view() : std::string_view(member->text);
}

const std::vector<EsbuildValue>& EsbuildValue::Items(std::string_view key) const {
  static const std::vector<EsbuildValue> kNone;
  const EsbuildValue* member = Find(key);
  return member == nullptr ? kNone : member->items;
}

EsbuildValue NothingToSay() {
  return EsbuildValue::Object(
      {{"errors", EsbuildValue::Array()}, {"warnings", EsbuildValue::Array()}});
}

std::string EncodePacket(const EsbuildPacket& packet) {
  std::string out;
  WriteNumber(0, out);
  WriteNumber(packet.id << 1 | (packet.is_request ? 0 : 1), out);
  WriteValue(packet.value, out);
  std::string length;
  WriteNumber(static_cast<uint32_t>(out.size() - 4), length);
  out.replace(0, 4, length);
  return out;
}

std::optional<EsbuildPacket> DecodePacket(std::string_view bytes) {
  Reader reader{bytes};
  EsbuildPacket packet;
  const uint32_t number = reader.Number();
  packet.id = number >> 1;
  packet.is_request = (number & 1) == 0;
  packet.value = ReadValue(reader, 0);
  if (reader.failed || reader.at != bytes.size()) return std::nullopt;
  return packet;
}

}  // namespace isolane::wrangler
