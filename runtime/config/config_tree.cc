#include "runtime/config/config_tree.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace isolane::config {
namespace {

// ECMA-262 Number::toString, radix 10: the shortest digits that give the value back.
std::string NumberText(double value) {
  if (!std::isfinite(value)) return "null";
  if (value == 0) return "0";
  if (value < 0) return "-" + NumberText(-value);
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string text(buffer, end);  // d.ddde+xx
  const size_t e = text.find('e');
  std::string digits = text.substr(0, 1);
  if (e > 2) digits += text.substr(2, e - 2);
  const int exponent = std::atoi(text.c_str() + e + 1);

  const int point = exponent + 1;  // digits before the decimal point
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point < -5) {
    if (count > 1) digits.insert(1, ".");
    return digits + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
  }
  if (point <= 0) return "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  if (count <= point) return digits + std::string(static_cast<size_t>(point - count), '0');
  return digits.substr(0, static_cast<size_t>(point)) + "." +
         digits.substr(static_cast<size_t>(point));
}

// What stands between the parts of an array or an object that is itself in this many others; with
// `depth` below 0 there are no blanks at all.
void AppendBreak(int depth, std::string& out) {
  if (depth < 0) return;
  out += '\n';
  out.append(static_cast<size_t>(depth) * 2, ' ');
}

void AppendJson(const ConfigNode& node, int depth, std::string& out) {
  const int inner = depth < 0 ? depth : depth + 1;
  switch (node.kind) {
    case ConfigKind::kNull:
      out += "null";
      return;
    case ConfigKind::kBoolean:
      out += node.boolean ? "true" : "false";
      return;
    case ConfigKind::kInteger:
      out += std::to_string(node.integer);
      return;
    case ConfigKind::kFloat:
      out += NumberText(node.number);
      return;
    case ConfigKind::kString:
    case ConfigKind::kDate:
      out += JsonQuote(node.text);
      return;
    case ConfigKind::kArray:
      out += '[';
      for (size_t i = 0; i < node.items.size(); i++) {
        if (i > 0) out += ',';
        AppendBreak(inner, out);
        AppendJson(node.items[i], inner, out);
      }
      if (!node.items.empty()) AppendBreak(depth, out);
      out += ']';
      return;
    case ConfigKind::kObject:
      out += '{';
      for (size_t i = 0; i < node.members.size(); i++) {
        if (i > 0) out += ',';
        AppendBreak(inner, out);
        out += JsonQuote(node.members[i].key);
        out += depth < 0 ? ":" : ": ";
        AppendJson(node.members[i].value, inner, out);
      }
      if (!node.members.empty()) AppendBreak(depth, out);
      out += '}';
      return;
  }
}

}  // namespace

const ConfigMember* ConfigNode::Find(std::string_view key) const {
  for (const ConfigMember& member : members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

std::optional<double> NumberOf(const ConfigNode& node) {
  if (node.kind == ConfigKind::kInteger) return static_cast<double>(node.integer);
  if (node.kind == ConfigKind::kFloat) return node.number;
  return std::nullopt;
}

std::optional<int64_t> WholeNumberOf(const ConfigNode& node) {
  if (node.kind == ConfigKind::kInteger) return node.integer;
  // What is beyond has no int64_t; NaN is equal to nothing.
  constexpr double kBeyond = 9223372036854775808.0;
  if (node.kind != ConfigKind::kFloat || node.number != std::trunc(node.number) ||
      node.number < -kBeyond || node.number >= kBeyond) {
    return std::nullopt;
  }
  return static_cast<int64_t>(node.number);
}

std::string ToJson(const ConfigNode& node) {
  std::string out;
  AppendJson(node, -1, out);
  return out;
}

std::string ToIndentedJson(const ConfigNode& node) {
  std::string out;
  AppendJson(node, 0, out);
  return out;
}

std::string JsonQuote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[c >> 4];
          out += kHex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
  return out;
}

std::string Excerpt(std::string_view source, Position position) {
  if (position.line < 1) return {};
  size_t start = 0;
  for (int line = 1; line < position.line; line++) {
    const size_t end = source.find('\n', start);
    if (end == std::string_view::npos) return {};
    start = end + 1;
  }
  std::string_view line = source.substr(start, source.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::string margin = "  " + std::to_string(position.line) + " | ";
  const size_t before =
      std::min(line.size(), static_cast<size_t>(std::max(position.column, 1) - 1));
  // The caret stands under the same column: tabs stay tabs, UTF-8 continuation bytes take no room.
  std::string caret(margin.size() - 2, ' ');
  caret += "| ";
  for (const char c : line.substr(0, before)) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) caret += c == '\t' ? '\t' : ' ';
  }
  return margin + std::string(line) + "\n" + caret + "^";
}

Position PositionOf(std::string_view source, size_t offset) {
  Position position{1, 1};
  for (const char c : source.substr(0, std::min(offset, source.size()))) {
    if (c == '\n') {
      position.line++;
      position.column = 1;
    } else {
      position.column++;
    }
  }
  return position;
}

}  // namespace isolane::config
