// Files of variables: .dev.vars, .env and their relatives. The syntax is that of the npm package
// `dotenv`, the interpolation that of `dotenv-expand`, as wrangler uses them.
//
//   # comment
//   export NAME=plain text   # comment
//   PATTERN="\n is a line break here, and a real
//   one is one too"     # 'and' `these quotes` keep everything as it is
//
// Thread: any. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isolane::config {

struct DotenvVariable {
  std::string name;
  std::string value;
  int line = 0;  // of the name; counts from 1
};

// The variables in file order; of a name that is there twice, the last value at the first's place.
// Lines that are no assignments are passed over.
std::vector<DotenvVariable> ParseDotenv(std::string_view text);

// `value` with $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:+instead} and
// ${NAME+instead} replaced by what `known` has; an unknown or empty variable counts as not there.
// \$ is a dollar.
std::string ExpandDotenv(std::string_view value, const std::vector<DotenvVariable>& known);

}  // namespace isolane::config
