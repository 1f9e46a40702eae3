// The key `connect`, of an event that isolane does not serve yet. What is wrong with it is told all
// the same, in wrangler's words.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

void CheckConnect(ConfigSection& section);

}  // namespace isolane::wrangler
