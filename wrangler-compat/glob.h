// Globs as module rules write them: * within one path segment, ** across segments. Everything else,
// '?' and brackets included, stands for itself, as it does in wrangler.
//
// Thread: any.
#pragma once

#include <string_view>

namespace isolane::wrangler {

// Whether the whole of `path` ('/' between its parts) matches. "**/*.txt" matches "a.txt" too.
bool GlobMatches(std::string_view glob, std::string_view path);

// The same where a star takes slashes too. Bundlers look so at imports as they are written, which
// begin with "./" or "../": "**/*.txt" matches them, "*.txt" as well, and "texts/*.txt" does not.
bool ImportGlobMatches(std::string_view glob, std::string_view specifier);

}  // namespace isolane::wrangler
