// env.NAME for what is known of the running version: { id, tag, timestamp }.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& VersionMetadataKind();

}  // namespace isolane::bindings
