// Cron triggers as handlers get them.
//
// Thread: any. Pure functions.
#pragma once

#include <isolane/events.h>

#include "runtime/worker/event_call.h"

namespace isolane::worker {

// The time is that of the call, unless the event has one.
HandlerEvent MakeScheduledEvent(const ScheduledEvent& event);

// {"outcome":"ok","noRetry":false}
std::string ScheduledResultJson(const EventResult& result);

}  // namespace isolane::worker
