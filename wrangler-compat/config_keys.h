// The table of wrangler's top-level keys: what type each has, whether an environment inherits it
// and what isolane does with it.
//
// Thread: any.
#pragma once

#include <span>
#include <string_view>

namespace isolane::wrangler {

enum class KeyUse {
  kInterpreted,  // some reader knows what it means, and reports what is wrong with it
  kIgnored,      // means nothing in a local run; only its type is checked
  kLater,        // would mean something; a warning says that it is ignored
  kRemoved,      // an error tells what to write instead
};

enum class KeyType { kAny, kString, kBoolean, kObject, kArray };

enum class KeyScope { kTopLevelOnly, kInheritable, kNotInheritable };

struct ConfigKey {
  std::string_view name;
  KeyUse use;
  KeyType type;
  KeyScope scope;
};

std::span<const ConfigKey> TopLevelKeys();
// Null when wrangler knows no such key either.
const ConfigKey* FindTopLevelKey(std::string_view name);

// The keys that the object `section` may have; empty when they are not checked.
std::span<const std::string_view> KnownFields(std::string_view section);

}  // namespace isolane::wrangler
