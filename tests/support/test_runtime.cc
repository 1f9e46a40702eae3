#include "tests/support/test_runtime.h"

#include <cstdlib>
#include <utility>

#include <doctest/doctest.h>

#include "runtime/js/isolate.h"
#include "runtime/worker/graph.h"

namespace isolane::testing {

namespace {

// What proxies this machine uses is none of a test's business.
void ForgetProxies() {
  for (const char* name :
       {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}) {
    unsetenv(name);
  }
}

}  // namespace

void RecordingObserver::OnLog(const LogLine& line) {
  lines.push_back({line.level, std::string(line.worker), line.request, std::string(line.text),
                   line.from_runtime});
}

void RecordingObserver::OnRequest(const RequestSummary& summary) {
  requests.push_back({std::string(summary.method), std::string(summary.url), summary.status,
                      summary.cpu_ms,
                      summary.trace == nullptr ? std::vector<TraceNode>() : *summary.trace});
}

const RecordingObserver::Line* RecordingObserver::Find(std::string_view part) const {
  for (const Line& line : lines) {
    if (line.text.find(part) != std::string::npos) return &line;
  }
  return nullptr;
}

size_t RecordingObserver::Count(std::string_view part) const {
  size_t count = 0;
  for (const Line& line : lines) count += line.text.find(part) != std::string::npos ? 1 : 0;
  return count;
}

std::string RecordingObserver::Text() const {
  std::string text;
  for (const Line& line : lines) text += "[" + line.worker + "] " + line.text + "\n";
  return text;
}

TestRuntime::TestRuntime(const std::vector<TestWorker>& workers, UnknownService unknown_services)
    : TestRuntime(workers, RuntimeOptions{.unknown_services = unknown_services}) {}

TestRuntime::TestRuntime(const std::vector<TestWorker>& workers, RuntimeOptions options) {
  ForgetProxies();
  options.observer = &observer_;
  auto loaded = Runtime::LoadSpecs(Specs(workers), options);
  if (!loaded.ok()) FAIL(loaded.error().ToString());
  runtime_ = std::move(*loaded);
}

TestRuntime::~TestRuntime() {
  if (runtime_ == nullptr) return;
  runtime_->Poll();
  worker::Dispatcher& dispatcher = graph().dispatcher();
  dispatcher.EndIdleActors();
  runtime_->Poll();
  CHECK_MESSAGE(dispatcher.live_actors() == 0, "Durable Objects are busy");
  CHECK_MESSAGE(dispatcher.live_pipelines() == 0, "requests are left");
  CHECK_MESSAGE(dispatcher.live_invocations() == 0, "invocations are left");
  CHECK_MESSAGE(dispatcher.live_bodies() == 0, "bodies are left");
  CHECK_MESSAGE(dispatcher.live_web_sockets() == 0, "WebSockets are left");
  CHECK_MESSAGE(dispatcher.live_stubs() == 0, "stubs are left");
  CHECK_MESSAGE(dispatcher.live_calls() == 0, "calls are left");
  CHECK_MESSAGE(observer_.Count("internal error") == 0, observer_.Text());
}

Response TestRuntime::Fetch(Request request) {
  auto answer = runtime_->Fetch(std::move(request));
  if (!answer.ok()) FAIL(answer.error().ToString());
  return std::move(answer).value();
}

Response TestRuntime::Get(const std::string& path) {
  Request request;
  request.url = "http://test" + path;
  return Fetch(std::move(request));
}

Response TestRuntime::Post(const std::string& path, std::string body) {
  Request request;
  request.method = "POST";
  request.url = "http://test" + path;
  request.body = std::move(body);
  return Fetch(std::move(request));
}

std::string TestRuntime::Text(const std::string& path) {
  Response response = Get(path);
  if (response.status == 200) return response.body;
  return std::to_string(response.status) + " " + response.body;
}

std::shared_ptr<Pending> TestRuntime::Start(const std::string& path) {
  auto pending = std::make_shared<Pending>();
  Request request;
  request.url = "http://test" + path;
  runtime_->FetchAsync(std::move(request),
                       [pending](Result<Response> answer) { pending->answer = std::move(answer); });
  return pending;
}

void TestRuntime::Poll() { runtime_->Poll(); }

worker::Graph& TestRuntime::graph() { return static_cast<worker::Graph&>(*runtime_); }

worker::Worker& TestRuntime::worker(size_t index) { return *graph().workers()[index]; }

size_t TestRuntime::HeapOf(size_t index) {
  v8::Isolate* isolate = worker(index).isolate()->v8();
  const v8::Isolate::Scope isolate_scope(isolate);
  isolate->LowMemoryNotification();
  v8::HeapStatistics statistics;
  isolate->GetHeapStatistics(&statistics);
  return statistics.used_heap_size();
}

Error LoadError(const std::vector<TestWorker>& workers) {
  RecordingObserver observer;
  auto loaded = Runtime::LoadSpecs(Specs(workers), {.observer = &observer});
  if (loaded.ok()) FAIL("the Workers were loaded");
  // The error is the caller's to show: it is not logged as well.
  CHECK(observer.Count("Uncaught") == 0);
  return loaded.error();
}

}  // namespace isolane::testing
