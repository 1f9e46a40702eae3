// One Worker: its isolate, its modules, its env. Replaces the isolate when it was condemned.
//
// Loop thread. Owned by the Graph.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <v8.h>

#include <isolane/result.h>
#include <isolane/worker_spec.h>

#include "runtime/js/isolate.h"
#include "runtime/worker/compatibility.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/loaded_parts.h"
#include "runtime/worker/tail_record.h"

namespace isolane::worker {

class Loader;
class ModuleGraph;
class OwnPorts;

// What builtins/index.js exports, of one isolate.
struct Hooks {
  v8::Global<v8::Function> make_fetcher;
  v8::Global<v8::Function> make_namespace;
  v8::Global<v8::Function> start_actor;
  v8::Global<v8::Function> handle_actor_fetch;
  v8::Global<v8::Function> handle_actor_method;
  v8::Global<v8::Function> on_actor_socket;
  v8::Global<v8::Function> on_actor_alarm;
  v8::Global<v8::Function> handle_fetch;
  v8::Global<v8::Function> handle_method;
  v8::Global<v8::Function> handle_stub_call;
  v8::Global<v8::Function> on_response;
  v8::Global<v8::Function> on_connected;
  v8::Global<v8::Function> on_method_result;
  v8::Global<v8::Function> on_call_error;
  v8::Global<v8::Function> on_dropped;
  v8::Global<v8::Function> on_socket;
  v8::Global<v8::Function> on_timer;
  v8::Global<v8::Function> on_news;
  v8::Global<v8::Function> on_abort;
  v8::Global<v8::Function> release_context;
  v8::Global<v8::Function> describe_object;
  v8::Global<v8::Function> revive_object;
};

// What led to `from` leads to its next version; null, or without what it led to there: nowhere, and
// a use of it says so.
void RedirectChannel(Channel& channel, Worker& from, Worker* to);
// What is said when it has no such entrypoint, up to the end of the sentence.
std::string NoEntrypointText(const Worker& worker, const std::string& entrypoint);
// A call on one is like a call on the other. Of those that lead to a C++ service nobody knows.
bool LeadsTheSameWay(const Channel& one, const Channel& other);

class Worker {
 public:
  // `dispatcher` and `ports` outlive the worker. `develops`: it runs on its developer's machine,
  // and what the edge would know of requests is made up. `loaded`: what it is given by the Worker
  // that loads it (loader.h); null: it is one of the graph.
  Worker(WorkerSpec spec, Dispatcher& dispatcher, const OwnPorts& ports, bool develops,
         std::shared_ptr<LoadedParts> loaded = nullptr);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Makes the isolate and evaluates the modules. The error names file, line and column. `payer`: of
  // the request that this is part of; null: it is nobody's CPU time.
  Status Load(js::CpuMeter* payer = nullptr);
  // After the isolate was condemned: it is retired and a fresh one takes its place. No isolate is
  // entered. If that fails the worker answers every call with the error.
  void Replace();
  // Another version has taken its place: a condemned isolate gets no successor.
  void LeaveService() { in_service_ = false; }
  // It was never loaded, because its modules do not compile: calls wait for another version, until
  // they get this error. No such text: it is an ordinary Worker.
  bool held() const { return !held_.empty(); }
  // What calls that have waited too long are told.
  std::string HeldText() const;
  void Hold(std::string error) { held_ = std::move(error); }
  // Disposes of retired isolates. No isolate is entered.
  void DisposeRetired() { retired_.clear(); }

