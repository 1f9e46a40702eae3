// `containers`: means nothing in a local run without a container engine; what is wrong with it is
// told all the same, in wrangler's words.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

void CheckContainers(ConfigSection& section);

}  // namespace isolane::wrangler
