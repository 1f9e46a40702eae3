#include "runtime/worker/cron_clock.h"

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

// 2026-11-21 14:30:10 UTC, a Saturday.
constexpr int64_t kTime = 1'795'271'410'000;

WorkerSpec Scheduled(const std::string& name, std::vector<std::string> crons) {
  WorkerSpec spec = TestWorker(name, R"js(
    export default {
      fetch() { return new Response('x'); },
      scheduled(controller) {
        console.log(`fired ${controller.cron} at ${controller.scheduledTime}`);
        if (controller.cron === '30 * * * *') throw new Error('no');
      },
    };)js")
                        .Spec();
  spec.crons = std::move(crons);
  return spec;
}

TEST_SUITE("runtime/worker/cron_clock") {
  TEST_CASE("triggers that are due are fired, and what became of them is told") {
    testing::RecordingObserver observer;
    RuntimeOptions options;
    options.observer = &observer;
    auto loaded = Runtime::LoadSpecs(
        {Scheduled("a", {"*/10 * * * *", "*/7 * * * *", "bad"}), Scheduled("b", {"30 * * * *"})},
        options);
    REQUIRE(loaded.ok());
    auto& graph = static_cast<Graph&>(**loaded);
    {
      CronClock clock(
          graph.loop().uv(), graph.dispatcher(), graph.workers(), [](void*) {}, nullptr);
      clock.Fire(kTime);
      clock.Fire(kTime);
      for (int i = 0; i < 1000 && observer.Count("CRON") < 4; i++) graph.Poll();
      CHECK(observer.Count("fired */10 * * * * at 1795271400000") == 2);
      CHECK(observer.Count("fired */7") == 0);
      CHECK(observer.Count("fired 30 * * * *") == 2);
      CHECK(observer.Count("CRON a \"*/10 * * * *\" ok (") == 2);
      CHECK(observer.Count("CRON b \"30 * * * *\" exception (") == 2);
      CHECK(observer.Count("The cron expression \"bad\" has 1 fields") == 1);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
