// Transforms: what rules change of a request's head and of its response's.
//
// spec/vercel-services.md section 2.5. Loop thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <isolane/result.h>

#include "vercel-compat/conditions.h"
#include "vercel-compat/config.h"
#include "vercel-compat/reference_text.h"

namespace isolane::vercel {

// A transform with its references resolved, for one request.
struct AppliedTransform {
  Transform::Target target = Transform::Target::kRequestPath;
  Transform::Operation operation = Transform::Operation::kSet;
  std::string key;
  const ValueMatcher* key_test = nullptr;  // instead of `key`; of the table
  std::optional<std::vector<std::string>> arguments;
};

// The transforms of one rule.
class TransformRules {
 public:
  static Result<TransformRules> Compile(const std::vector<Transform>& transforms,
                                        const PathMatcher& matcher, base::RegexEngine& regexes);

  bool empty() const { return rules_.empty(); }
  void Resolve(const Captured& captured, const std::map<std::string, std::string>& variables,
               std::vector<AppliedTransform>& applied) const;

 private:
  struct Rule {
    Transform::Target target;
    Transform::Operation operation;
    ReferenceText key;
    std::optional<ValueMatcher> key_test;
    bool has_arguments = false;
    std::vector<ReferenceText> arguments;
    std::vector<std::string> env;
  };
  std::vector<Rule> rules_;
};

// Of the request's head: its headers. `headers` is what stands behind the start of a packed head.
void TransformHeaders(const std::vector<AppliedTransform>& transforms, Transform::Target target,
                      std::string& headers);
// `query` with its '?', or empty.
std::string TransformQuery(const std::vector<AppliedTransform>& transforms, std::string query);
// The path that the last valid transform sets.
std::optional<std::string> TransformedPath(const std::vector<AppliedTransform>& transforms);

}  // namespace isolane::vercel
