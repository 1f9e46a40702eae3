// Events that an embedder sends: cron triggers and tests.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

constexpr char kCron[] = R"js(
  let last = [];
  export default {
    fetch: () => Response.json(last),
    async scheduled(controller, env, ctx) {
      last = [controller.cron, controller.scheduledTime];
      if (controller.cron === 'throw') throw new RangeError('no cron');
      if (controller.cron === 'no retry') controller.noRetry();
      if (controller.cron === 'spin') for (;;);
    },
  };)js";

EventResult Fire(TestRuntime& runtime, const ScheduledEvent& event) {
  auto result = runtime.get().Scheduled(event);
  REQUIRE(result.ok());
  return std::move(*result);
}

// "adds ok 0", ... of all tests whose names contain `filter`.
std::vector<std::string> Run(TestRuntime& runtime, const std::string& filter = {}) {
  std::vector<std::string> told;
  auto results = runtime.get().RunTests("", filter, [&](const TestResult& result) {
    told.push_back(result.name + " " + result.result.outcome);
  });
  REQUIRE(results.ok());
  CHECK(results->size() == told.size());
  return told;
}

TEST_SUITE("runtime/worker/graph_events") {
  TEST_CASE("a cron trigger") {
    TestRuntime runtime({TestWorker("cron", kCron).CpuMs(50), TestWorker("other", kCron)});
    SUBCASE("reaches the public Worker") {
      const EventResult result = Fire(runtime, {.cron = "* \"\xc3\xa9", .time_ms = 1234});
      CHECK(result.ok());
      CHECK_FALSE(result.no_retry);
      CHECK(runtime.Text() == "[\"* \\\"\xc3\xa9\",1234]");
    }
    SUBCASE("reaches another one by its name") {
      CHECK(Fire(runtime, {.worker = "other", .cron = "x"}).ok());
      CHECK(runtime.Text() == "[]");
    }
    SUBCASE("has the time of now") {
      Fire(runtime, {});
      CHECK(runtime.Text().starts_with("[\"\",1"));
    }
    SUBCASE("says that it is not to be repeated") {
      CHECK(Fire(runtime, {.cron = "no retry"}).no_retry);
    }
    SUBCASE("says what was thrown") {
      const EventResult result = Fire(runtime, {.cron = "throw"});
      CHECK(result.outcome == "exception");
      CHECK(result.error.starts_with("RangeError: no cron\n    at "));
    }
    SUBCASE("has a CPU budget") {
      CHECK(Fire(runtime, {.cron = "spin"}).outcome == "exceededCpu");
      CHECK(Fire(runtime, {.cron = "again"}).ok());
    }
    SUBCASE("needs a Worker that is there") {
      auto result = runtime.get().Scheduled({.worker = "othr"});
      REQUIRE_FALSE(result.ok());
      CHECK(result.error().message == "Worker \"othr\" not found (known: cron, other).");
      CHECK(result.error().hint == "Did you mean \"other\"?");
    }
    SUBCASE("is no request to the observer") {
      Fire(runtime, {});
      CHECK(runtime.observer().requests.empty());
    }
  }

  TEST_CASE("tests") {
    constexpr char kTests[] = R"js(
      import { WorkerEntrypoint } from 'cloudflare:workers';
      export const adds = { async test(ctrl, env, ctx) {
        if (`${ctrl}` !== '[object TestController]' || env.V !== 1) throw new Error('wrong');
        if (await (await env.OTHER.fetch('http://o')).text() !== 'other') throw new Error('other');
        ctx.waitUntil(scheduler.wait(1));
      } };
      export const divides = { test() { throw new Error('by zero'); } };
      export const late = { test(ctrl, env, ctx) {
        ctx.waitUntil(scheduler.wait(1).then(() => { throw new Error('too late'); }));
      } };
      export const hangs = { test: () => new Promise(() => {}) };
      export const none = { fetch() {} };
      export const value = 5;
      export class Cls extends WorkerEntrypoint { test() { return this.env.V; } })js";
    TestRuntime runtime(
        {TestWorker("tests", kTests).Date("2026-11-01").Var("V", "1").Service("OTHER", "other"),
         TestWorker::Handler("other", "return new Response('other')")},
        RuntimeOptions{.tests_only = true});
    SUBCASE("are those exports that have a handler") {
      CHECK(Run(runtime) == std::vector<std::string>{"Cls ok", "adds ok", "divides exception",
                                                     "hangs exception", "late exception"});
    }
    SUBCASE("are chosen by a part of their names") {
      CHECK(Run(runtime, "ad") == std::vector<std::string>{"adds ok"});
      CHECK(Run(runtime, "zzz").empty());
    }
    SUBCASE("say what was thrown") {
      auto results = runtime.get().RunTests("", "divides", {});
      REQUIRE(results.ok());
      REQUIRE(results->size() == 1);
      CHECK((*results)[0].result.error.starts_with("Error: by zero\n    at "));
      // It is the runner's to show.
      CHECK(runtime.observer().Count("by zero") == 0);
    }
    SUBCASE("say what a task has thrown") {
      auto results = runtime.get().RunTests("", "late", {});
      REQUIRE(results.ok());
      CHECK((*results)[0].result.error.starts_with("Error: too late"));
    }
    SUBCASE("may be those of another Worker") {
      auto results = runtime.get().RunTests("other", "", {});
      REQUIRE(results.ok());
      CHECK(results->empty());
      CHECK_FALSE(runtime.get().RunTests("gone", "", {}).ok());
    }
  }
}

}  // namespace
}  // namespace isolane::worker
