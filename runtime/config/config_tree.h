// A configuration file as plain values that know where they stand: what the TOML and the JSON
// reader both produce, and the only form the schema knows.
//
// Thread: any. Plain data; owns everything it holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isolane::config {

// Both count from 1; 0 means unknown. Columns count bytes.
struct Position {
  int line = 0;
  int column = 0;
};

enum class ConfigKind { kNull, kBoolean, kInteger, kFloat, kString, kDate, kArray, kObject };

struct ConfigMember;

struct ConfigNode {
  ConfigKind kind = ConfigKind::kNull;
  Position position;

  bool boolean = false;
  int64_t integer = 0;
  double number = 0;
  std::string text;  // a string's content, or a TOML date as it was written
  std::vector<ConfigNode> items;
  std::vector<ConfigMember> members;  // in file order, each key once

  bool IsObject() const { return kind == ConfigKind::kObject; }
  bool IsArray() const { return kind == ConfigKind::kArray; }
  bool IsString() const { return kind == ConfigKind::kString; }
  bool IsBoolean() const { return kind == ConfigKind::kBoolean; }
  bool IsNumber() const { return kind == ConfigKind::kInteger || kind == ConfigKind::kFloat; }

  // The member called `key`; null when absent or when this is no object.
  const ConfigMember* Find(std::string_view key) const;
};

struct ConfigMember {
  std::string key;
  Position position;  // of the key
  ConfigNode value;
};

// The value of a number, of either kind; nothing for what is none.
std::optional<double> NumberOf(const ConfigNode& node);
// Likewise of one without a fraction, however it is written: 1000, 1000.0, 1e3.
std::optional<int64_t> WholeNumberOf(const ConfigNode& node);

// The text JSON.stringify would give: no blanks, members in order, a date as its text.
std::string ToJson(const ConfigNode& node);
// Likewise with two blanks of indentation: a line for each item and each member.
std::string ToIndentedJson(const ConfigNode& node);
// A JSON string literal, quotes included. `text` is UTF-8.
std::string JsonQuote(std::string_view text);

// The line of `source` at `position` with its number, and a caret line under it.
std::string Excerpt(std::string_view source, Position position);
// The position of the byte at `offset`.
Position PositionOf(std::string_view source, size_t offset);

}  // namespace isolane::config
