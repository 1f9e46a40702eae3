// Messages of method calls as JavaScript gets them; for the files that implement the dispatcher.
//
// Loop thread; the isolate is entered.
#pragma once

#include <v8.h>

#include "runtime/worker/rpc_message.h"

namespace isolane::worker {

// What a stub is told whose owner has ended.
inline constexpr const char* kCallbackGone =
    "The execution context which hosts this callback is no longer running.";

// The arguments as an array, or undefined for a clone, which the built-in half reads itself
// (native.rpcRead) once its context is there. Empty: an exception is pending.
v8::MaybeLocal<v8::Value> ArgumentsOf(v8::Isolate* isolate, const RpcMessage& message);

}  // namespace isolane::worker
