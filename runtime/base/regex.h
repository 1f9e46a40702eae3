// Regular expressions as JavaScript has them, for layers that must not see V8. The implementation
// is js::RegexEngine.
//
// Loop thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <isolane/result.h>

namespace isolane::base {

class Regex {
 public:
  // What the groups have matched; [0] is the whole match. A group that took no part has no value.
  using Groups = std::vector<std::optional<std::string>>;

  virtual ~Regex() = default;
  // Whether it matches anywhere in `text`, whose bytes count as characters. Fills `groups` (which
  // may be null) when it does. A match that backtracks without end counts as none.
  virtual bool Exec(std::string_view text, Groups* groups) = 0;
  // The names of the groups by number; empty for one without a name. [0] is the whole match.
  virtual const std::vector<std::string>& group_names() const = 0;
};

class RegexEngine {
 public:
  virtual ~RegexEngine() = default;
  // `source` is UTF-8, without slashes and flags. The Error is V8's message. The engine outlives
  // the expression.
  virtual Result<std::unique_ptr<Regex>> Compile(std::string_view source) = 0;
};

}  // namespace isolane::base
