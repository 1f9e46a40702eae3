#include "runtime/worker/services/services.h"

#include <sys/random.h>

#include <algorithm>
#include <utility>

#include "runtime/base/nearest_name.h"
#include "runtime/worker/services/metrics_endpoint.h"
#include "runtime/worker/services/service_url.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

using State = process::ServiceProcess::State;

namespace {

// Events and long polls of development servers are silent for as long as they like.
constexpr uint64_t kPatienceMs = 60 * 60'000;
// A development server that compiles first.
constexpr uint64_t kAnswerMs = 5 * 60'000;
constexpr size_t kKeptConnections = 64;

http::ClientOptions ClientOptionsOfServices() {
  http::ClientOptions options;
  options.limits.response_head_ms = kAnswerMs;
  options.limits.idle_ms = kPatienceMs;
  options.limits.kept_per_host = kKeptConnections;
  options.acknowledges_pieces = true;
  return options;
}

std::string RandomName() {
  unsigned char bytes[5];
  (void)!getrandom(bytes, sizeof bytes, 0);
  constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string name;
  for (const unsigned char byte : bytes) {
    name += kDigits[byte % 36];
    name += kDigits[byte / 36];
  }
  return name;
}

}  // namespace

Services::Services(loop::Loop& loop, Dispatcher& dispatcher, Observer& observer, Host host)
    : loop_(loop),
      dispatcher_(dispatcher),
      observer_(observer),
      host_(host),
      run_(RandomName()),
      client_(http::Client::Create(
          loop.uv(), ClientOptionsOfServices(),
          [](void* self) { static_cast<Services*>(self)->Turn(); }, this)),
      stopped_timer_(loop::Timer::Create(
          loop.uv(),
          [](void* self) {
            auto* services = static_cast<Services*>(self);
            services->host_.on_stopped(services->host_.context);
          },
          this)) {}

Services::~Services() = default;

void Services::Add(std::vector<ProcessSpec> specs) {
  for (ProcessSpec& spec : specs) {
    children_.push_back(std::make_unique<ChildService>(loop_.uv(), std::move(spec), *client_,
                                                       static_cast<ChildService::Owner&>(*this)));
  }
}

ChildService* Services::Find(std::string_view name) {
  for (const auto& child : children_) {
    if (child->name() == name) return child.get();
  }
  return nullptr;
}

std::vector<std::string> Services::names() const {
  std::vector<std::string> names;
  for (const auto& child : children_) names.push_back(child->name());
  return names;
}

std::string Services::OriginOf(std::string_view service) const {
  return OriginOfService(service, run_);
}

Status Services::Connect(const FindTarget& find) {
  for (size_t i = 0; i < children_.size(); i++) {
    for (const UrlBinding& declared : children_[i]->spec().bindings) {
      Binding binding;
      binding.caller = i;
      binding.declared = &declared;
      binding.target = find(declared.service);
      if (!binding.target.found()) {
        return Error{children_[i]->name() + ": binding " + declared.variable + " points to \"" +
                         declared.service + "\", no such service.",
                     {},
                     declared.where,
                     {}};
      }
      binding.edge = &metrics_.EdgeOf(children_[i]->name(), declared.service);
      bindings_.push_back(std::move(binding));
    }
  }
  return Ok{};
}

void Services::Reconnect(const FindTarget& find) {
  for (Binding& binding : bindings_) {
    binding.target = find(binding.declared->service);
    if (binding.listener != nullptr && binding.target.worker != nullptr) {
      binding.listener->set_worker(*binding.target.worker);
    }
  }
}

std::string Services::BindingTo(std::string_view service) const {
  for (const Binding& binding : bindings_) {
    if (binding.declared->service != service) continue;
    return "the binding " + binding.declared->variable + " of the service \"" +
           children_[binding.caller]->name() + "\"";
  }
  return {};
}

process::ServiceProcess::Options Services::OptionsFor(size_t child, int port) const {
  const ProcessSpec& spec = children_[child]->spec();
  process::ServiceProcess::Options options;
  options.name = spec.name;
  options.command = spec.command;
  options.after = spec.after;
  options.directory = spec.directory;
  options.port = port;
  options.fence = band_.first();
  options.allowed = {port};
  std::vector<std::pair<std::string, std::string>> own;
  for (const std::string& variable : spec.port_variables) {
    own.emplace_back(variable, std::to_string(port));
  }
  for (const Binding& binding : bindings_) {
    if (binding.caller != child) continue;
    own.emplace_back(binding.declared->variable, binding.listener->origin());
    options.allowed.push_back(binding.port);
  }
  for (const auto& [name, value] : spec.environment) {
    const bool replaced = std::any_of(
        own.begin(), own.end(), [&name = name](const auto& one) { return one.first == name; });
    if (!replaced) options.environment.push_back(name + "=" + value);
  }
  for (const auto& [name, value] : own) options.environment.push_back(name + "=" + value);
  return options;
}

