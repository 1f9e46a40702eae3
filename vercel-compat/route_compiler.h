// A RoutingConfig to the rules of a table, with Vercel's checks and words.
//
// spec/vercel-services.md sections 1.4 and 2.2. Thread: that of the engine.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <isolane/result.h>

#include "runtime/base/regex.h"
#include "vercel-compat/config.h"

namespace isolane::vercel {

// A rule of any kind as the low-level route that it stands for. Texts refer to captures by "$1" and
// "$name"; `src` is an anchored regular expression.
struct PlainRule {
  std::string src;
  std::optional<std::string> destination;
  std::optional<ServiceDestination> service;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> methods;
  std::vector<Condition> has;
  std::vector<Condition> missing;
  std::vector<Transform> transforms;
  int status = 0;
  bool goes_on = false;
  std::string where;  // "Rewrite at index 3", for messages
  std::string code;   // "invalid_rewrite"
};

struct PlainRules {
  // cleanUrls, trailingSlash, routes, redirects, headers: in this order.
  std::vector<PlainRule> first;
  // Routes behind a `handle`, and the rewrites: what applies where no file was found.
  std::vector<PlainRule> rewrites;
};

// The Error reads "[CODE] message".
Result<PlainRules> CompileRules(const RoutingConfig& config, base::RegexEngine& regexes);

}  // namespace isolane::vercel
