#include "runtime/worker/address_map.h"

#include "runtime/base/packed_head.h"

namespace isolane::worker {

namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

// Every `from` in `text` that is no part of a longer host.
std::string Replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  size_t at = 0;
  while (true) {
    const size_t found = text.find(from, at);
    if (found == std::string_view::npos) break;
    const size_t end = found + from.size();
    const bool starts = found == 0 || !IsHostCharacter(text[found - 1]);
    const bool ends = end == text.size() || (!IsHostCharacter(text[end]) && text[end] != ':');
    out += text.substr(at, found - at);
    out += starts && ends ? to : from;
    at = end;
  }
  out += text.substr(at);
  return out;
}

std::string_view WithoutPort(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace

bool IsNoDeployment(std::string_view authority) {
  const std::string_view host = WithoutPort(authority);
  if (host.starts_with('[')) return true;
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string AddressMap::InnerOrigin(const Outer& outer) const {
  const std::string scheme = scheme_.empty() ? std::string(outer.scheme) : scheme_ + "://";
  return scheme + InnerAuthority(outer);
}

AddressMap::Outer AddressMap::MapRequest(std::string& packed_head) const {
  const std::string_view url = base::PackedUrl(packed_head);
  const std::string_view scheme = url.starts_with(kHttps) ? kHttps : kHttp;
  if (!url.starts_with(scheme)) return {};
  const std::string_view rest = url.substr(scheme.size());
  const Outer outer{std::string(rest.substr(0, rest.find_first_of("/?"))), scheme};
  if (!IsNoDeployment(outer.authority)) return {};

  const std::string origin = InnerOrigin(outer);
  std::string changed(base::PackedMethod(packed_head));
  changed += base::kValueMark;
  changed += origin;
  changed += rest.substr(outer.authority.size());
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    const std::string with_origin =
        Replaced(value, std::string(outer.scheme) + outer.authority, origin);
    base::AppendPackedHeader(changed, name,
                             Replaced(with_origin, outer.authority, InnerAuthority(outer)));
  });
  packed_head = std::move(changed);
  return outer;
}

std::string AddressMap::MapResponse(std::string_view packed_head, const Outer& outer) const {
  const std::string outer_origin = std::string(outer.scheme) + outer.authority;
  const std::string inner = InnerAuthority(outer);
  std::string changed(base::PackedStart(packed_head));
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    std::string text = Replaced(value, std::string(kHttps) + inner, outer_origin);
    text = Replaced(text, std::string(kHttp) + inner, outer_origin);
    // A cookie's domain has no port.
    text = name == "set-cookie" ? Replaced(text, WithoutPort(inner), WithoutPort(outer.authority))
                                : Replaced(text, inner, outer.authority);
    base::AppendPackedHeader(changed, name, text);
  });
  return changed;
}

}  // namespace isolane::worker
