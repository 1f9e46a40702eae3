#include "runtime/worker/idle_collector.h"

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

constexpr double kIdle = IdleCollector::kIdleMs;
constexpr double kPause = IdleCollector::kPauseMs;

TEST_SUITE("runtime/worker/idle_collector") {
  TEST_CASE("an isolate is collected once per idle period") {
    TestRuntime runtime({TestWorker::Handler("one", "return new Response('ok');")});
    const auto& workers = runtime.graph().workers();
    IdleCollector collector;
    CHECK(collector.Tick(0, workers) == kIdle);
    CHECK(collector.Tick(kIdle - 200, workers) == 200);
    CHECK(collector.collections() == 0);
    CHECK(collector.Tick(kIdle, workers) == -1);
    CHECK(collector.collections() == 1);
    // Nothing happened since.
    CHECK(collector.Tick(10 * kIdle, workers) == -1);
    CHECK(collector.collections() == 1);

    CHECK(runtime.Text() == "ok");
    CHECK(collector.Tick(11 * kIdle, workers) == kIdle);
    // A request in between begins the period again.
    CHECK(runtime.Text() == "ok");
    CHECK(collector.Tick(12 * kIdle, workers) == kIdle);
    CHECK(collector.collections() == 1);
    CHECK(collector.Tick(13 * kIdle, workers) == -1);
    CHECK(collector.collections() == 2);
    CHECK(runtime.Text() == "ok");
  }

  TEST_CASE("one isolate at a time") {
    TestRuntime runtime(
        {TestWorker::Handler("one", "return env.TWO.fetch(request);").Service("TWO", "two"),
         TestWorker::Handler("two", "return new Response('two');"),
         TestWorker::Handler("three", "return new Response('three');")});
    const auto& workers = runtime.graph().workers();
    IdleCollector collector;
    CHECK(collector.Tick(0, workers) == kIdle);
    CHECK(collector.Tick(kIdle, workers) == kPause);
    CHECK(collector.collections() == 1);
    // The first two are busy again, the third still waits for its turn.
    CHECK(runtime.Text() == "two");
    CHECK(collector.Tick(kIdle + kPause, workers) == kIdle);
    CHECK(collector.collections() == 2);
    CHECK(collector.Tick(3 * kIdle, workers) == kPause);
    CHECK(collector.Tick(3 * kIdle + kPause, workers) == -1);
    CHECK(collector.collections() == 4);
    CHECK(runtime.Text() == "two");
  }

  TEST_CASE("what a burst of requests left behind is given back") {
    TestRuntime runtime({TestWorker::Handler(
        "one",
        "globalThis.n = (globalThis.n ?? 0) + 1; const list = []; for (let i = 0; i < 1000; "
        "i++) list.push({ i }); return new Response(`${n} ${list.length}`);")});
    for (int i = 0; i < 100; i++) runtime.Text();
    v8::Isolate* isolate = runtime.worker(0).isolate()->v8();
    v8::HeapStatistics before;
    isolate->GetHeapStatistics(&before);
    IdleCollector collector;
    collector.Tick(0, runtime.graph().workers());
    collector.Tick(kIdle, runtime.graph().workers());
    v8::HeapStatistics after;
    isolate->GetHeapStatistics(&after);
    CHECK(after.total_heap_size() < before.total_heap_size());
    // Only garbage is gone.
    CHECK(runtime.Text() == "101 1000");
  }
}

}  // namespace
}  // namespace isolane::worker
