// Natives behind the smaller bindings: rate limiting, Analytics Engine.
#include "runtime/js/convert.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"

namespace isolane::worker {

namespace {

double NumberArgument(const Arguments& info, int index) {
  return info[index]->IsNumber() ? info[index].As<v8::Number>()->Value() : 0;
}

// rateLimitTake(namespace, key, limit, period in s, weight) -> whether it was let through
void RateLimitTake(const Arguments& info) {
  v8::Isolate* isolate = info.GetIsolate();
  info.GetReturnValue().Set(WorkerOf(info).dispatcher().rate_limits().Take(
      js::Describe(isolate, info[0]), js::Describe(isolate, info[1]), NumberArgument(info, 2),
      static_cast<int64_t>(NumberArgument(info, 3)), NumberArgument(info, 4),
      Dispatcher::WallClockMs()));
}

// dataPointsWanted() -> boolean
void DataPointsWanted(const Arguments& info) {
  info.GetReturnValue().Set(WorkerOf(info).dispatcher().wants_data_points());
}

// dataPoint(dataset, text)
void TellDataPoint(const Arguments& info) {
  v8::Isolate* isolate = info.GetIsolate();
  Worker& worker = WorkerOf(info);
  worker.dispatcher().TellDataPoint(worker, js::Describe(isolate, info[0]),
                                    js::Describe(isolate, info[1]));
}

constexpr js::NativeFunction kNatives[] = {
    {"rateLimitTake", RateLimitTake},
    {"dataPointsWanted", DataPointsWanted},
    {"dataPoint", TellDataPoint},
};

}  // namespace

js::NativeTable BindingNatives() { return kNatives; }

}  // namespace isolane::worker