  const std::string& name() const { return spec_.name; }
  const WorkerSpec& spec() const { return spec_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  const OwnPorts& ports() const { return ports_; }
  bool develops() const { return develops_; }

  // Compatibility flag enhanced_error_serialization.
  bool enhanced_errors() const { return enhanced_errors_; }
  // Its clocks stand still while it runs.
  bool frozen_clock() const { return frozen_clock_; }

  // Null while the worker is not ready; then failure() says why.
  js::Isolate* isolate() { return isolate_.get(); }
  const std::string& failure() const { return failure_; }
  Hooks& hooks() { return hooks_; }

  // Those of its bindings, in the order of the spec, then those it was given. Addresses stay.
  std::deque<Channel>& channels() { return channels_; }
  // The channel of ctx.exports that leads to an own entrypoint. Null before the first load.
  const Channel* LoopbackOf(int entrypoint) const;
  // How many of them are bindings of the spec.
  size_t declared_channels() const { return declared_channels_; }
  // Number of the channel behind the service binding `binding`.
  int ChannelOf(const std::string& binding) const;
  // The channel of its binding by URL that a fetch() of `url` is a call on; null if there is none.
  const Channel* ChannelOfUrl(std::string_view url) const;
  // Number of a channel that leads where `channel`, of any Worker, leads.
  int ImportChannel(const Channel& channel);
  // Whether `channel` is one of these.
  bool Owns(const Channel& channel) const;
  // RedirectChannel for all channels, except that those of `from` itself which belong to its code
  // (ctx.exports, its assets) stay.
  void Redirect(Worker& from, Worker* to);
  // `gone` is about to be disposed of: its channels are known no more.
  void ForgetChannelsOf(const Worker& gone);
  // worker_loading.cc
  // It was loaded by another Worker, and is known to that one only.
  bool is_loaded() const { return loaded_ != nullptr; }
  // Where its fetch() to the network goes, if it was given a way; without a channel: nowhere.
  const GivenChannel* outbound() const { return outbound_.has_value() ? &*outbound_ : nullptr; }
  // Of one of its channels.
  int NumberOf(const Channel& channel) const;
  // What it has loaded.
  Loader& loader();
  // A channel for the Loader, which sets it up: its number. And it leads nowhere any more, of which
  // a use is told `text`; when nothing uses it, it serves again.
  int TakeLoadedChannel();
  void FreeLoadedChannel(int number, std::string text);
  // Number of the entrypoint (an exported handler object or class) called `name`; -1 if there is
  // none. Known once the Worker is loaded; "default" and "" are the default export, number 0.
  int EntrypointOf(const std::string& name) const;
  // What may be bound to, in the order of the exports.
  const std::vector<std::string>& entrypoints() const { return entrypoints_; }

  // The class of Durable Objects called `name`, which the Worker is to export. Before it is loaded.
  ActorClass& AddActorClass(const std::string& name);
  std::deque<std::unique_ptr<ActorClass>>& actor_classes() { return actor_classes_; }
  // Null if it has none of this name.
  ActorClass* FindActorClass(const std::string& name);
  // Of these, one that the loaded modules do not export; null if there is none.
  const ActorClass* MissingActorClass();
  // Who is told what this Worker does. Whether there is anybody is known when it is loaded.
  const std::vector<TailTarget>& tail_consumers() const { return tail_consumers_; }
  void set_tail_consumers(std::vector<TailTarget> targets) { tail_consumers_ = std::move(targets); }

  // Places in the code that received stubs: numbers for ImportRecord::site. 0 when there are many.
  uint32_t AddCallSite(std::string text);
  // The text of a place that was not asked for before; else null.
  const std::string* FirstWarningOf(uint32_t site);

  // A Fetcher on that channel. The isolate is entered.
  v8::MaybeLocal<v8::Value> MakeFetcher(int channel);
  // A DurableObjectNamespace on that channel. The isolate is entered.
  v8::MaybeLocal<v8::Value> MakeNamespace(int channel);
  // What make(configuration) of the built-in module gives ("workers/rate_limit"). Likewise.
  v8::MaybeLocal<v8::Value> MakeBuiltin(std::string_view module,
                                        v8::Local<v8::Object> configuration);

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
  Status AddPlatformModules(v8::Local<v8::Object> env);
  // Tells the built-in half what the modules export, and learns which entrypoints there are.
  Status SetHandlers(v8::Local<v8::Value> exports, v8::Local<v8::Object> env, bool service_worker);
  Result<v8::Local<v8::Object>> MakeEnv(v8::Local<v8::Context> context, bool as_globals);
  // Where it was given ways to, by channels of its own.
  void ConnectGiven();
  // The env that it was given, put into `env`.
  Status FillGivenEnv(v8::Local<v8::Context> context, v8::Local<v8::Object> env);
  void DropHandles();

  const WorkerSpec spec_;
  Dispatcher& dispatcher_;
  std::deque<Channel> channels_;
  size_t declared_channels_ = 0;
  std::vector<std::pair<const Channel*, int>> imported_channels_;
  std::vector<std::string> entrypoints_;
  std::deque<std::unique_ptr<ActorClass>> actor_classes_;
  std::vector<TailTarget> tail_consumers_;
  int loopback_ = -1;  // the first channel of ctx.exports; -1 before the first load
  struct CallSite {
    std::string text;
    bool warned = false;
  };
  std::vector<CallSite> call_sites_;
  std::string failure_;
  std::string held_;
  bool in_service_ = true;
  bool frozen_clock_ = false;
  const OwnPorts& ports_;
  const bool develops_;
  bool enhanced_errors_ = false;
  // Declared before what holds handles of it, so that it dies after them.
  std::unique_ptr<js::Isolate> isolate_;
  std::vector<std::unique_ptr<js::Isolate>> retired_;
  Hooks hooks_;
  std::unique_ptr<ModuleGraph> modules_;
  std::vector<Rejection> rejections_;
  // Shared with the record of its Loader, which may be gone first.
  const std::shared_ptr<LoadedParts> loaded_;
  std::optional<GivenChannel> outbound_;  // by a channel of its own
  std::vector<int> free_channels_;        // in the order in which they became free
  // Holds handles of the isolate.
  std::unique_ptr<Loader> loader_;
};

}  // namespace isolane::worker
