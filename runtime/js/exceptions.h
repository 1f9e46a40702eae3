// The bridge from a JavaScript exception to an Error with file, line, column and source line.
//
// The isolate and a context are entered.
#pragma once

#include <string>

#include <v8.h>

#include <isolane/result.h>

namespace isolane::js {

// What `try_catch` holds. Termination is not the user's error: check HasTerminated first.
Error ErrorFrom(v8::Isolate* isolate, const v8::TryCatch& try_catch);

// The same for a value that was thrown earlier (a rejected promise's reason).
Error ErrorFromValue(v8::Isolate* isolate, v8::Local<v8::Value> value);

// "Error: boom\n    at f (index.js:3:7)" for Error objects, and below it what caused it, "Caused
// by: TypeError: inner\n    at g (index.js:1:9)", and so on; else the value as text. Never throws.
std::string StackOf(v8::Isolate* isolate, v8::Local<v8::Value> value);

void ThrowError(v8::Isolate* isolate, const std::string& message);
void ThrowTypeError(v8::Isolate* isolate, const std::string& message);

}  // namespace isolane::js
