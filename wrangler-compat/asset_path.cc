#include "wrangler-compat/asset_path.h"

#include <algorithm>
#include <vector>

#include "runtime/base/percent.h"

namespace isolane::wrangler {
namespace {

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 0 || lead > 0xF4 || i + length > text.size()) return false;
    for (size_t k = 1; k < length; k++) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    const auto second = length > 2 ? static_cast<unsigned char>(text[i + 1]) : 0;
    // Longer than need be, a surrogate, or above U+10FFFF.
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
        (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
      return false;
    }
    i += length;
  }
  return true;
}

// As decodeURIComponent(); the part itself where that would throw.
std::string Decoded(std::string_view part) {
  std::string out;
  for (size_t i = 0; i < part.size(); i++) {
    if (part[i] != '%') {
      out += part[i];
      continue;
    }
    const int high = i + 2 < part.size() ? base::HexDigit(part[i + 1]) : -1;
    const int low = high < 0 ? -1 : base::HexDigit(part[i + 2]);
    if (low < 0) return std::string(part);
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return IsUtf8(out) ? out : std::string(part);
}

}  // namespace

std::string DecodeAssetPath(std::string_view path) {
  std::string decoded;
  for (size_t at = 0;;) {
    const size_t slash = path.find('/', at);
    decoded += Decoded(path.substr(at, slash == std::string_view::npos ? slash : slash - at));
    if (slash == std::string_view::npos) break;
    decoded += '/';
    at = slash + 1;
  }
  std::string out;
  for (const char c : decoded) {
    if (c != '/' || !out.ends_with('/')) out += c;
  }
  return out;
}

std::string EncodeAssetPath(std::string_view path) {
  return base::PercentEncoded(path, base::kPathMarks);
}

std::string NormalizeBasePath(std::string_view text, std::string* normalized) {
  if (text.empty()) return "The value must not be empty.";
  const size_t colon = text.find(':');
  const bool has_scheme =
      colon != std::string_view::npos && colon > 0 &&
      text.substr(0, colon).find_first_of("/?#") == std::string_view::npos &&
      ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  if (text.starts_with("//") || has_scheme) return "The value must be a pathname, not a URL.";
  for (const char c : text) {
    if (c == '\\') return "The value must not contain backslashes.";
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return "The value must not contain control characters.";
    }
  }
  if (text.find_first_of("?#") != std::string_view::npos) {
    return "The value must not contain query strings or fragments.";
  }
  if (text.find('%') != std::string_view::npos) {
    return "The value must not contain percent-encoded sequences.";
  }
  std::vector<std::string_view> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t slash = std::min(text.find('/', at), text.size());
    const std::string_view part = text.substr(at, slash - at);
    at = slash + 1;
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  normalized->assign(1, '/');
  for (const std::string_view part : parts) normalized->append(part).append("/");
  return {};
}

}  // namespace isolane::wrangler