// Every port is known, and every binding answers, before the first process starts: bindings may go
// round in circles.
Status Services::Prepare() {
  if (band_.first() == 0) ISOLANE_TRY(band_.Claim());
  for (Binding& binding : bindings_) {
    binding.listener = std::make_unique<ServiceListener>(*this, *children_[binding.caller],
                                                         binding.target, *binding.edge);
    // Somebody may have been quicker.
    for (;;) {
      ISOLANE_ASSIGN(binding.port, band_.Take());
      if (binding.listener->Listen(loop_.uv(), binding.port).ok()) break;
    }
  }
  for (size_t i = 0; i < children_.size(); i++) {
    ISOLANE_ASSIGN(const int port, band_.Take());
    children_[i]->Prepare(OptionsFor(i, port));
  }
  return Ok{};
}

void Services::Start() {
  if (std::exchange(started_, true)) return;
  Status prepared = Prepare();
  if (!prepared.ok()) {
    for (const auto& child : children_) child->GiveUp(prepared.error().message);
    Fail(prepared.error());
    return;
  }
  for (const auto& child : children_) child->Start();
}

void Services::Fail(Error error) {
  if (failure_.has_value()) {
    failure_->message += "\n" + error.message;
  } else {
    failure_ = std::move(error);
  }
  Stop();
}

void Services::Stop() {
  if (!std::exchange(stopping_, true)) {
    for (const auto& child : children_) child->Stop();
  }
  TellIfStopped();
}

bool Services::stopped() const {
  return std::all_of(children_.begin(), children_.end(), [](const auto& child) {
    return child->state() == State::kIdle || child->state() == State::kFailed ||
           child->state() == State::kStopped;
  });
}

void Services::TellIfStopped() {
  if (stopping_ && stopped() && stopped_timer_ != nullptr) stopped_timer_->Start(0);
}

void Services::OnStateChange(ChildService& service) {
  if (closed_) return;
  if (service.state() == State::kFailed) {
    if (stopping_) {
      // One of those that were told to end because of another, unless it failed by itself.
      if (failure_.has_value()) failure_->message += "\n" + service.process()->failure();
    } else {
      Fail(Error{service.process()->failure(), {}, {}, {}});
    }
  }
  TellIfStopped();
}

void Services::OnLine(ChildService& service, loop::ChildProcess::Output output,
                      std::string_view line) {
  observer_.OnOutput({service.name(), output == loop::ChildProcess::Output::kStderr, line});
  if (!closed_) host_.told(host_.context);
}

void Services::Warn(const ChildService& service, const std::string& text) {
  LogLine line;
  line.level = LogLevel::kWarn;
  line.worker = service.name();
  line.text = text;
  line.from_runtime = true;
  observer_.OnLog(line);
  if (!closed_) host_.told(host_.context);
}

void Services::WarnOfStranger(const ServiceEdge& edge) {
  if (std::find(warned_.begin(), warned_.end(), &edge) != warned_.end()) return;
  warned_.push_back(&edge);
  LogLine line;
  line.level = LogLevel::kWarn;
  line.worker = edge.service;
  const std::string text = "A connection to the URL that \"" + edge.caller + "\" was given for \"" +
                           edge.service +
                           "\" was refused: it comes from a process that is not of that service. "
                           "Give the caller a binding of its own.";
  line.text = text;
  line.from_runtime = true;
  observer_.OnLog(line);
  if (!closed_) host_.told(host_.context);
}

Result<int> Services::ServeMetrics() {
  if (band_.first() == 0) ISOLANE_TRY(band_.Claim());
  endpoint_ = std::make_unique<MetricsEndpoint>(metrics_);
  ISOLANE_ASSIGN(const int port, band_.Take());
  return endpoint_->Listen(loop_.uv(), port);
}

void Services::Proxy(http::Exchange& exchange, ProxyTask task) {
  auto made = std::make_unique<ProxiedExchange>(*this, exchange, std::move(task));
  ProxiedExchange& proxied = *made;
  proxied_.emplace(&proxied, std::move(made));
  proxied.Start();
}

void Services::Flush() {
  for (const Binding& binding : bindings_) {
    if (binding.listener != nullptr) binding.listener->Flush();
  }
}

void Services::CloseNow() {
  closed_ = true;
  stopped_timer_.reset();
  endpoint_.reset();
  for (const Binding& binding : bindings_) {
    if (binding.listener != nullptr) binding.listener->CloseNow();
  }
  client_->CloseNow();
}

void Services::Clear() {
  bindings_.clear();
  children_.clear();
  proxied_.clear();
  client_.reset();
}

}  // namespace isolane::worker
