// The text of vercel.json to a VercelConfig.
//
// spec/vercel-services.md sections 1.1 to 1.4. Thread: that of the engine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <isolane/result.h>

#include "runtime/base/regex.h"
#include "vercel-compat/config.h"

namespace isolane::vercel {

// JSON; comments are accepted. `name` ("vercel.json") is for messages. The Error reads
// "[CODE] message" as that of `vercel`, with the place in the file where there is one.
// `elsewhere`: what bindings may name beside services of the file.
Result<VercelConfig> ReadVercelConfig(std::string_view text, const std::string& name,
                                      base::RegexEngine& regexes,
                                      const std::vector<std::string>& elsewhere = {});
// The names of the services that the file declares, if it can be read at all.
std::vector<std::string> ServiceNamesIn(std::string_view text, const std::string& name);

}  // namespace isolane::vercel
