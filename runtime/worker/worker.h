// One Worker: its isolate, its modules, its env. Replaces the isolate when it was condemned.
//
// Loop thread. Owned by the Graph.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <v8.h>

#include <isolane/result.h>
#include <isolane/worker_spec.h>

#include "runtime/js/isolate.h"
#include "runtime/worker/compatibility.h"
#include "runtime/worker/dispatcher.h"

namespace isolane::worker {

class ModuleGraph;

// What builtins/index.js exports, of one isolate.
struct Hooks {
  v8::Global<v8::Function> make_fetcher;
  v8::Global<v8::Function> handle_fetch;
  v8::Global<v8::Function> on_response;
  v8::Global<v8::Function> on_call_error;
  v8::Global<v8::Function> on_timer;
  v8::Global<v8::Function> on_news;
  v8::Global<v8::Function> on_abort;
  v8::Global<v8::Function> release_context;
};

class Worker {
 public:
  // `dispatcher` outlives the worker.
  Worker(WorkerSpec spec, Dispatcher& dispatcher);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Makes the isolate and evaluates the modules. The error names file, line and column.
  Status Load();
  // After the isolate was condemned: it is retired and a fresh one takes its place. No isolate is
  // entered. If that fails the worker answers every call with the error.
  void Replace();
  // Disposes of retired isolates. No isolate is entered.
  void DisposeRetired() { retired_.clear(); }

  const std::string& name() const { return spec_.name; }
  const WorkerSpec& spec() const { return spec_; }
  Dispatcher& dispatcher() { return dispatcher_; }

  // Null while the worker is not ready; then failure() says why.
  js::Isolate* isolate() { return isolate_.get(); }
  const std::string& failure() const { return failure_; }
  Hooks& hooks() { return hooks_; }

  std::vector<Channel>& channels() { return channels_; }
  // Number of the channel behind the service binding `binding`.
  int ChannelOf(const std::string& binding) const;
  // A Fetcher on that channel. The isolate is entered.
  v8::MaybeLocal<v8::Value> MakeFetcher(int channel);

  // Rejections that have no handler yet; reported when the entry is over.
  void OnPromiseReject(const v8::PromiseRejectMessage& message);
  void ReportRejections();

 private:
  struct Rejection {
    v8::Global<v8::Promise> promise;
    v8::Global<v8::Value> reason;
  };

  Status MakeIsolate();
  Status Evaluate();
  Result<v8::Local<v8::Object>> MakeEnv(v8::Local<v8::Context> context, bool as_globals);
  void DropHandles();

  const WorkerSpec spec_;
  Dispatcher& dispatcher_;
  std::vector<Channel> channels_;
  std::string failure_;
  // Declared before what holds handles of it, so that it dies after them.
  std::unique_ptr<js::Isolate> isolate_;
  std::vector<std::unique_ptr<js::Isolate>> retired_;
  Hooks hooks_;
  std::unique_ptr<ModuleGraph> modules_;
  std::vector<Rejection> rejections_;
};

}  // namespace isolane::worker
