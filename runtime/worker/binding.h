// The seam that bindings/ plugs into: how a declared binding becomes a value of `env`.
//
// Loop thread.
#pragma once

#include <v8.h>

#include <isolane/result.h>
#include <isolane/worker_spec.h>

namespace isolane::worker {

class Worker;

// One kind of binding. Registered once, before a Runtime loads; lives as long as the process.
class BindingKind {
 public:
  virtual ~BindingKind() = default;
  // Makes the value of env.NAME in the entered isolate of `worker`, or nothing if `spec` is of
  // another kind. Called each time an isolate of the worker is made. An Error stops the worker.
  virtual Result<v8::MaybeLocal<v8::Value>> Make(Worker& worker, const BindingSpec& spec) = 0;
};

// Kinds are asked in the order of their registration.
void RegisterBindingKind(BindingKind& kind);
Result<v8::MaybeLocal<v8::Value>> MakeBinding(Worker& worker, const BindingSpec& spec);

}  // namespace isolane::worker
