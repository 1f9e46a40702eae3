// Text in which "$1" and "$name" stand for what a rule has captured.
//
// Loop thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vercel-compat/conditions.h"
#include "vercel-compat/path_matcher.h"

namespace isolane::vercel {

// What the text of one rule may refer to, for one request.
struct Captured {
  const Captures* groups = nullptr;
  const NamedValues* named = nullptr;
};

enum class UnknownReference {
  kEmpty,  // "$what" that nothing has captured is left out
  kKeep,   // or stays: it may be an environment variable
};

class ReferenceText {
 public:
  ReferenceText() = default;
  ReferenceText(std::string_view text, const PathMatcher& matcher, UnknownReference unknown);

  // The text with every reference replaced, appended to `out`.
  void AppendTo(std::string& out, const Captured& captured) const;
  std::string Resolve(const Captured& captured) const;
  bool empty() const { return pieces_.empty(); }

 private:
  struct Piece {
    std::string text;  // plain, or the reference as it was written
    int group = -1;
    std::string name;
  };
  std::vector<Piece> pieces_;
  UnknownReference unknown_ = UnknownReference::kEmpty;
};

// `text` with $NAME and ${NAME} replaced for each NAME of `allowed` that is in `variables`.
std::string ExpandVariables(std::string_view text, const std::vector<std::string>& allowed,
                            const std::map<std::string, std::string>& variables);

}  // namespace isolane::vercel
