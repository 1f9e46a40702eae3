// Matches a path against the regular expression of a rule.
//
// The expressions that nearly all rules have ("/api/:path*", "/(.*)", "/users/:id") are recognized
// and matched right here; every other one is V8's, behind a test of the text that it begins with.
//
// Loop thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <isolane/result.h>

#include "runtime/base/regex.h"

namespace isolane::vercel {

// What the groups of a match have taken; used again from match to match.
struct Captures {
  // By number, from 0 (the whole) on; a group that took no part is empty. Views of the path, or of
  // `storage`.
  std::vector<std::string_view> groups;
  base::Regex::Groups storage;
};

class PathMatcher {
 public:
  // `source` is anchored at both ends. The Error's message is V8's.
  static Result<PathMatcher> Compile(const std::string& source, base::RegexEngine& regexes);
  // The same without looking for a simple form: for tests that compare.
  static Result<PathMatcher> CompileByEngine(const std::string& source, base::RegexEngine& regexes);

  // Like Vercel, a path that does not match is tried without its first '/', too.
  bool Match(std::string_view path, Captures& captures) const;

  // Number of the group called `name`; -1 if there is none.
  int GroupOf(std::string_view name) const;
  size_t groups() const { return group_count_; }
  bool simple() const { return regex_ == nullptr; }

 private:
  // How a simple expression goes on: text, then perhaps one segment, which is captured.
  struct Step {
    std::string text;
    bool segment = false;
  };
  // And how it ends.
  enum class Tail {
    kNothing,
    kAnything,         // (.*)
    kOptionalSegment,  // (?:TEXT([^/]+?))?
    kSegments,         // (?:/((?:[^/]+?)(?:/(?:[^/]+?))*))
    kOptionalSegments  // the same with a '?'
  };
  class Reader;

  bool MatchSimple(std::string_view path, Captures& captures) const;
  bool MatchTail(std::string_view path, std::string_view rest, Captures& captures) const;

  std::shared_ptr<base::Regex> regex_;  // shared by copies of the matcher; null: simple
  std::string prefix_;                  // of regex_: what every match begins with
  bool begins_with_slash_ = false;      // every match does
  std::vector<Step> steps_;
  Tail tail_ = Tail::kNothing;
  std::string tail_text_;
  size_t group_count_ = 1;
};

}  // namespace isolane::vercel
