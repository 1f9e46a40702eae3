// A request as the rules see it: views into its packed head.
//
// Thread: any. Borrows the head.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isolane::vercel {

struct RequestView {
  std::string_view head;    // packed, see base/packed_head.h
  std::string_view method;  // "GET"
  std::string_view origin;  // "http://shop.example:8787"
  std::string_view host;    // of it: "shop.example:8787"
  std::string_view path;    // as it came, still percent-encoded; "/" at least
  std::string_view query;   // with its '?'; empty: none
};

RequestView ViewOf(std::string_view packed_head);

// The values of a header, joined with ", "; `name` in lower case. Nothing when absent.
std::optional<std::string> HeaderOf(std::string_view packed_head, std::string_view name);
// Whether there is such a header at all.
bool HasHeader(std::string_view packed_head, std::string_view name);
// The value of a cookie, percent-decoded. Of several the first.
std::optional<std::string> CookieOf(std::string_view packed_head, std::string_view name);
// The value of a parameter of `query`, decoded. Of several the last, as Vercel has it; "" for one
// without a value.
std::optional<std::string> ParameterOf(std::string_view query, std::string_view name);

// Of slashes that follow each other one is left.
std::string WithoutDoubleSlashes(std::string_view path);

// The query that a rule's destination and a request make together, with its '?': the keys of
// `destination` first, values of `request` where both have one. Either may be empty.
std::string MergedQuery(std::string_view destination, std::string_view request);

}  // namespace isolane::vercel
