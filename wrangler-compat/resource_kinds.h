// The table of Cloudflare's bindings: storage, queues, models and so on, most of which isolane
// reads but does not have. For each: where it is declared, which fields it has, and whether it
// works.
//
// Thread: any.
#pragma once

#include <span>
#include <string_view>

namespace isolane::wrangler {

enum class ResourceShape {
  kArray,   // key = [ { binding = "NAME", ... } ]
  kNested,  // key = { FIELD = [ { binding = "NAME", ... } ] }
  kObject,  // key = { binding = "NAME", ... }
  kFiles,   // key = { NAME = "path" }
};

// What wrangler asks of a field, each with words of its own.
enum class FieldNeed {
  kString,           // must be there: should have a string "x" field
  kMustString,       // must be there: must have a string "x" field
  kMustA,            // must be there: must have a "x" field
  kMustAn,           // must be there: must have an "x" field
  kFilled,           // must be there, and not empty: should have a string "x" field
  kIdIfThere,        // not empty: should have a string "x" field
  kNameIfThere,      // not empty: should, optionally, have a string "x" field
  kFilledIfThere,    // should optionally have a non-empty string "x" field
  kMustAIfThere,     // must have a "x" field
  kMayString,        // may have a string "x" field
  kOptional,         // should, optionally, have a string "x" field
  kOptionally,       // should optionally have a string "x" field
  kOptionalFlag,     // should, optionally, have a boolean "x" field
  kMustFlagIfThere,  // must have a boolean "x" field
  kAny,
};

struct ResourceField {
  std::string_view name;
  FieldNeed need;
};

enum class ResourceSupport {
  kHere,       // isolane has it: config_resources.cc knows how
  kNotYet,     // isolane may have it one day
  kCloudflare  // exists nowhere else
};

struct ResourceKind {
  std::string_view key;
  std::string_view nested = {};  // kNested: the field with the array
  std::string_view friendly;     // "KV Namespace"
  ResourceShape shape = ResourceShape::kArray;
  ResourceSupport support;
  std::string_view name_field = "binding";
  // The first of these that is there says what the binding is bound to.
  std::span<const std::string_view> target_fields = {};
  std::span<const ResourceField> fields = {};  // name_field included; as they are checked
  bool open = false;                           // fields that are not listed are not warned of
  bool remote_only = false;                    // wrangler too has nothing for it locally, and warns
  // What messages call the entries that are none, if not by the key: "queue".
  std::string_view entries = {};
};

std::span<const ResourceKind> ResourceKinds();
// The kinds of a key; null for a key that declares none.
const ResourceKind* FindResourceKind(std::string_view key);

// The place of a kind of binding (by its friendly name) in messages that list several, and in the
// table of a Worker's bindings. Kinds of any key: "Worker", "Environment Variable". What is unknown
// comes last.
size_t FriendlyRank(std::string_view friendly);
size_t TableRank(std::string_view friendly);

}  // namespace isolane::wrangler
