// require() of the built-in half: while the snapshot is made, and again in an isolate that needs a
// part that is not in the snapshot.
//
// Loop thread. Keeps no state in C++: what it needs is in the heap that the snapshot holds, and in
// the sources (builtin_sources.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <v8.h>

namespace isolane::js {

// Runs the loader in the current context. `native` is what built-ins get under that name. Empty if
// JavaScript threw.
v8::MaybeLocal<v8::Function> MakeRequire(v8::Local<v8::Context> context,
                                         v8::Local<v8::Object> native);

// The addresses of this file that a snapshot refers to.
void AppendLoaderReferences(std::vector<intptr_t>& references);

// How many code caches V8 did not want: those of another V8, or made with other flags. Nothing is
// wrong then but the time that the first use takes.
size_t RejectedCodeCaches();

// While one exists, remembers the functions that are compiled, for their code caches.
class CodeCacheRecorder {
 public:
  explicit CodeCacheRecorder(v8::Isolate* isolate);
  ~CodeCacheRecorder();
  CodeCacheRecorder(const CodeCacheRecorder&) = delete;
  CodeCacheRecorder& operator=(const CodeCacheRecorder&) = delete;

  void Add(size_t number, v8::Local<v8::Function> function);
  // By number of the source; empty for those that were not compiled.
  std::vector<std::string> Make() const;

 private:
  struct Compiled {
    size_t number;
    v8::Global<v8::Function> function;
  };
  v8::Isolate* const isolate_;
  std::vector<Compiled> compiled_;
};

}  // namespace isolane::js
