#include "cli/terminal.h"

#include <unistd.h>

#include <cstdlib>

namespace isolane::cli {
namespace {

constexpr size_t kValueWidth = 40;

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

Colours ColoursOf(int file_descriptor) {
  if (IsSet("FORCE_COLOR")) return Colours::kAlways;
  const bool plain = IsSet("NO_COLOR") || isatty(file_descriptor) == 0;
  return plain ? Colours::kNever : Colours::kAlways;
}

std::string Paint(std::string_view text, Colour colour, Colours colours) {
  if (colours == Colours::kNever) return std::string(text);
  return "\x1b[" + std::to_string(static_cast<int>(colour)) + "m" + std::string(text) + "\x1b[0m";
}

std::string WithoutColours(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '\x1b') {
      plain += text[i];
      continue;
    }
    i = text.find('m', i);
    if (i == std::string_view::npos) break;
  }
  return plain;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) width++;
  }
  return width;
}

std::string Shortened(std::string text) {
  if (DisplayWidth(text) <= kValueWidth) return text;
  while (DisplayWidth(text) > kValueWidth - 3) {
    // Remove the last character with all its continuation bytes.
    while ((static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    text.pop_back();
  }
  return text + "...";
}

std::string Printable(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
    } else {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace isolane::cli
