// Which names the bindings of a Worker have: no two may share one.
//
// Thread: any. Plain data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// A binding and what kind it is, as messages about doubled names call it.
struct NamedBinding {
  std::string name;
  std::string_view kind;  // "KV Namespace"; of static storage
  Position position;
};

// Reports each name that several of `bindings` have, in wrangler's words.
void ReportDoubledNames(ConfigSection& section, std::vector<NamedBinding> bindings);

}  // namespace isolane::wrangler
