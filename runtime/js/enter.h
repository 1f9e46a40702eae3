// The only way from the loop into a Worker's JavaScript (V8's own tasks enter by themselves, see
// platform.cc): isolate, handle and context scopes, the watchdog's
// entry record, microtasks.
//
// Loop thread; never while another isolate is entered.
#pragma once

#include <v8.h>

#include "runtime/js/isolate.h"
#include "runtime/js/watchdog.h"

namespace isolane::js {

class Enter {
 public:
  // `meter` pays for what runs until this object dies.
  Enter(Isolate& isolate, Watchdog& watchdog, CpuMeter& meter)
      : isolate_(isolate),
        watchdog_(watchdog),
        meter_(meter),
        isolate_scope_(isolate.v8()),
        handles_(isolate.v8()),
        context_(isolate.context()),
        context_scope_(context_) {
    isolate.CountEntry();
    watchdog_.Begin(isolate.v8(), meter_);
  }

  // Once, after the call. A terminated isolate has lost its queue: it is condemned anyway.
  void RunMicrotasks() {
    v8::Isolate* v8 = isolate_.v8();
    if (!v8->IsExecutionTerminating()) v8->PerformMicrotaskCheckpoint();
  }

  ~Enter() {
    v8::Isolate* v8 = isolate_.v8();
    if (watchdog_.End(meter_)) [[unlikely]]
      isolate_.Condemn(Condemned::kCpu);
    if (v8->IsExecutionTerminating()) [[unlikely]]
      v8->CancelTerminateExecution();
  }

  Enter(const Enter&) = delete;
  Enter& operator=(const Enter&) = delete;

  v8::Local<v8::Context> context() const { return context_; }

 private:
  Isolate& isolate_;
  Watchdog& watchdog_;
  CpuMeter& meter_;
  v8::Isolate::Scope isolate_scope_;
  v8::HandleScope handles_;
  v8::Local<v8::Context> context_;
  v8::Context::Scope context_scope_;
};

}  // namespace isolane::js
