#include "runtime/worker/cron_clock.h"

#include <chrono>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/workflow_fixture.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

// 2024-02-29 14:30:10 UTC, a Thursday: a day at which the clock itself hardly ever comes by.
constexpr int64_t kTime = 1'709'217'010'000;

WorkerSpec Scheduled(const std::string& name, std::vector<std::string> crons) {
  WorkerSpec spec = TestWorker(name, R"js(
    export default {
      fetch() { return new Response('x'); },
      scheduled(controller) {
        console.log(`fired ${controller.cron} at ${controller.scheduledTime}`);
        if (controller.cron === '30 14 29 2 *') throw new Error('no');
      },
    };)js")
                        .Spec();
  spec.crons = std::move(crons);
  return spec;
}

TEST_SUITE("runtime/worker/cron_clock") {
  TEST_CASE("schedules of a Workflow make an instance for each time") {
    TestWorker worker = testing::FlowWorker("log.push([event.schedule, event.payload]);");
    worker.Binding(
        {"CRON", WorkflowBinding{"timed", "Flow", {}, {}, {"*/10 14 29 2 *", "1 1 1 1 *"}}, {}});
    TestRuntime runtime({worker});
    Graph& graph = runtime.graph();
    CronClock clock(
        graph.loop().uv(), graph.dispatcher(), graph.workers(), [](void*) {}, nullptr);
    clock.Fire(kTime);
    clock.Fire(kTime);
    CHECK(PollUntil(runtime, [&] {
      return runtime.observer().Count("CRON app (Workflow timed) \"*/10 14 29 2 *\" ok (") == 2;
    }));
    CHECK(PollUntil(runtime, [&] {
      return runtime.Text("/log") ==
             R"([[{"cron":"*/10 14 29 2 *","scheduledTime":1709217000000},{}]])";
    }));
    CHECK(testing::StatusOf(runtime, "*%2F10%2014%2029%202%20*-1709217000000&binding=CRON",
                            "complete")
              .find("\"complete\"") != std::string::npos);
  }

  TEST_CASE("triggers that are due are fired, and what became of them is told") {
    testing::RecordingObserver observer;
    RuntimeOptions options;
    options.observer = &observer;
    auto loaded = Runtime::LoadSpecs({Scheduled("a", {"*/10 14 29 2 *", "*/7 14 29 2 *", "bad"}),
                                      Scheduled("b", {"30 14 29 2 *"})},
                                     options);
    REQUIRE(loaded.ok());
    auto& graph = static_cast<Graph&>(**loaded);
    {
      CronClock clock(
          graph.loop().uv(), graph.dispatcher(), graph.workers(), [](void*) {}, nullptr);
      clock.Fire(kTime);
      clock.Fire(kTime);
      // The time only ends a test that failed.
      const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
      while (observer.Count("CRON") < 4 && std::chrono::steady_clock::now() < limit) graph.Poll();
      CAPTURE(observer.Text());
      CHECK(observer.Count("fired */10 14 29 2 * at 1709217000000") == 2);
      CHECK(observer.Count("fired */7") == 0);
      CHECK(observer.Count("fired 30 14 29 2 *") == 2);
      CHECK(observer.Count("CRON a \"*/10 14 29 2 *\" ok (") == 2);
      CHECK(observer.Count("CRON b \"30 14 29 2 *\" exception (") == 2);
      CHECK(observer.Count("The cron expression \"bad\" has 1 fields") == 1);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
