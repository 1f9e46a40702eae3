#include "tests/stress/random_graph.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "runtime/worker/graph.h"
#include "tests/support/step_until.h"

namespace isolane::stress {

namespace {

// A file of this folder, which each Worker of each graph loads.
const std::string& Source(const std::string& name) {
  static std::map<std::string, std::string> read;
  std::string& source = read[name];
  if (source.empty()) {
    std::ostringstream text;
    text << std::ifstream(ISOLANE_SOURCE_DIR "/tests/stress/" + name).rdbuf();
    source = text.str();
  }
  return source;
}

std::string Name(size_t number) { return "w" + std::to_string(number); }

}  // namespace

class RandomGraph::Log final : public Observer {
 public:
  explicit Log(RandomGraph& graph) : graph_(graph) {}

  bool wants_trace() const override { return true; }

  void OnLog(const LogLine& line) override {
    if (graph_.telling_ == Telling::kAll) {
      std::printf("#%ju [%.*s] %.*s\n", static_cast<uintmax_t>(line.request),
                  static_cast<int>(line.worker.size()), line.worker.data(),
                  static_cast<int>(line.text.size()), line.text.data());
    }
    auto says = [&](std::string_view part) { return line.text.find(part) != line.text.npos; };
    if (says("The isolate is replaced")) graph_.tally_.replaced++;
    if (says("would never generate a response")) graph_.tally_.hung++;
    if (!says("internal error") && !says("STRESS MISMATCH") && !says("cannot run")) return;
    graph_.wrong_.push_back("[" + std::string(line.worker) + "] " + std::string(line.text));
  }

  // From when all requests should have ended: those that had not do so with the runtime.
  void OnRequest(const RequestSummary& summary) override {
    if (!all_ended) return;
    std::string text = "left: #" + std::to_string(summary.request) + " ";
    text.append(summary.method).append(" ").append(summary.url);
    text += " " + std::to_string(summary.status);
    for (const TraceNode& node : *summary.trace) {
      text += ", " + node.name + " of " + std::to_string(node.parent);
      text += " to " + node.worker + " " + std::to_string(node.status);
    }
    graph_.wrong_.push_back(text);
  }

  bool all_ended = false;

