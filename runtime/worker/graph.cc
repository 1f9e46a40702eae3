#include "runtime/worker/graph.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include <isolane/version.h>

#include "runtime/base/nearest_name.h"
#include "runtime/base/packed_head.h"
#include "runtime/base/route_pattern.h"
#include "runtime/js/platform.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/embedder_call.h"
#include "runtime/worker/loader.h"
#include "runtime/worker/local_requests.h"
#include "runtime/worker/neighbours.h"
#include "runtime/worker/runtime_loop.h"
#include "runtime/worker/stderr_observer.h"

namespace isolane {

Result<std::unique_ptr<Runtime>> Runtime::LoadSpecs(std::vector<WorkerSpec> specs,
                                                    const RuntimeOptions& options) {
  auto graph = std::make_unique<worker::Graph>(options);
  ISOLANE_TRY(graph->LoadWorkers(std::move(specs), options.processes));
  return std::unique_ptr<Runtime>(std::move(graph));
}

std::string Runtime::VersionString() {
  std::string text;
  text.append("isolane ").append(kVersion);
  text.append("\nV8 ").append(v8::V8::GetVersion());
  text.append("\nlibuv ").append(loop::Loop::Version());
  return text;
}

}  // namespace isolane

namespace isolane::worker {

namespace {

constexpr uint64_t kLogDelayMs = 10;
// From the first signal to the end, when there are processes. They get 2 s of it to end by
// themselves (process::ProcessTimes).
constexpr uint64_t kStopMs = 3000;
// From the first turn after a rest to the first look for idle Workers.
constexpr uint64_t kIdleLookMs = 1000;

}  // namespace

Graph::Graph(const RuntimeOptions& options)
    : own_observer_(options.observer == nullptr ? std::make_unique<StderrObserver>() : nullptr),
      observer_(options.observer == nullptr ? *own_observer_ : *options.observer),
      local_endpoints_(options.local_endpoints),
      tests_only_(options.tests_only),
      unknown_services_(options.unknown_services),
      on_broken_(options.on_broken),
      registry_(options.registry),
      on_connections_(options.on_connections),
      router_(options.router),
      fire_crons_(options.fire_crons),
      responder_host_(
          loop_, observer_, [](void* self) { static_cast<Graph*>(self)->Turn(); }, this),
      dispatcher_(watchdog_, observer_),
      services_(loop_, dispatcher_, observer_,
                {[](void* self) { static_cast<Graph*>(self)->Turn(); },
                 [](void* self) {
                   auto* graph = static_cast<Graph*>(self);
                   if (!graph->log_timer_->active()) graph->log_timer_->Start(kLogDelayMs);
                 },
                 [](void* self) { static_cast<Graph*>(self)->OnServicesStopped(); }, this}),
      timer_(loop::Timer::Create(
          loop_.uv(), [](void* self) { static_cast<Graph*>(self)->Turn(); }, this)),
      v8_timer_(loop::Timer::Create(
          loop_.uv(), [](void* self) { static_cast<Graph*>(self)->RunV8Tasks(); }, this)),
      log_timer_(loop::Timer::Create(
          loop_.uv(), [](void* self) { static_cast<Graph*>(self)->observer_.OnFlush(); }, this)),
      idle_timer_(loop::Timer::Create(
          loop_.uv(), [](void* self) { static_cast<Graph*>(self)->CollectIdle(); }, this)),
      stop_timer_(loop::Timer::Create(
          loop_.uv(), [](void* self) { static_cast<Graph*>(self)->loop_.Stop(); }, this)),
      retire_timer_(loop::Timer::Create(
          loop_.uv(), [](void* self) { static_cast<Graph*>(self)->Turn(); }, this)) {
  v8_timer_->Unref();
  log_timer_->Unref();
  idle_timer_->Unref();
  retire_timer_->Unref();
  if (options.live_reload) live_reload_ = std::make_unique<LiveReload>();
  dispatcher_.set_hold_ms(static_cast<double>(options.hold_ms));
  js::Platform& platform = js::Platform::Start();
  platform.AddWaker(
      [](void* context) {
        auto* self = static_cast<Graph*>(context);
        if (self->v8_tasks_posted_.exchange(true)) return;
        self->loop_.Post([self] { self->RunV8Tasks(); });
      },
      this);
  http::ClientOptions outbound;
  outbound.proxies = http::ProxySettings::FromEnvironment();
  outbound.authorities = http::CaSources::FromEnvironment();
  outbound.public_only = options.public_only;
  outbound.is_hidden = [this](int port) { return services_.IsPrivatePort(port); };
  client_ = http::Client::Create(
      loop_.uv(), std::move(outbound), [](void* self) { static_cast<Graph*>(self)->Turn(); }, this);
  dispatcher_.set_client(client_.get());
  dispatcher_.set_responder_host(&responder_host_);
  if (router_ != nullptr) router_->Start(responder_host_);
  if (!options.persist_to.empty()) {
    dispatcher_.set_persist_to(std::filesystem::absolute(options.persist_to).lexically_normal());
  }
  dispatcher_.set_error_pages(options.error_pages);
  dispatcher_.set_committer(&committer_);
  committer_.set_after_job([](void* self) { static_cast<Graph*>(self)->Turn(); }, this);
  dispatcher_.set_flush(
      [](void* context) {
        auto* self = static_cast<Graph*>(context);
        self->doors_.Flush();
        self->services_.Flush();
        if (self->peers_ != nullptr) self->peers_->Flush();
      },
      this);
}

Graph::~Graph() {
  js::Platform::Start().RemoveWaker(this);
  if (peers_ != nullptr) peers_->Leave();
  cron_clock_.reset();
  dispatcher_.EndAll();
  responder_host_.Stop();
  doors_.CloseNow();
  if (client_ != nullptr) client_->CloseNow();
  services_.CloseNow();
  Turn();
  if (peers_ != nullptr) {
    peers_->CloseNow();
    Turn();
    dispatcher_.set_remote_calls(nullptr);
  }
  retiring_.clear();
  workers_.clear();
  dispatcher_.TakeRetiredLoaded().clear();
  services_.Clear();
  doors_.Clear();
  timer_.reset();
  v8_timer_.reset();
  log_timer_.reset();
  idle_timer_.reset();
  stop_timer_.reset();
  retire_timer_.reset();
  observer_.OnFlush();
  // Close callbacks run.
  loop_.RunClosing();
  client_.reset();
  loop_.RunClosing();
}

Graph::WorkerList Graph::AllWorkers() const {
  WorkerList all;
  for (const auto& worker : workers_) all.push_back(worker.get());
  return all;
}

Graph::WorkerList Graph::EveryWorker() const {
  WorkerList all = AllWorkers();
  for (const auto& worker : retiring_) {
    if (worker != nullptr) all.push_back(worker.get());
  }
  for (Loader* loader : dispatcher_.loaders()) {
    loader->ForEachWorker([&](Worker& worker) { all.push_back(&worker); });
  }
  return all;
}

Status Graph::LoadOrHold(Worker& worker) {
  Status loaded = worker.Load();
  if (loaded.ok() || !on_broken_ || loaded.error().kind != ErrorKind::kBuild) return loaded;
  worker.Hold(loaded.error().ToString());
  on_broken_(worker.name(), loaded.error());
  return Ok{};
}

Status Graph::LoadWorkers(std::vector<WorkerSpec> specs, std::vector<ProcessSpec> processes) {
  if (specs.empty() && router_ == nullptr) return Error{"no Worker was given", {}, {}, {}};
  services_.Add(std::move(processes));
  for (WorkerSpec& spec : specs) {
    for (const auto& known : workers_) {
      if (known->name() != spec.name) continue;
      return Error{"two Workers are called \"" + spec.name + "\"",
                   known->spec().config_path.empty()
                       ? ""
                       : "They are in " + known->spec().config_path + " and " + spec.config_path +
                             "; give one of them another name.",
                   spec.config_path,
                   {}};
    }
    if (const ChildService* same = services_.Find(spec.name)) {
      return Error{"a Worker and a service are both called \"" + spec.name + "\"",
                   "They are in " + spec.config_path + " and " + same->spec().config_path +
                       "; give one of them another name.",
                   spec.config_path,
                   {}};
    }
    workers_.push_back(MakeWorker(std::move(spec)));
  }
  const WorkerList all = AllWorkers();
  ISOLANE_TRY(ConnectChannels(all));
  ISOLANE_TRY(ConnectTails(all));
  services_.set_outside(client_.get());
  ISOLANE_TRY(services_.Connect([this](const std::string& name) { return FindService(name); }));
  for (Worker* worker : all) ISOLANE_TRY(LoadOrHold(*worker));
  ISOLANE_TRY(ConnectEntrypoints(all));
  if (!registry_.empty()) ISOLANE_TRY(OpenRegistry());
  for (Worker* worker : all) {
    if (worker->held()) continue;
    for (const auto& actor_class : worker->actor_classes()) dispatcher_.LoadAlarms(*actor_class);
  }
  return Ok{};
}

std::unique_ptr<Worker> Graph::MakeWorker(WorkerSpec spec) {
  const bool develops = local_endpoints_ != LocalEndpoints::kNone;
  return std::make_unique<Worker>(std::move(spec), dispatcher_, own_ports_, develops);
}

Status Graph::OpenRegistry() {
  peers_ = std::make_unique<Peers>(
      dispatcher_, loop_.uv(),
      [this](const std::string& name) {
        auto found = FindWorker(name);
        return found.ok() ? *found : nullptr;
      },
      [](void* self) { static_cast<Graph*>(self)->Turn(); }, this);
  dispatcher_.set_remote_calls(peers_.get());
  std::vector<std::string> names;
  for (const auto& worker : workers_) names.push_back(worker->name());
  ISOLANE_TRY(peers_->Open(registry_, std::move(names)));
  WatchNeighbours();
  return Ok{};
}

void Graph::WatchNeighbours() {
  if (!on_connections_) return;
  std::vector<std::string> services;
  for (const auto& worker : workers_) {
    for (const Channel& channel : worker->channels()) {
      if (channel.remote) services.push_back(channel.service);
    }
  }
  std::sort(services.begin(), services.end());
  services.erase(std::unique(services.begin(), services.end()), services.end());
  peers_->Watch(std::move(services), on_connections_);
}

loop::Loop& LoopOf(Runtime& runtime) { return static_cast<Graph&>(runtime).loop(); }

std::vector<std::string> WorkersElsewhere(Runtime& runtime) {
  Peers* const peers = static_cast<Graph&>(runtime).peers();
  return peers == nullptr ? std::vector<std::string>() : peers->KnownElsewhere();
}

void Graph::Turn() {
  if (live_reload_ != nullptr) [[unlikely]]
    live_reload_->Join();
  dispatcher_.Turn();
  if (dispatcher_.TakeReplaced()) {
    for (Worker* worker : EveryWorker()) worker->DisposeRetired();
  }
  for (size_t i = 0; i < embedder_calls_.size();) {
    if (embedder_calls_[i]->over()) {
      embedder_calls_.erase(embedder_calls_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      i++;
    }
  }
  if (timer_ == nullptr) return;
  if (dispatcher_.has_retired_loaded()) [[unlikely]] {
    for (auto& worker : dispatcher_.TakeRetiredLoaded()) retiring_.push_back(std::move(worker));
  }
  if (!retiring_.empty()) DisposeRetired();
  if (drained_) StopIfDrained();
  if (dispatcher_.TakeToldObserver() && !log_timer_->active()) log_timer_->Start(kLogDelayMs);
  if (!idle_timer_->active()) idle_timer_->Start(kIdleLookMs);
  const double next = dispatcher_.NextTimer();
  if (next < 0) {
    if (timer_due_ms_ >= 0) timer_->Stop();
    timer_due_ms_ = -1;
    return;
  }
  const double due = Dispatcher::NowMs() + next;
  // The same timer as before is armed already.
  if (timer_due_ms_ >= 0 && std::abs(due - timer_due_ms_) < 0.5 && timer_->active()) return;
  timer_due_ms_ = due;
  timer_->Start(static_cast<uint64_t>(std::ceil(next)));
}

void Graph::RunV8Tasks() {
  v8_tasks_posted_.store(false);
  const double next = js::Platform::Start().RunTasks();
  if (next >= 0 && v8_timer_ != nullptr) v8_timer_->Start(static_cast<uint64_t>(std::ceil(next)));
}

void Graph::CollectIdle() {
  const uint64_t before = idle_collector_.collections();
  const double next = idle_collector_.Tick(Dispatcher::NowMs(), EveryWorker());
  // The garbage may have been stubs of loaded Workers.
  if (!dispatcher_.loaders().empty() && idle_collector_.collections() != before) Turn();
  // At rest no timer runs; the next turn starts it.
  if (next >= 0) idle_timer_->Start(static_cast<uint64_t>(std::ceil(next)));
}

void Graph::Poll() {
  Turn();
  loop_.RunOnce();
  Turn();
}

void Graph::FetchAsync(Request request, std::function<void(Result<Response>)> done) {
  auto call = EmbedderCall::Create(std::move(request), done);
  auto worker = FindWorker({});
  if (!call.ok() || !worker.ok()) {
    // An error comes later too, as the contract says.
    const Error& error = call.ok() ? worker.error() : call.error();
    loop_.Post([done = std::move(done), error] { done(error); });
    return;
  }
  embedder_calls_.push_back(std::move(*call));
  embedder_calls_.back()->Start(dispatcher_, **worker);
}

Result<Response> Graph::Fetch(Request request) {
  std::optional<Result<Response>> result;
  auto call = EmbedderCall::Create(std::move(request),
                                   [&](Result<Response> answer) { result = std::move(answer); });
  if (!call.ok()) return call.error();
  ISOLANE_ASSIGN(Worker * worker, FindWorker({}));
  embedder_calls_.push_back(std::move(*call));
  embedder_calls_.back()->Start(dispatcher_, *worker);
  Turn();
  while (!result.has_value()) {
    loop_.Wait();
    Turn();
  }
  return std::move(*result);
}

Status Graph::Stub(const std::string& binding, ServiceFunction service) {
  const HostService host = MakeHostService(std::move(service));
  bool found = false;
  for (const auto& worker : workers_) found |= ApplyStub(*worker, binding, host);
  if (found) {
    stubs_.emplace_back(binding, host);
    return Ok{};
  }
  std::string known;
  for (const auto& worker : workers_) {
    for (size_t i = 0; i < worker->declared_channels(); i++) {
      known += (known.empty() ? "" : ", ") + worker->name() + "." + worker->channels()[i].binding;
    }
  }
  return Error{"no service binding is called " + binding + " (known: " + known + ")", {}, {}, {}};
}

namespace {

// `hosts`: names that lead here besides those of this machine.
DoorAddress AddressOf(const ListenOptions& options, const std::vector<std::string>& hosts) {
  DoorAddress address{options.ip, options.port};
  if (!options.tls) return address;
  const TlsOptions& tls = *options.tls;
  const bool made = tls.certificate.empty() && tls.key.empty();
  address.identity =
      made ? http::MakeIdentity(hosts) : http::ServerIdentity{tls.certificate, tls.key};
  return address;
}

}  // namespace

Result<int> Graph::ListenRouted(const ListenOptions& options) {
  auto frontend = std::make_unique<RoutedFrontend>(
      *router_,
      std::make_unique<HttpFrontend>(
          dispatcher_, [](void* self) { static_cast<Graph*>(self)->Turn(); }, this),
      *client_, services_, [this](const std::string& name) { return FindService(name); });
  RoutedFrontend* const opened = frontend.get();
  auto port = doors_.Open(loop_.uv(), AddressOf(options, {}), {}, std::move(frontend));
  if (port.ok()) routed_.push_back(opened);
  return port;
}

namespace {

// What a developer's client may call this machine: the hosts of routes, and the one that Workers
// see.
std::vector<std::string> LocalHosts(const std::vector<std::unique_ptr<Worker>>& workers,
                                    const std::string& seen) {
  std::vector<std::string> hosts;
  const auto add = [&hosts](std::string host) {
    host.resize(std::min(host.find(':'), host.size()));
    if (!host.empty()) hosts.push_back(std::move(host));
  };
  add(seen);
  for (const auto& worker : workers) {
    for (const Route& route : worker->spec().routes) {
      auto pattern = route.custom_domain ? base::RoutePattern::ParseDomain(route.pattern)
                                         : base::RoutePattern::Parse(route.pattern);
      if (pattern.ok()) add(pattern->host().value_or(""));
    }
  }
  return hosts;
}

}  // namespace

Result<int> Graph::Listen(const ListenOptions& options) {
  ISOLANE_ASSIGN(const int port, router_ != nullptr && options.worker.empty()
                                     ? ListenRouted(options)
                                     : ListenForWorker(options));
  own_ports_.Add(port);
  ISOLANE_TRY(StartServices());
  return port;
}

Result<int> Graph::ListenForWorker(const ListenOptions& options) {
  ISOLANE_ASSIGN(Worker * worker, FindWorker(options.worker));
  auto frontend = std::make_unique<HttpFrontend>(
      dispatcher_, *worker, [](void* self) { static_cast<Graph*>(self)->Turn(); }, this);
  if (has_services()) frontend->set_edge(&services_.metrics().EdgeOf("", worker->name()));
  if (local_endpoints_ != LocalEndpoints::kNone) {
    auto local = std::make_unique<LocalRequests>(
        dispatcher_, local_endpoints_,
        [this, own = options.worker](const std::string& name) {
          return FindWorker(name.empty() ? own : name);
        },
        LocalHosts(workers_, options.host));
    local->set_live_reload(live_reload_.get());
    frontend->set_local_requests(std::move(local));
    frontend->set_live_reload(live_reload_.get());
  }
  if (options.by_routes) {
    ISOLANE_ASSIGN(RouteTable routes, RouteTable::Create(AllWorkers()));
    frontend->set_routes(std::move(routes));
  }
  frontend->set_address_map({options.scheme, options.host});
  http::ServerLimits limits;
  limits.head_bytes = static_cast<size_t>(worker->spec().limits.head_kb) << 10;
  limits.url_bytes = static_cast<size_t>(worker->spec().limits.url_kb) << 10;
  HttpFrontend* const opened = frontend.get();
  auto port = doors_.Open(loop_.uv(), AddressOf(options, LocalHosts(workers_, options.host)),
                          limits, std::move(frontend));
  if (port.ok()) listening_.emplace_back(opened, options);
  return port;
}

void Graph::StopIfDrained() {
  // The clients have their answers; waitUntil tasks go on until they are done, or a second signal.
  if (drained_ && dispatcher_.live_pipelines() == 0 && services_.stopped()) loop_.Stop();
}

void Graph::OnSignal(int signal) {
  if (signals_ == 0) first_signal_ = signal;
  if (++signals_ > 1 || doors_.empty()) {
    doors_.CloseNow();
    loop_.Stop();
    return;
  }
  if (peers_ != nullptr) peers_->Leave();
  if (services_.has_processes()) {
    services_.Stop();
    stop_timer_->Start(kStopMs);
  }
  doors_.Drain(
      [](void* context) {
        auto* self = static_cast<Graph*>(context);
        self->drained_ = true;
        self->StopIfDrained();
      },
      this);
}

int Graph::Run() {
  loop::Signals signals(
      loop_.uv(), [](void* self, int signal) { static_cast<Graph*>(self)->OnSignal(signal); },
      this);
  if (fire_crons_) {
    cron_clock_ = std::make_unique<CronClock>(
        loop_.uv(), dispatcher_, workers_, [](void* self) { static_cast<Graph*>(self)->Turn(); },
        this);
  }
  Turn();
  loop_.Run();
  // Before another signal is the end.
  observer_.OnFlush();
  return first_signal_;
}

}  // namespace isolane::worker
