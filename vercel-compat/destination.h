// What a rule turns a path into: the destinations of rewrites and redirects, with ":name" resolved
// to the capture groups of the source ("$1") when the rules are read, and "$1" and "$name" to their
// values for each request.
//
// spec/vercel-services.md sections 2.2 and 2.5. Thread: any. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <isolane/result.h>

#include "vercel-compat/config.h"

namespace isolane::vercel {

// Names that `has` conditions capture: keys without a value, and the named groups of values.
std::vector<std::string> ConditionSegments(const std::vector<Condition>& has);

enum class UnusedParameters {
  kDrop,   // of a redirect
  kQuery,  // of a rewrite: appended to the query when the path uses none of them
};

// `destination` with ":name" replaced by "$1" (its group in the source; `segments` are the names of
// the groups) or "$name" (captured by `has`).
Result<std::string> CompileDestination(std::string_view destination,
                                       const std::vector<std::string>& segments,
                                       const std::vector<std::string>& has_segments,
                                       UnusedParameters unused);

// The same for a header of a `headers` rule, its name or its value.
Result<std::string> CompileHeaderText(std::string_view text,
                                      const std::vector<std::string>& segments,
                                      const std::vector<std::string>& has_segments);

// The same for the path of a `request.path` transform of a rewrite. The Error says which parameter
// is unknown.
Result<std::string> CompileTransformPath(std::string_view path,
                                         const std::vector<std::string>& segments,
                                         const std::vector<std::string>& has_segments,
                                         const std::vector<std::string>& env);

// Parameters (":name") of a destination: those of its host, path and the values of its query.
std::vector<std::string> DestinationParameters(std::string_view destination);

}  // namespace isolane::vercel
