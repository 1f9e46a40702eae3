// A Runtime of in-memory Workers, whose end proves that nothing is left of its requests.
//
//   TestRuntime runtime({TestWorker::Handler("hello", "return new Response('hi')")});
//   CHECK(runtime.Text("/") == "hi");
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <isolane/runtime.h>

#include "tests/support/test_worker.h"

namespace isolane::worker {
class Graph;
class Worker;
}  // namespace isolane::worker

namespace isolane::testing {

// Keeps what it is told.
class RecordingObserver final : public Observer {
 public:
  struct Line {
    LogLevel level;
    std::string worker;
    uint64_t request;
    std::string text;
    bool from_runtime;
  };
  struct Finished {
    std::string method;
    std::string url;
    int status;
    double cpu_ms;
    std::vector<TraceNode> trace;
  };

  bool wants_trace() const override { return true; }
  void OnLog(const LogLine& line) override;
  void OnRequest(const RequestSummary& summary) override;
  void OnOutput(const OutputLine& line) override {
    output.push_back(std::string(line.service) + ": " + std::string(line.text));
  }

  // The first line with `part` in its text, or null.
  const Line* Find(std::string_view part) const;
  size_t Count(std::string_view part) const;
  // All of them, for messages of failed checks.
  std::string Text() const;

  std::vector<Line> lines;
  std::vector<Finished> requests;
  std::vector<std::string> output;  // "service: line"
};

// An answer that is awaited.
struct Pending {
  std::optional<Result<Response>> answer;
  bool done() const { return answer.has_value(); }
  const Response& response() const { return answer->value(); }
};

class TestRuntime {
 public:
  // The first Worker is the public one. An error fails the test.
  explicit TestRuntime(const std::vector<TestWorker>& workers,
                       UnknownService unknown_services = UnknownService::kRefuse);
  // With other options; its observer is the one of this object.
  TestRuntime(const std::vector<TestWorker>& workers, RuntimeOptions options);
  ~TestRuntime();
  // Ends it with whatever is under way.
  void Abandon() { runtime_.reset(); }

  Response Fetch(Request request);
  // GET http://test/PATH
  Response Get(const std::string& path = "/");
  Response Post(const std::string& path, std::string body);
  // The body of Get; a status other than 200 is put before it: "500 Internal Server Error".
  std::string Text(const std::string& path = "/");

  // Starts a request; it runs from the next Poll.
  std::shared_ptr<Pending> Start(const std::string& path = "/");
  void Poll();

  Runtime& get() { return *runtime_; }
  worker::Graph& graph();
  worker::Worker& worker(size_t index);
  RecordingObserver& observer() { return observer_; }

  // Bytes of the JavaScript heap of a Worker, after a full collection.
  size_t HeapOf(size_t index);

 private:
  RecordingObserver observer_;
  std::unique_ptr<Runtime> runtime_;
};

// What LoadSpecs says about Workers that cannot be loaded. Loading them fails the test.
Error LoadError(const std::vector<TestWorker>& workers);

}  // namespace isolane::testing
