// The query of a URL, for the few places of C++ that look into one.
//
// Thread: any. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isolane::base {

// The path of an absolute URL ("http://host/path?query"), without query and fragment; empty if the
// URL has none.
std::string_view PathOfUrl(std::string_view url);

// The value of the first parameter called `name`, decoded as
// application/x-www-form-urlencoded; nothing if there is none.
std::optional<std::string> QueryParameter(std::string_view url, std::string_view name);

}  // namespace isolane::base
