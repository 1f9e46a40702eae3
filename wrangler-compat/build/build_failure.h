// How a build that failed is told of, in wrangler's words.
//
// Thread: any. Pure functions.
#pragma once

#include <cstddef>
#include <string>

namespace isolane::wrangler {

// "Build failed with 2 errors:", an empty line, and `messages`, indented; no newline at the end.
std::string BuildFailure(size_t count, const std::string& messages);

}  // namespace isolane::wrangler
