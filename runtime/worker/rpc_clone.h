// Values between isolates by structured clone: V8's serializer, and for what it does not know
// (class instances, streams, stubs, bindings) the built-in half, which says what an object consists
// of and makes it again (builtins/workers/rpc_values.js). Functions are such objects once that half
// has wrapped them: V8 refuses them by themselves.
//
// Loop thread; the isolate is entered.
#pragma once

#include <v8.h>

#include "runtime/worker/rpc_message.h"

namespace isolane::worker {

class Worker;

// The message that a clone is being written to or read from, for the natives that add or take
// attachments. Null outside of CloneTo and CloneFrom.
RpcMessage* MessageBeingWritten();
RpcMessage* MessageBeingRead();

// Sets `message.clone` and its attachments. False with an exception pending: native.scratch[0] is 1
// if it is the text of a DataCloneError.
bool CloneTo(Worker& worker, v8::Local<v8::Value> value, RpcMessage& message);

// Empty with an exception pending, or if the bytes are not a clone. They are not trusted.
v8::MaybeLocal<v8::Value> CloneFrom(Worker& worker, RpcMessage& message);

}  // namespace isolane::worker
