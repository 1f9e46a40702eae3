// Natives behind the smaller bindings: rate limiting, Analytics Engine, Send Email.
#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/web/arguments.h"
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

// keepMail(file name, Uint8Array) -> path; throws
void KeepMail(const Arguments& info) {
  v8::Isolate* isolate = info.GetIsolate();
  const web::BytesView bytes(info[1]);
  Result<std::string> path = WorkerOf(info).dispatcher().mail_folder().Write(
      js::Describe(isolate, info[0]), bytes.bytes());
  if (!path.ok()) return js::ThrowError(isolate, path.error().message + ". " + path.error().hint);
  v8::Local<v8::String> text;
  if (js::FromUtf8(isolate, *path).ToLocal(&text)) info.GetReturnValue().Set(text);
}

constexpr js::NativeFunction kNatives[] = {
    {"rateLimitTake", RateLimitTake},
    {"dataPointsWanted", DataPointsWanted},
    {"dataPoint", TellDataPoint},
    {"keepMail", KeepMail},
};

}  // namespace

js::NativeTable BindingNatives() { return kNatives; }

}  // namespace isolane::worker