 private:
  RandomGraph& graph_;
};

RandomGraph::RandomGraph(uint32_t seed, Telling telling)
    : random_(seed), telling_(telling), log_(std::make_unique<Log>(*this)) {
  const size_t count = 5 + Below(8);
  std::vector<WorkerSpec> specs;
  for (size_t i = 0; i < count; i++) specs.push_back(RandomWorker(i, count));
  auto loaded = Runtime::LoadSpecs(std::move(specs), {UnknownService::kRefuse, log_.get()});
  if (!loaded.ok()) {
    wrong_.push_back(loaded.error().ToString());
    return;
  }
  runtime_ = std::move(*loaded);
  auto port = runtime_->Serve("127.0.0.1", 0);
  if (!port.ok()) wrong_.push_back(port.error().ToString());
  if (port.ok()) port_ = *port;
}

RandomGraph::~RandomGraph() = default;

Limits RandomGraph::RandomLimits() {
  Limits limits;
  limits.cpu_ms = 40 + static_cast<int64_t>(Below(100));
  limits.subrequests = 20 + static_cast<int64_t>(Below(200));
  limits.memory_mb = 16 + static_cast<int64_t>(Below(32));
  limits.depth = 3 + static_cast<int64_t>(Below(20));
  limits.rpc_mb = 1;
  return limits;
}

WorkerSpec RandomGraph::RandomWorker(size_t number, size_t count) {
  static constexpr const char* kDates[] = {"2024-04-03", "2024-09-23", "2025-12-01", "2026-05-01"};
  static constexpr const char* kEntrypoints[] = {"", "", "Service", "plain"};
  static constexpr const char* kDefaults[] = {"plain", "Service"};
  WorkerSpec spec;
  spec.name = Name(number);
  spec.main_module = "index.js";
  spec.compatibility_date = kDates[Below(4)];
  if (Below(2) == 0) spec.compatibility_flags.push_back("enable_request_signal");
  const std::string main = std::string("import { Room, Service, plain } from './worker.js';\n") +
                           "export { Room, Service, plain };\nexport default " +
                           kDefaults[Below(2)];
  spec.modules = [main](const std::string& name) -> Result<ModuleSource> {
    return ModuleSource{ModuleType::kEsModule, name == "index.js" ? main : Source(name)};
  };
  std::string names;
  for (size_t i = 0, bindings = 1 + Below(5); i < bindings; i++) {
    ServiceBinding service{Name(Below(count)), kEntrypoints[Below(4)], {}};
    if (Below(2) == 0) service.props_json = R"({"from":")" + spec.name + R"("})";
    spec.bindings.push_back({"B" + std::to_string(i), service, {}});
    names += (i == 0 ? "\"B" : ",\"B") + std::to_string(i) + "\"";
  }
  spec.durable_objects.push_back({"Room", true});
  spec.bindings.push_back({"ROOM", DurableObjectBinding{"Room", Name(Below(count))}, {}});
  spec.bindings.push_back({"SERVICES", VarBinding{"[" + names + "]"}, {}});
  if (telling_ == Telling::kAll) spec.bindings.push_back({"TRACE", VarBinding{"true"}, {}});
  spec.limits = RandomLimits();
  return spec;
}

std::string RandomGraph::RandomQuery() {
  return "/?seed=" + std::to_string(random_()) + "&fuel=" + std::to_string(Below(5)) +
         "&port=" + std::to_string(port_);
}

void RandomGraph::StartOne() {
  tally_.requests++;
  if (Below(3) == 0) {
    StartVisitor();
  } else {
    StartCall();
  }
}

void RandomGraph::StartCall() {
  Request request;
  request.url = "http://stress.test" + RandomQuery();
  if (Below(3) == 0) {
    request.method = "POST";
    request.body.assign(Below(100'000), 'b');
  }
  asked_.push_back(std::make_unique<Asked>(Asked{request.url}));
  calls_under_way_++;
  runtime_->FetchAsync(std::move(request), [this, asked = asked_.back().get()](auto answer) {
    if (++asked->answers > 1) wrong_.push_back("answered twice: " + asked->url);
    calls_under_way_--;
    tally_.answers++;
    if (!answer.ok() || answer->status >= 500) tally_.failures++;
  });
}

void RandomGraph::StartVisitor() {
  visitors_.push_back(std::make_unique<Visitor>(port_, RandomQuery(), random_()));
}

void RandomGraph::Step() {
  runtime_->Poll();
  std::erase_if(visitors_, [this](const std::unique_ptr<Visitor>& visitor) {
    visitor->Step();
    if (!visitor->over()) return false;
    if (!visitor->wrong().empty()) {
      wrong_.push_back("a client got " + visitor->wrong() + ": " + visitor->query());
    }
    if (visitor->stayed()) {
      tally_.answers++;
      tally_.failures += visitor->failed() ? 1 : 0;
    } else {
      tally_.left++;
    }
    return true;
  });
}

std::vector<std::string> RandomGraph::Run(size_t requests) {
  if (!wrong_.empty()) return wrong_;
  const size_t at_a_time = 1 + Below(12);
  auto step = [this] { Step(); };
  for (size_t i = 0; i < requests; i++) {
    StartOne();
    if (!testing::StepUntil(step, [&] { return under_way() < at_a_time; })) break;
  }
  if (!testing::StepUntil(step, [&] { return under_way() == 0; })) {
    for (const auto& asked : asked_) {
      if (asked->answers == 0) wrong_.push_back("never answered: " + asked->url);
    }
    for (const auto& visitor : visitors_) wrong_.push_back("never answered: " + visitor->State());
    wrong_.push_back("what waits:\n" +
                     static_cast<worker::Graph&>(*runtime_).dispatcher().DescribeLive());
  }
  visitors_.clear();
  CheckThatNothingIsLeft();
  log_->all_ended = true;
  // That the loop is empty is checked by its destructor.
  runtime_.reset();
  return wrong_;
}

void RandomGraph::CheckThatNothingIsLeft() {
  worker::Dispatcher& dispatcher = static_cast<worker::Graph&>(*runtime_).dispatcher();
  // A fetch to the own port whose caller has ended may still arrive: one quiet moment is not
  // enough.
  int quiet = 0;
  testing::StepUntil([this] { Step(); },
                     [&] {
                       quiet = dispatcher.live_pipelines() == 0 ? quiet + 1 : 0;
                       return quiet > 100;
                     });
  // One object may be all that another one was busy with.
  testing::StepUntil([this] { Step(); },
                     [&] {
                       dispatcher.EndIdleActors();
                       return dispatcher.live_actors() == 0 && dispatcher.live_calls() == 0;
                     });
  const std::pair<const char*, size_t> left[] = {{"Durable Objects", dispatcher.live_actors()},
                                                 {"pipelines", dispatcher.live_pipelines()},
                                                 {"invocations", dispatcher.live_invocations()},
                                                 {"bodies", dispatcher.live_bodies()},
                                                 {"stubs", dispatcher.live_stubs()},
                                                 {"calls", dispatcher.live_calls()}};
  for (const auto& [what, count] : left) {
    if (count != 0) wrong_.push_back(std::to_string(count) + " " + what + " are left");
  }
}

}  // namespace isolane::stress
