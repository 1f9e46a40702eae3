// env.NAME of a Worker that may send mail.
//
// Loop thread.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& SendEmailKind();

}  // namespace isolane::bindings
