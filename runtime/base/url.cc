#include "runtime/base/url.h"

#include "third_party/ada/ada_c.h"

namespace isolane::base {
namespace {

std::string Owned(ada_string text) {
  return text.length == 0 ? std::string() : std::string(text.data, text.length);
}

}  // namespace

std::optional<UrlParts> ResolveUrl(std::string_view text, std::string_view base) {
  ada_url parsed = ada_parse_with_base(text.data(), text.size(), base.data(), base.size());
  std::optional<UrlParts> parts;
  if (ada_is_valid(parsed)) {
    parts.emplace();
    parts->href = Owned(ada_get_href(parsed));
    const ada_owned_string origin = ada_get_origin(parsed);
    parts->origin.assign(origin.data, origin.length);
    ada_free_owned_string(origin);
    parts->hostname = Owned(ada_get_hostname(parsed));
    parts->host = Owned(ada_get_host(parsed));
    parts->pathname = Owned(ada_get_pathname(parsed));
    parts->search = Owned(ada_get_search(parsed));
    parts->hash = Owned(ada_get_hash(parsed));
  }
  ada_free(parsed);
  return parts;
}

}  // namespace isolane::base
