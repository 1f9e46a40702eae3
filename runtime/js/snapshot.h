// Makes the start-up snapshot: the built-in JavaScript, run once at build time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <v8.h>

#include <isolane/result.h>

#include "runtime/js/native_function.h"

namespace isolane::js {

// One file of the built-in half: the body of a function (exports, require, module, native).
struct Builtin {
  std::string id;  // "web/url": how require() and stack traces call it (as "isolane:web/url")
  std::string source;
};

// The addresses that a snapshot refers to: null-terminated, valid as long as the process.
const intptr_t* ExternalReferences(NativeTable natives);

// Runs the builtin "index", whose exports become Isolate::builtins(), and gives the bytes of the
// snapshot. What index does not require is not in it, and is loaded by the isolates that need it.
// V8 is started. The texts stay outside: whoever uses the snapshot first calls SetSources with the
// same ones in the same order, as this does, and `builtins` must outlive this process's isolates.
// Sources are ASCII. Errors carry the file and line of the built-in that threw.
Result<std::string> CreateSnapshot(const std::vector<Builtin>& builtins, NativeTable natives);

// V8's code caches of the built-ins that are not in the snapshot, by number of the source, for
// BuiltinText. In a process that did not make the snapshot: caches refer to V8's read-only heap,
// and only there it is the one that the program will have. SetSources has been called.
Result<std::vector<std::string>> CreateCodeCaches(const std::string& snapshot, NativeTable natives);

}  // namespace isolane::js
