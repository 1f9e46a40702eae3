#include "runtime/base/database_url.h"

#include <algorithm>
#include <charconv>

#include "runtime/base/ascii.h"

namespace isolane::base {
namespace {

bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexOf(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string Decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); i++) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexOf(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : HexOf(text[i + 2]);
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

// What is before the first of `marks`; `text` is what is left, from that one on.
std::string_view TakeUntil(std::string_view& text, std::string_view marks) {
  const size_t end = std::min(text.find_first_of(marks), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

bool IsScheme(std::string_view text) {
  return !text.empty() && IsAlpha(text[0]) && std::all_of(text.begin(), text.end(), [](char c) {
    return IsAlpha(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
  });
}

// "host", "host:5432", "[::1]:5432"
bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool ReadHost(std::string_view text, DatabaseUrl& url) {
  std::string_view host;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    host = TakeUntil(text, ":");
  }
  url.host = Decoded(host);
  if (url.host.find_first_of(" <>\\^|@") != std::string::npos ||
      std::any_of(url.host.begin(), url.host.end(), IsControl)) {
    return false;
  }
  if (text.empty()) return true;
  if (text[0] != ':') return false;
  text.remove_prefix(1);
  if (text.empty()) return true;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), url.port);
  return error == std::errc() && end == text.data() + text.size() && url.port >= 0 &&
         url.port <= 65535;
}

void ReadParameters(std::string_view text, DatabaseUrl& url) {
  while (!text.empty()) {
    std::string_view one = TakeUntil(text, "&");
    if (!text.empty()) text.remove_prefix(1);
    const std::string_view name = TakeUntil(one, "=");
    if (!one.empty()) one.remove_prefix(1);
    std::string value(one);
    std::replace(value.begin(), value.end(), '+', ' ');
    if (!name.empty()) url.parameters.emplace_back(LowerCased(Decoded(name)), Decoded(value));
  }
}

}  // namespace

std::optional<DatabaseUrl> DatabaseUrl::Parse(std::string_view text) {
  DatabaseUrl url;
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || !IsScheme(text.substr(0, colon))) return std::nullopt;
  url.scheme = LowerCased(text.substr(0, colon));
  text.remove_prefix(colon + 1);
  if (!text.starts_with("//")) return std::nullopt;
  text.remove_prefix(2);

  std::string_view authority = TakeUntil(text, "/?#");
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    std::string_view who = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    url.user = Decoded(TakeUntil(who, ":"));
    if (!who.empty()) url.password = Decoded(who.substr(1));
  }
  if (!ReadHost(authority, url)) return std::nullopt;

  const std::string_view path = TakeUntil(text, "?#");
  url.has_path = !path.empty();
  if (url.has_path) url.database = Decoded(path.substr(1));
  if (text.starts_with('?')) {
    text.remove_prefix(1);
    ReadParameters(TakeUntil(text, "#"), url);
  }
  return url;
}

std::string_view DatabaseUrl::Parameter(std::string_view name) const {
  std::string_view value;
  for (const auto& [key, text] : parameters) {
    if (key == name) value = text;
  }
  return value;
}

}  // namespace isolane::base
