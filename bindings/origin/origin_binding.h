// Bindings by URL: env.NAME is the origin of a service, which fetch() of this Worker, and of no
// other, reaches below it.
//
// spec/vercel-services.md sections 3 and 5.2
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& OriginKind();

}  // namespace isolane::bindings
