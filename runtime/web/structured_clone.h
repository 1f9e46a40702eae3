// Structured clone by V8's serializer, for builtins/web/structured_clone.js.
//
// After StructuredClone and Serialize have thrown, scratch[0] says whether the exception is the
// text of a DataCloneError (1) or came from an accessor in the value (0).
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// (prototype, name): instances of a built-in class, which cannot be cloned
void MarkHostPrototype(const Arguments& arguments);
// Whether `object` is an instance of such a class, or of one derived from it. Runs no JavaScript.
bool IsMarkedAsHost(v8::Isolate* isolate, v8::Local<v8::Object> object);
// (value, array of ArrayBuffers to transfer | undefined) -> clone
void StructuredClone(const Arguments& arguments);
// (value) -> ArrayBuffer
void Serialize(const Arguments& arguments);
// (ArrayBuffer of Serialize, maybe of another isolate) -> value
void Deserialize(const Arguments& arguments);

}  // namespace isolane::web
