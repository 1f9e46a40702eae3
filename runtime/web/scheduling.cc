#include "runtime/web/scheduling.h"

#include "runtime/js/platform.h"

namespace isolane::web {

void EnqueueMicrotask(const Arguments& arguments) {
  if (!arguments[0]->IsFunction()) return;
  arguments.GetIsolate()->EnqueueMicrotask(arguments[0].As<v8::Function>());
}

void PerformanceNow(const Arguments& arguments) {
  // The clock of Date, which may stand still.
  arguments.GetReturnValue().Set(js::Platform::Start().CurrentClockTimeMillis());
}

}  // namespace isolane::web
