// What Call::cf holds: the structured clone of a request's `cf`, or, where that is made up
// (builtins/web/request_cf.js), a zero byte, which no clone begins with, and the one thing in it
// that is of the request: the client's Accept-Encoding. JavaScript has the latter as a string.
//
// Loop thread.
#pragma once

#include <string>
#include <string_view>

#include <v8.h>

#include "runtime/worker/native_arguments.h"

namespace isolane::worker {

// Of the first request of a pipeline, on a developer's machine.
inline std::string MadeUpCf(std::string_view accept_encoding) {
  return std::string(1, '\0').append(accept_encoding);
}

// What a native function is given for Call::cf.
std::string CfArgument(const Arguments& info, int index);
// What the built-in half is given of it. Empty: an exception.
v8::MaybeLocal<v8::Value> CfValue(v8::Isolate* isolate, std::string_view cf);

}  // namespace isolane::worker
