// The services of a Runtime that are programs of their own, and what joins all services: who may
// call whom, and what is counted of it.
//
// Loop thread. Owned by the Graph.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <isolane/observer.h>
#include <isolane/process_spec.h>
#include <isolane/result.h>

#include "runtime/http/client.h"
#include "runtime/http/server.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/timer.h"
#include "runtime/process/port_band.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/services/child_service.h"
#include "runtime/worker/services/proxied_exchange.h"
#include "runtime/worker/services/service_listener.h"
#include "runtime/worker/services/service_metrics.h"

namespace isolane::worker {

class MetricsEndpoint;

class Services final : private ChildService::Owner {
 public:
  struct Host {
    // Runs the run queue and writes what responses produced.
    void (*turn)(void*);
    // The observer was told something outside of a turn: it is to be flushed soon.
    void (*told)(void*);
    // A process could not be started, and all have been told to stop; or all have stopped.
    void (*on_stopped)(void*);
    void* context;
  };

  // All outlive it.
  Services(loop::Loop& loop, Dispatcher& dispatcher, Observer& observer, Host host);
  ~Services();

  // Once.
  void Add(std::vector<ProcessSpec> specs);
  bool has_processes() const { return !children_.empty(); }
  // Null: none of that name.
  ChildService* Find(std::string_view name);
  std::vector<std::string> names() const;

  // The origin by which isolates call that service.
  std::string OriginOf(std::string_view service) const;
  ServiceMetrics& metrics() { return metrics_; }
  const ServiceMetrics& metrics() const { return metrics_; }
  // Who the bindings of processes lead to. An Error names process and variable.
  using FindTarget = std::function<ServiceTarget(const std::string&)>;
  Status Connect(const FindTarget& find);
  // The same when Workers have other versions; `find` finds them all.
  void Reconnect(const FindTarget& find);
  // The binding of a process that leads to that service, for messages; empty: none.
  std::string BindingTo(std::string_view service) const;
  // What rules may send requests to that leave this machine; outlives this object's last turn.
  void set_outside(http::Client* client) { outside_ = client; }
  http::Client& outside() { return *outside_; }

  // Listens for the processes and starts them, all at once; failure() says if that went wrong.
  void Start();
  // on_stopped is called when the last one is gone, from within if there is none.
  void Stop();
  bool stopped() const;
  const std::optional<Error>& failure() const { return failure_; }

  // The port of the metrics on 127.0.0.1.
  Result<int> ServeMetrics();

  // The service of the task answers. From RequestHandler::OnRequest.
  void Proxy(http::Exchange& exchange, ProxyTask task);

  void Turn() { host_.turn(host_.context); }
  void Flush();
  // Ends everything at once; a turn may follow.
  void CloseNow();
  // After it: what is left is given to the loop to be closed.
  void Clear();
  // Ports where only we and our processes have business.
  bool IsPrivatePort(int port) const { return band_.Contains(port); }
  Dispatcher& dispatcher() { return dispatcher_; }

  // --- for its parts ---
  void Warn(const ChildService& service, const std::string& text);
  // Once per edge.
  void WarnOfStranger(const ServiceEdge& edge);
  void Finish(ProxiedExchange& exchange) { proxied_.erase(&exchange); }

 private:
  struct Binding {
    size_t caller = 0;  // in children_
    const UrlBinding* declared = nullptr;
    ServiceTarget target;
    ServiceEdge* edge = nullptr;
    std::unique_ptr<ServiceListener> listener;
    int port = 0;
  };

  // ChildService::Owner
  void OnCalledIdle() override { Start(); }
  void OnStateChange(ChildService& service) override;
  void OnLine(ChildService& service, loop::ChildProcess::Output output,
              std::string_view line) override;
  void OnWarning(ChildService& service, const std::string& text) override { Warn(service, text); }
  void OnEvent() override { Turn(); }

  Status Prepare();
  process::ServiceProcess::Options OptionsFor(size_t child, int port) const;
  void Fail(Error error);
  void TellIfStopped();

  loop::Loop& loop_;
  Dispatcher& dispatcher_;
  Observer& observer_;
  const Host host_;
  std::string run_;  // tells the origins of this Runtime from another's
  process::PortBand band_;
  ServiceMetrics metrics_;
  std::unique_ptr<http::Client> client_;
  http::Client* outside_ = nullptr;
  std::vector<std::unique_ptr<ChildService>> children_;
  std::vector<Binding> bindings_;
  std::unordered_map<ProxiedExchange*, std::unique_ptr<ProxiedExchange>> proxied_;
  std::vector<const ServiceEdge*> warned_;
  std::unique_ptr<MetricsEndpoint> endpoint_;
  std::optional<Error> failure_;
  loop::Handle<loop::Timer> stopped_timer_;  // on_stopped, in the loop's next iteration
  bool started_ = false;
  bool stopping_ = false;
  bool closed_ = false;
};

}  // namespace isolane::worker
