// What a workflow may say of itself, as a binding (`workflows`) and as an export (`exports`): when
// it runs, how many steps, for how long its results are kept, where.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// 1 to 64 letters, digits, "_" and "-", the first none of the last.
bool IsWorkflowName(std::string_view name);

// What is said of a name that is none, after what it is called.
inline constexpr char kWorkflowNameRule[] =
    "Workflow names must be 1-64 characters long, start with a letter, number, or underscore, and "
    "may only contain letters, numbers, underscores, or hyphens.";

// Checks all of it but its names. `field` and `kind` are how messages name the object `node`:
// "workflows[0]", "bindings". False, and reported, if something is wrong.
bool CheckWorkflowSettings(ConfigSection& section, const ConfigNode& node, const std::string& field,
                           const std::string& kind);

// Fails if two of `workflows` have the same name.
void CheckWorkflowNames(ConfigSection& section, const ConfigMember& workflows);

// The classes of `workflows` that the Worker itself has to export. Reports nothing.
std::vector<std::string> OwnWorkflowClasses(const ConfigSection& section);

}  // namespace isolane::wrangler
