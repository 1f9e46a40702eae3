// JSON Schema as far as vercel.json needs it, with the messages of the npm package ajv, version 6,
// which are what `vercel` shows.
//
// Keywords: type, required, properties, patternProperties, additionalProperties, propertyNames,
// minProperties, maxProperties, items, minItems, maxItems, minLength, maxLength, pattern, minimum,
// maximum, const, enum, anyOf, oneOf, allOf, not, if, then; $ref names a member of `definitions`.
//
// Thread: that of the engine. Blocking; for a start.
#pragma once

#include <optional>
#include <string>

#include "runtime/base/regex.h"
#include "runtime/config/config_tree.h"

namespace isolane::vercel {

struct SchemaError {
  std::string path;     // "services['a'].bindings[0]"; empty: the whole
  std::string message;  // "should be string"
  // Not empty: a key that is not allowed, instead of the message.
  std::string additional;
  // Not empty: a key that is not there, instead of the message.
  std::string missing;
  config::Position position;
};

// The first thing that is wrong with `value`, in ajv's order. `schema` and `definitions` are ours.
std::optional<SchemaError> Validate(const config::ConfigNode& value,
                                    const config::ConfigNode& schema,
                                    const config::ConfigNode& definitions,
                                    base::RegexEngine& regexes);

}  // namespace isolane::vercel
