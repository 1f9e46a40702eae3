// The Workers of one Runtime, their loop, and what joins them: the implementation of
// isolane::Runtime.
//
// Loop thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <isolane/runtime.h>

#include "runtime/http/client.h"
#include "runtime/js/watchdog.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/signals.h"
#include "runtime/loop/timer.h"
#include "runtime/storage/committer.h"
#include "runtime/worker/cron_clock.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/front_doors.h"
#include "runtime/worker/idle_collector.h"
#include "runtime/worker/live_reload.h"
#include "runtime/worker/own_ports.h"
#include "runtime/worker/peers/peers.h"
#include "runtime/worker/responder_host.h"
#include "runtime/worker/routed_frontend.h"
#include "runtime/worker/services/services.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

class EmbedderCall;

class Graph final : public Runtime {
 public:
  Graph(const RuntimeOptions& options);
  ~Graph() override;

  Status LoadWorkers(std::vector<WorkerSpec> specs, std::vector<ProcessSpec> processes);

  Result<Response> Fetch(Request request) override;
  void FetchAsync(Request request, std::function<void(Result<Response>)> done) override;
  void Poll() override;
  Result<EventResult> Scheduled(const ScheduledEvent& event) override;
  Result<std::vector<TestResult>> RunTests(
      const std::string& worker, const std::string& filter,
      const std::function<void(const TestResult&)>& on_result) override;
  Status Stub(const std::string& binding, ServiceFunction service) override;
  Result<int> Listen(const ListenOptions& options) override;
  Status Reload(WorkerChanges changes) override;
  int Run() override;
  const std::optional<Error>& failure() const override { return services_.failure(); }
  std::string Metrics(bool json) const override;
  int metrics_port() const override { return metrics_port_; }

  // Runs the run queue, writes responses, arms the timer for the next JavaScript timer.
  void Turn();
  Dispatcher& dispatcher() { return dispatcher_; }
  loop::Loop& loop() { return loop_; }
  storage::Committer& committer() { return committer_; }
  Peers* peers() { return peers_.get(); }  // null without a registry
  std::vector<std::unique_ptr<Worker>>& workers() { return workers_; }

  // Versions that were replaced and are not over.
  size_t retiring() const { return retiring_.size(); }

  // The Worker called `name` (empty: the public one), or an Error that names those there are.
  Result<Worker*> FindWorker(const std::string& name) const;

 private:
  // A set of Workers that know each other; the first is public.
  using WorkerList = std::vector<Worker*>;
  // Besides those of the graph: those that are retiring, and those that Workers have loaded.
  WorkerList EveryWorker() const;
  WorkerList AllWorkers() const;
  Status ConnectChannels(const WorkerList& all);
  Status ConnectTails(const WorkerList& all);
  // Sends the event and turns the loop until it is over.
  EventResult RunEvent(Worker& worker, HandlerEvent event);
  // Makes the Workers known to other processes, and theirs to them.
  Status OpenRegistry();
  // Of other processes: those that bindings lead to are looked for from now on.
  void WatchNeighbours();
  // Once all Workers are loaded: what their bindings name must be exported.
  Status ConnectEntrypoints(const WorkerList& all);
  // Of messages: what bindings may point to.
  std::vector<std::string> ServiceNames() const;
  ServiceTarget FindService(const std::string& name);
  // Whether anything is counted per caller and service.
  bool has_services() const;
  std::unique_ptr<Worker> MakeWorker(WorkerSpec spec);
  // Loads it, or notes why calls for it must wait.
  Status LoadOrHold(Worker& worker);

  // graph_reload.cc
  struct Version;
  struct Wiring;
  Result<std::vector<Version>> PlanVersions(WorkerChanges changes);
  void RenewIncomplete(std::vector<Version>& versions);
  Status LoadVersions(const std::vector<Version>& versions, const WorkerList& all);
  // Whether the graph's other services can do with these changes.
  Status CheckBeside(const WorkerChanges& changes);
  void PutInPlace(std::vector<Version> versions);
  // What leads to a version that is out of service leads to the Worker of its name.
  void GiveToSuccessor(Worker& old);
  // The Workers of today for a port.
  void Direct(HttpFrontend& frontend, const ListenOptions& options);
  // False: the Worker has no binding of that name, "NAME" or "worker.NAME".
  static bool ApplyStub(Worker& worker, const std::string& binding, const HostService& service);
  // Disposes of versions that are over, now or soon.
  void DisposeRetired();
  void OnSignal(int signal);
  // Listens for requests that the router decides on.
  Result<int> ListenRouted(const ListenOptions& options);
  // And for one Worker.
  Result<int> ListenForWorker(const ListenOptions& options);
  // When something listens for the first time.
  Status StartServices();
  void OnServicesStopped();
  void StopIfDrained();
  void RunV8Tasks();
  void CollectIdle();

  // Members are destroyed in reverse: workers (isolates) first, then the dispatcher, then the loop.
  std::unique_ptr<Observer> own_observer_;
  Observer& observer_;
  const LocalEndpoints local_endpoints_;
  const bool tests_only_;
  const UnknownService unknown_services_;
  const std::function<void(const std::string&, const Error&)> on_broken_;
  const std::string registry_;
  const std::function<void(const std::vector<std::string>&)> on_connections_;
  base::RequestRouter* const router_;
  const bool fire_crons_;
  loop::Loop loop_;
  storage::Committer committer_{loop_};
  js::Watchdog watchdog_;
  std::unique_ptr<http::Client> client_;
  LoopResponderHost responder_host_;
  Dispatcher dispatcher_;
  Services services_;
  OwnPorts own_ports_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Worker>> retiring_;
  double retire_look_ms_ = 0;  // when they may be looked at again
  // What Stub was told, for versions to come.
  std::vector<std::pair<std::string, HostService>> stubs_;
  std::unique_ptr<LiveReload> live_reload_;  // null: pages are left alone
  FrontDoors doors_;
  // What they lead to that is not routed.
  std::vector<std::pair<HttpFrontend*, ListenOptions>> listening_;
  std::vector<RoutedFrontend*> routed_;    // and that is
  std::unique_ptr<Peers> peers_;           // null without a registry
  std::unique_ptr<CronClock> cron_clock_;  // null unless crons are fired
  std::vector<std::unique_ptr<EmbedderCall>> embedder_calls_;
  loop::Handle<loop::Timer> timer_;
  loop::Handle<loop::Timer> v8_timer_;
  loop::Handle<loop::Timer> log_timer_;
  loop::Handle<loop::Timer> idle_timer_;
  loop::Handle<loop::Timer> stop_timer_;  // ends a drain that takes too long for the services
  int metrics_port_ = 0;
  bool origins_ = false;  // some Worker has a binding by URL
  loop::Handle<loop::Timer> retire_timer_;
  IdleCollector idle_collector_;
  double timer_due_ms_ = -1;
  std::atomic<bool> v8_tasks_posted_{false};
  int signals_ = 0;
  int first_signal_ = 0;
  bool drained_ = false;
};

}  // namespace isolane::worker
