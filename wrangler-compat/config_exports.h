// `exports`: what a Worker's main module exports, and in which state of its life each class of
// Durable Objects is. Replaces `migrations`.
//
// Thread: any.
#pragma once

#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// The classes of Durable Objects that are alive. Reports what is wrong. `exports` is an object.
std::vector<DurableObjectClass> ReadExports(ConfigSection& section, const ConfigMember& exports);

// Whether it speaks of Durable Objects, rightly or not.
bool ExportsObjects(const ConfigMember& exports);

}  // namespace isolane::wrangler
