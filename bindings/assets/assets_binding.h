// env.NAME for the assets of the Worker: a Fetcher whose calls its responder answers.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& AssetsKind();

}  // namespace isolane::bindings
