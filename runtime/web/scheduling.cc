#include "runtime/web/scheduling.h"

#include <chrono>

namespace isolane::web {

void EnqueueMicrotask(const Arguments& arguments) {
  if (!arguments[0]->IsFunction()) return;
  arguments.GetIsolate()->EnqueueMicrotask(arguments[0].As<v8::Function>());
}

void PerformanceNow(const Arguments& arguments) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  arguments.GetReturnValue().Set(std::chrono::duration<double, std::milli>(now).count());
}

}  // namespace isolane::web
