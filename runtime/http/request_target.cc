#include "runtime/http/request_target.h"

#include <array>

namespace isolane::http {
namespace {

constexpr std::array<bool, 256> MakeHostCharacters() {
  std::array<bool, 256> allowed{};
  for (int c = '0'; c <= '9'; c++) allowed[c] = true;
  for (int c = 'a'; c <= 'z'; c++) allowed[c] = allowed[c - 'a' + 'A'] = true;
  for (const char c : std::string_view("-._~%!$&'()*+,;=")) allowed[c] = true;
  return allowed;
}

constexpr std::array<bool, 256> kHostCharacters = MakeHostCharacters();

bool StartsWithIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (size_t i = 0; i < lower.size(); i++) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lower[i]) return false;
  }
  return true;
}

bool IsPort(std::string_view text) {
  if (text.size() > 5) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

bool IsValidBracketed(std::string_view host) {
  const size_t end = host.find(']');
  if (end == std::string_view::npos || end < 3) return false;
  for (const char c : host.substr(1, end - 1)) {
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!hex && c != ':' && c != '.') return false;
  }
  const std::string_view rest = host.substr(end + 1);
  return rest.empty() || (rest[0] == ':' && IsPort(rest.substr(1)));
}

}  // namespace

bool IsValidHost(std::string_view host) {
  if (host.empty()) return false;
  if (host[0] == '[') return IsValidBracketed(host);
  for (size_t i = 0; i < host.size(); i++) {
    if (kHostCharacters[static_cast<unsigned char>(host[i])]) continue;
    return host[i] == ':' && i > 0 && IsPort(host.substr(i + 1));
  }
  return true;
}

TargetForm ClassifyTarget(std::string_view target) {
  if (target.find('#') != std::string_view::npos) return TargetForm::kInvalid;
  if (target.starts_with('/')) return TargetForm::kOrigin;
  if (target == "*") return TargetForm::kAsterisk;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!StartsWithIgnoringCase(target, scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    return IsValidHost(rest.substr(0, rest.find_first_of("/?"))) ? TargetForm::kAbsolute
                                                                 : TargetForm::kInvalid;
  }
  return TargetForm::kInvalid;
}

char* PutUrl(char* to, TargetForm form, std::string_view scheme, std::string_view host,
             std::string_view target) {
  if (form != TargetForm::kAbsolute) {
    to = Put(to, scheme);
    to = Put(to, host);
  }
  if (form == TargetForm::kAsterisk) return to;
  return Put(to, target);
}

}  // namespace isolane::http
