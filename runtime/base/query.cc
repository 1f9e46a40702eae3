#include "runtime/base/query.h"

#include <algorithm>

#include "runtime/base/percent.h"

namespace isolane::base {

namespace {

// https://url.spec.whatwg.org/#urlencoded-parsing
std::string Decoded(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return PercentDecoded(spaced);
}

}  // namespace

std::string_view PathOfUrl(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const size_t path = url.find_first_of("/?#", scheme + 3);
  if (path == std::string_view::npos || url[path] != '/') return {};
  url.remove_prefix(path);
  return url.substr(0, url.find_first_of("?#"));
}

std::optional<std::string> QueryParameter(std::string_view url, std::string_view name) {
  url = url.substr(0, url.find('#'));
  const size_t mark = url.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view query = url.substr(mark + 1);
  for (;;) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const size_t equals = pair.find('=');
    if (Decoded(pair.substr(0, equals)) == name) {
      return equals == std::string_view::npos ? std::string() : Decoded(pair.substr(equals + 1));
    }
    if (end == std::string_view::npos) return std::nullopt;
    query.remove_prefix(end + 1);
  }
}

}  // namespace isolane::base
