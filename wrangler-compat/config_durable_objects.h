// `durable_objects`, `migrations` and `exports`: which classes of Durable Objects a Worker has, how
// they store, and which it is bound to.
//
// spec/wrangler.md sections 1.2 and 1.5;
// https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations/
//
// Thread: any.
#pragma once

#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// `durable_objects.bindings`; an entry that is unusable has been reported and is left out.
// `complete` becomes false then.
std::vector<BindingSpec> ReadDurableObjectBindings(ConfigSection& section, bool& complete);

// The classes that `migrations` or `exports` leave alive. Warns of bindings to classes of this
// Worker that are not among them.
std::vector<DurableObjectClass> ReadDurableObjectClasses(ConfigSection& section);

}  // namespace isolane::wrangler
