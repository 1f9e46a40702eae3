// Patterns of paths: "/users/:id(\\d+)", "/docs/:path*", "/{:lang-}?home". The language is that of
// the npm package path-to-regexp 6.1.0, which Vercel uses; tests/vercel-compat/path_pattern_test.cc
// compares with the package itself.
//
// Thread: any. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <isolane/result.h>

namespace isolane::vercel {

// A stretch of text, or a parameter.
struct PatternToken {
  bool is_text = false;
  std::string text;  // of a stretch of text
  // Of a parameter: its name, or its number if it has none. Neither for "{...}" without a pattern.
  std::string name;
  int number = -1;
  std::string prefix;
  std::string suffix;
  std::string pattern;   // regular expression of its value
  char modifier = '\0';  // '?', '*' or '+'
};

// `delimiters`: characters that a parameter without a pattern of its own does not take. The
// Error's message is that of the package.
Result<std::vector<PatternToken>> ParsePattern(std::string_view pattern,
                                               std::string_view delimiters = "/#?");

struct PatternRegex {
  // Matches whole paths, strictly and by case.
  std::string source;
  // Names of the capture groups by number, from 1 on; empty for a group without a name.
  std::vector<std::string> segments;
};
Result<PatternRegex> PatternToRegex(std::string_view pattern);

// Values of parameters by name, in order.
using Parameters = std::vector<std::pair<std::string, std::string>>;

// `pattern` with its parameters replaced by their values. An Error if one is missing.
Result<std::string> FillPattern(std::string_view pattern, const Parameters& values);

}  // namespace isolane::vercel
