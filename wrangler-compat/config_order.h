// The order of what there is to say of one configuration: that in which wrangler goes through its
// keys, whatever the order in which isolane reads them.
//
// Thread: any.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "wrangler-compat/config_tree.h"
#include "wrangler-compat/diagnostics.h"

namespace isolane::wrangler {

// What Diagnostic::about may be beside a key: checks that come before or
// after all keys.
inline constexpr char kAboutExperimental[] = "(unsafe fields)";
inline constexpr char kAboutLifecycle[] = "(Durable Objects without a life)";
inline constexpr char kAboutBothLives[] = "(migrations and exports)";
inline constexpr char kAboutWorkflowNames[] = "(names of workflows)";
inline constexpr char kAboutContainerLinks[] = "(containers and exports)";
inline constexpr char kAboutNames[] = "(names of bindings)";
inline constexpr char kAboutUnexpected[] = "(unexpected keys)";

// True for those that look at what an environment inherits, too, and tell it there again.
bool IsOfInherited(std::string_view about);

// Which key of an object is at a place of its file. Borrows the object.
class KeyPlaces {
 public:
  explicit KeyPlaces(const ConfigNode& object);

  // The key that stands there, or that has something in its value there; null: none.
  const std::string* KeyAt(Position position) const;

 private:
  void Add(const ConfigNode& value, const std::string& key);
  void Add(Position position, const std::string& key);

  std::map<std::pair<int, int>, const std::string*> keys_;
};

// Sorts what is in `group`, found in `object`: the top level, or an environment as it is written.
// Groups of nested objects without a message go; that of an environment stays, behind them.
void OrderAsWrangler(DiagnosticGroup& group, const ConfigNode& object);

}  // namespace isolane::wrangler
