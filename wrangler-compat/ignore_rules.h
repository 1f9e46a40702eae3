// `.assetsignore`: which files of a directory are left out, in the syntax of .gitignore.
//
// https://git-scm.com/docs/gitignore#_pattern_format Letters compare without regard to case, as in
// wrangler. Thread: any. Owns its data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isolane::wrangler {

class IgnoreRules {
 public:
  IgnoreRules() = default;
  explicit IgnoreRules(std::string_view text);

  // `path` is relative to the directory, with '/' between its parts. What lies in a directory that
  // is ignored is ignored, whatever other rules say.
  bool Ignores(std::string_view path) const;

 private:
  struct Rule {
    std::string pattern;  // in lower case, without what the flags say
    bool negated = false;
    bool directories_only = false;
    bool anchored = false;  // matches from the root on; else any last part
  };
  // Of the path itself, its directories left aside. `directory`: it is one.
  bool IgnoresOne(std::string_view lower_path, bool directory) const;

  std::vector<Rule> rules_;
};

}  // namespace isolane::wrangler
