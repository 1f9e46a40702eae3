#include "wrangler-compat/config_unsafe.h"

#include <algorithm>
#include <string>

namespace isolane::wrangler {
namespace {

bool HasString(const ConfigNode& node, std::string_view key) {
  const ConfigMember* member = node.Find(key);
  return member != nullptr && member->value.IsString();
}

// What is wrong with them is told by their reader.
bool HasGoodBindings(const ConfigNode& unsafe) {
  const ConfigMember* list = unsafe.Find("bindings");
  if (list == nullptr) return true;
  const auto& items = list->value.items;
  return list->value.IsArray() &&
         std::all_of(items.begin(), items.end(), [](const ConfigNode& node) {
           return HasString(node, "name") && HasString(node, "type");
         });
}

// False when there is a mistake after which nothing is told.
bool CheckSchemas(ConfigSection& section, const ConfigMember& capnp, const std::string& path) {
  const ConfigMember* base = capnp.value.Find("base_path");
  const ConfigMember* schemas = capnp.value.Find("source_schemas");
  if (const ConfigMember* compiled = capnp.value.Find("compiled_schema")) {
    if (base != nullptr || schemas != nullptr) {
      section.Fail("The field " + JsonQuote(path) +
                       " cannot contain both \"compiled_schema\" and one of \"base_path\" or "
                       "\"source_schemas\".",
                   compiled->position);
      return false;
    }
    if (compiled->value.IsString()) return true;
    section.Fail("The field " + JsonQuote(path + ".compiled_schema") +
                     ", when present, should be a string but got " + ToJson(compiled->value) + ".",
                 compiled->position);
    return false;
  }
  if (base == nullptr || !base->value.IsString()) {
    section.Fail("The field " + JsonQuote(path + ".base_path") +
                     ", when present, should be a string but got " +
                     (base == nullptr ? "undefined" : ToJson(base->value)),
                 base == nullptr ? capnp.position : base->position);
  }
  if (schemas != nullptr) return section.Part(capnp.value, path).CheckStrings("source_schemas");
  section.Fail("Expected " + JsonQuote(path + ".source_schemas") +
                   " to be an array of strings but got undefined",
               capnp.position);
  return false;
}

}  // namespace

void CheckUnsafe(ConfigSection& section) {
  const ConfigMember* unsafe = section.Find("unsafe");
  if (unsafe == nullptr || !unsafe->value.IsObject() || !HasGoodBindings(unsafe->value)) return;
  const std::string field = section.Field("unsafe");
  for (const std::string key : {"metadata", "capnp"}) {
    const ConfigMember* member = unsafe->value.Find(key);
    if (member == nullptr || member->value.IsObject()) continue;
    section.Fail("The field " + JsonQuote(field + "." + key) + " should be an object but got " +
                     ToJson(member->value) + ".",
                 member->position);
    return;
  }
  const ConfigMember* capnp = unsafe->value.Find("capnp");
  if (capnp != nullptr && !CheckSchemas(section, *capnp, field + ".capnp")) return;
  static constexpr std::string_view kKnown[] = {"bindings", "metadata", "capnp"};
  // Never with the environment, like wrangler.
  section.Part(unsafe->value, section.Name("unsafe")).WarnUnexpected(kKnown);
}

}  // namespace isolane::wrangler
