// `has` and `missing`: what a request must and must not carry for a rule to apply.
//
// spec/vercel-services.md section 2.3. Loop thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <isolane/result.h>

#include "runtime/base/regex.h"
#include "vercel-compat/config.h"
#include "vercel-compat/request_view.h"

namespace isolane::vercel {

// Values by name, for "$name" of destinations, headers and transforms.
using NamedValues = std::vector<std::pair<std::string, std::string>>;

class ValueMatcher {
 public:
  static Result<ValueMatcher> Compile(const ValueTest& test, base::RegexEngine& regexes);

  enum class Case { kKeep, kIgnore };  // the latter for names
  // The named groups of its expression go to `captured`, which may be null.
  bool Matches(const std::string& value, Case letters, NamedValues* captured) const;
  bool has_named_groups() const { return has_named_groups_; }

 private:
  ValueTest test_;
  std::shared_ptr<base::Regex> regex_;  // shared by copies; null: none
  bool has_named_groups_ = false;
};

class ConditionMatcher {
 public:
  static Result<ConditionMatcher> Compile(const std::vector<Condition>& has,
                                          const std::vector<Condition>& missing,
                                          base::RegexEngine& regexes);

  bool empty() const { return has_.empty() && missing_.empty(); }
  // What `has` captures goes to `captured`, which is not cleared.
  bool Holds(const RequestView& request, NamedValues& captured) const;

 private:
  struct Item {
    Condition condition;
    ValueMatcher value;
  };
  static Result<std::vector<Item>> CompileItems(const std::vector<Condition>& conditions,
                                                base::RegexEngine& regexes);
  static bool Holds(const Item& item, const RequestView& request, NamedValues* captured);

  std::vector<Item> has_;
  std::vector<Item> missing_;
};

}  // namespace isolane::vercel
