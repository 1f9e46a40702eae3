// How the dispatcher enters an isolate; for the files that implement it.
#pragma once

#include <cstddef>

#include <v8.h>

#include "runtime/js/enter.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/platform.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

// An exception that is pending afterwards is reported by Enter.
template <size_t N>
void CallHook(v8::Isolate* isolate, v8::Local<v8::Context> context, v8::Global<v8::Function>& hook,
              v8::Local<v8::Value> (&arguments)[N]) {
  v8::Local<v8::Value> nothing;
  if (!hook.Get(isolate)
           ->Call(context, v8::Undefined(isolate), static_cast<int>(N), arguments)
           .ToLocal(&nothing)) {
    return;
  }
}

template <typename Function>
void Dispatcher::Enter(Invocation& invocation, Function&& function) {
  Worker& worker = *invocation.worker;
  js::Isolate& isolate = *invocation.isolate;
  Pipeline& pipeline = *invocation.pipeline;
  const uint32_t invocation_id = invocation.id;
  const uint32_t pipeline_id = pipeline.id;
  if (pipeline.cpu.exhausted()) {
    EndExhausted(pipeline, worker);
    return;
  }
  const uint64_t spent_before = pipeline.cpu.spent;
  // Even if it is finished meanwhile it is there until the turn is over.
  TailRecord* const tail = invocation.tail;
  {
    js::Enter enter(isolate, watchdog_, pipeline.cpu);
    if (worker.frozen_clock()) [[unlikely]]
      js::Platform::Start().FreezeClock();
    current_ = &invocation;
    v8::TryCatch try_catch(isolate.v8());
    function(isolate.v8(), enter.context());
    if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
      // The built-in half catches what Workers throw, so this is a bug of it; say so and go on.
      Log(LogLevel::kError, &worker,
          "internal error: " + js::ErrorFrom(isolate.v8(), try_catch).ToString(), true);
    }
    try_catch.Reset();
    enter.RunMicrotasks();
    worker.ReportRejections();
    current_ = nullptr;
    if (worker.frozen_clock()) [[unlikely]]
      js::Platform::Start().UnfreezeClock();
  }
  if (tail != nullptr) [[unlikely]]
    tail->cpu += pipeline.cpu.spent - spent_before;
  AfterEntry(invocation_id, worker, isolate, pipeline_id);
}

}  // namespace isolane::worker
