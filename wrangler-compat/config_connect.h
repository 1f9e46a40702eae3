// Keys about events that isolane does not serve yet: `connect`, `streaming_tail_consumers`. What is
// wrong with them is told all the same, in wrangler's words.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

void CheckConnect(ConfigSection& section);
void CheckStreamingTailConsumers(ConfigSection& section);

}  // namespace isolane::wrangler
