// The text of vercel.json to a VercelConfig.
//
// spec/vercel-services.md sections 1.1 to 1.4. Thread: that of the engine.
#pragma once

#include <string>
#include <string_view>

#include <isolane/result.h>

#include "runtime/base/regex.h"
#include "vercel-compat/config.h"

namespace isolane::vercel {

// JSON; comments are accepted. `name` ("vercel.json") is for messages. The Error reads
// "[CODE] message" as that of `vercel`, with the place in the file where there is one.
Result<VercelConfig> ReadVercelConfig(std::string_view text, const std::string& name,
                                      base::RegexEngine& regexes);

}  // namespace isolane::vercel
