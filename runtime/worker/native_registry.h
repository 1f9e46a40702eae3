// Every C++ function that the built-in half may call: the one list behind the snapshot.
#pragma once

#include "runtime/js/native_function.h"

namespace isolane::worker {

// The same table, in the same order, for the tool that makes the snapshot and for the runtime.
js::NativeTable AllNatives();

// The parts, one per file.
js::NativeTable CallNatives();
js::NativeTable ActorNatives();
js::NativeTable HibernationNatives();
js::NativeTable BodyNatives();
js::NativeTable ContextNatives();
js::NativeTable RpcNatives();
js::NativeTable StorageNatives();
js::NativeTable WebSocketNatives();
js::NativeTable ConnectNatives();
js::NativeTable EventNatives();
js::NativeTable BindingNatives();
js::NativeTable LoaderNatives();

}  // namespace isolane::worker
