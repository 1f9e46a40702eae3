// Natives of an invocation's life: waitUntil, timers, console, uncaught errors.
#include <string>

#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"

namespace isolane::worker {

namespace {

// waitUntil(context, +1 | -1) -> false if the context has ended
void WaitUntil(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation != nullptr && info[1]->IsInt32()) {
    WorkerOf(info).dispatcher().WaitUntil(*invocation, info[1].As<v8::Int32>()->Value());
  }
  info.GetReturnValue().Set(invocation != nullptr);
}

// timerStart(context, ms, repeat) -> id, or 0
void TimerStart(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr || !info[1]->IsNumber()) {
    info.GetReturnValue().Set(0);
    return;
  }
  info.GetReturnValue().Set(WorkerOf(info).dispatcher().StartTimer(
      *invocation, info[1].As<v8::Number>()->Value(), info[2]->IsTrue()));
}

// timerStop(context, id)
void TimerStop(const Arguments& info) {
  if (Invocation* invocation = InvocationArgument(info, 0)) {
    WorkerOf(info).dispatcher().StopTimer(*invocation, IdArgument(info, 1));
  }
}

LogLevel LevelOf(const std::string& name) {
  if (name == "debug" || name == "trace") return LogLevel::kDebug;
  if (name == "info") return LogLevel::kInfo;
  if (name == "warn") return LogLevel::kWarn;
  if (name == "error") return LogLevel::kError;
  return LogLevel::kLog;
}

// consoleWrite(level, text)
void ConsoleWrite(const Arguments& info) {
  v8::Isolate* isolate = info.GetIsolate();
  Worker& worker = WorkerOf(info);
  worker.dispatcher().Log(LevelOf(js::Describe(isolate, info[0])), &worker,
                          js::Describe(isolate, info[1]), false);
}

// reportUncaught(error, where)
void ReportUncaught(const Arguments& info) {
  v8::Isolate* isolate = info.GetIsolate();
  Worker& worker = WorkerOf(info);
  worker.dispatcher().Log(
      LogLevel::kError, &worker,
      "Uncaught (in " + js::Describe(isolate, info[1]) + ") " + js::StackOf(isolate, info[0]),
      true);
}

// copyString(string) -> the same characters (Latin-1) without the longer string they are a part of
void CopyString(const Arguments& info) {
  if (!info[0]->IsString()) return;
  std::string bytes;
  js::ToLatin1(info.GetIsolate(), info[0].As<v8::String>(), bytes);
  v8::Local<v8::String> copy;
  if (js::FromLatin1(info.GetIsolate(), bytes).ToLocal(&copy)) info.GetReturnValue().Set(copy);
}

constexpr js::NativeFunction kNatives[] = {
    {"waitUntil", WaitUntil},       {"timerStart", TimerStart},         {"timerStop", TimerStop},
    {"consoleWrite", ConsoleWrite}, {"reportUncaught", ReportUncaught}, {"copyString", CopyString},
};

}  // namespace

js::NativeTable ContextNatives() { return kNatives; }

}  // namespace isolane::worker
