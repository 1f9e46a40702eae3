// The keys that say which events reach a Worker, and who is told of what it does: `triggers`,
// `tail_consumers` and `streaming_tail_consumers`.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// `[triggers] crons`. A text that is no cron expression warns: nothing here fires it, but deploying
// will fail.
std::vector<std::string> ReadCrons(ConfigSection& section, DiagnosticGroup& tree);

// Of both keys, the streaming ones last.
std::vector<TailConsumer> ReadTailConsumers(ConfigSection& section);

// What is wrong with a cron expression, in words; empty if nothing is.
// https://developers.cloudflare.com/workers/configuration/cron-triggers/#supported-cron-expressions
std::string CheckCron(std::string_view expression);

}  // namespace isolane::wrangler
