// Workflows whose process ends, or whose Worker gets another version.
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/workflow_fixture.h"
#include "tests/support/temporary_directory.h"

namespace isolane::worker {
namespace {

using testing::FlowWorker;
using testing::PollUntil;
using testing::Specs;
using testing::StatusOf;
using testing::TestRuntime;
using testing::TestWorker;

// A process with `code`, whose instances are kept in `state`.
struct Process {
  Process(const std::string& state, const std::string& code)
      : runtime({FlowWorker(code)}, RuntimeOptions{.persist_to = state}) {
    runtime.graph().dispatcher().set_alarm_retry_ms(1);
  }
  void LogIs(const std::string& log) {
    CHECK(PollUntil(runtime, [&] { return runtime.Text("/log") == log; }));
  }

  TestRuntime runtime;
};

void Reload(TestRuntime& runtime, const std::string& code) {
  const Status done = runtime.get().Reload({.workers = Specs({FlowWorker(code)})});
  REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
}

TEST_SUITE("runtime/worker/workflows") {
  TEST_CASE("an instance that sleeps goes on in the next process") {
    testing::TemporaryDirectory state;
    const std::string code =
        "await step.do('one', () => log.push('one')); await step.sleep('a', 200); "
        "return step.do('two', () => log.push('two'));";
    {
      Process before(state.path(), code);
      before.runtime.Text("/create?id=a");
      before.LogIs(R"(["one"])");
      before.runtime.Abandon();
    }
    Process after(state.path(), code);
    // Nobody asks for the instance: its alarm wakes it.
    after.LogIs(R"(["two"])");
    CHECK(StatusOf(after.runtime, "a", "complete") ==
          R"({"status":"complete","__LOCAL_DEV_STEP_OUTPUTS":[1,1],"output":1})");
  }

  TEST_CASE("a step that the end of its process has cut off is tried again") {
    testing::TemporaryDirectory state;
    const std::string code = R"js(
      return step.do('slow', ({ attempt }) => {
        log.push(attempt);
        return attempt === 1 ? new Promise(() => {}) : attempt;
      });)js";
    {
      Process before(state.path(), code);
      before.runtime.Text("/create?id=a");
      before.LogIs("[1]");
      before.runtime.Abandon();
    }
    Process after(state.path(), code);
    after.LogIs("[2]");
    CHECK(StatusOf(after.runtime, "a", "complete").ends_with("\"output\":2}"));
  }

  TEST_CASE("a pause lasts as long as it is to, and events wait") {
    testing::TemporaryDirectory state;
    const std::string code = "return (await step.waitForEvent('a', { type: 'go' })).payload;";
    {
      Process before(state.path(), code);
      before.runtime.Text("/create?id=a");
      StatusOf(before.runtime, "a", "running");
      before.runtime.Text("/call?id=a&do=pause");
      before.runtime.Text("/send?id=a&type=go&payload=7");
      before.runtime.Abandon();
    }
    Process after(state.path(), code);
    CHECK(after.runtime.Text("/status?id=a").find("\"paused\"") != std::string::npos);
    after.runtime.Text("/call?id=a&do=resume");
    CHECK(StatusOf(after.runtime, "a", "complete").ends_with("\"output\":7}"));
  }

  TEST_CASE("a restart that the end of the process comes upon goes on in the next one") {
    testing::TemporaryDirectory state;
    const std::string code =
        "await step.do('a', () => log.push('a')); await step.sleep('b', '1 hour');";
    {
      Process before(state.path(), code);
      before.runtime.Text("/create?id=a");
      before.LogIs(R"(["a"])");
      // The turn that restarts it is the last one.
      const auto call = before.runtime.Start("/call?id=a&do=restart");
      while (!call->done()) before.runtime.Poll();
      before.runtime.Abandon();
    }
    Process after(state.path(), code);
    StatusOf(after.runtime, "a", "running");
    CHECK(PollUntil(after.runtime, [&] {
      return after.runtime.Text("/status?id=a").find("OUTPUTS\":[1]") != std::string::npos ||
             after.runtime.Text("/status?id=a").find("OUTPUTS\":[2]") != std::string::npos;
    }));
    // It was answered, so "a" runs once more: here, or there still.
    const bool ran_there =
        after.runtime.Text("/status?id=a").find("OUTPUTS\":[2]") != std::string::npos;
    CHECK(after.runtime.Text("/log") == (ran_there ? "[]" : R"(["a"])"));
  }

  TEST_CASE("a Workflow has files of its own") {
    testing::TemporaryDirectory state;
    Process process(state.path(), "");
    process.runtime.Text("/create?id=a");
    StatusOf(process.runtime, "a", "complete");
    CHECK(std::filesystem::exists(state.path() + "/v3/workflows/app/my-flow/Flow"));
    CHECK(!std::filesystem::exists(state.path() + "/v3/do"));
  }

  TEST_CASE("after a reload, an instance that sleeps goes on with the new code") {
    TestRuntime runtime({FlowWorker("await step.sleep('a', 60); return 'old';")});
    runtime.Text("/create?id=a");
    StatusOf(runtime, "a", "running");
    Reload(runtime, "await step.sleep('a', 60); return 'new';");
    CHECK(StatusOf(runtime, "a", "complete").ends_with("\"output\":\"new\"}"));
  }

  TEST_CASE("a step that runs during a reload is tried again with the new code") {
    TestRuntime runtime({FlowWorker("return step.do('a', () => new Promise(() => {}));")});
    // Nothing has failed: it need not wait.
    runtime.graph().dispatcher().set_alarm_retry_ms(3'600'000);
    runtime.Text("/create?id=a");
    StatusOf(runtime, "a", "running");
    Reload(runtime, "return step.do('a', ({ attempt }) => 'new ' + attempt);");
    CHECK(StatusOf(runtime, "a", "complete").ends_with("\"output\":\"new 2\"}"));
  }

  TEST_CASE("a class that came with a reload") {
    TestRuntime runtime({TestWorker::Handler("app", "return new Response('none');")});
    Reload(runtime, "return 1;");
    runtime.Text("/create?id=a");
    CHECK(StatusOf(runtime, "a", "complete").ends_with("\"output\":1}"));
  }

  TEST_CASE("a run that waits for nothing is not ended by anybody") {
    TestRuntime runtime({FlowWorker("log.push('run'); await new Promise(() => {});")});
    runtime.Text("/create?id=a");
    CHECK(PollUntil(runtime, [&] { return runtime.Text("/log") == R"(["run"])"; }));
    for (int i = 0; i < 20; i++) runtime.Poll();
    CHECK(runtime.Text("/status?id=a").find("\"running\"") != std::string::npos);
    CHECK(runtime.Text("/call?id=a&do=terminate") == "undefined");
  }

  TEST_CASE("a run that always ends its isolate is given up") {
    TestWorker worker = FlowWorker("for (;;);");
    TestRuntime runtime({worker.CpuMs(20)});
    runtime.graph().dispatcher().set_alarm_retry_ms(1);
    runtime.Text("/create?id=a");
    const std::string status = StatusOf(runtime, "a", "errored");
    CAPTURE(status);
    CHECK(status.ends_with(
        R"("error":{"name":"WorkflowInternalError","message":"run() has ended its )"
        R"(isolate 6 times in a row, with nothing kept of any step: it exceeds )"
        R"(the CPU time or the memory that its Worker may use."}})"));
  }

  TEST_CASE("an attempt that exceeds the CPU time counts") {
    TestWorker worker = FlowWorker(
        "return tried(() => step.do('a', { retries: { limit: 1, delay: 0 } }, () => { for (;;); "
        "}));");
    TestRuntime runtime({worker.CpuMs(20)});
    runtime.graph().dispatcher().set_alarm_retry_ms(1);
    runtime.Text("/create?id=a");
    CHECK(
        StatusOf(runtime, "a", "complete")
            .ends_with(R"("output":"Error: WorkflowInternalError: Attempt failed due to internal )"
                       R"(workflows error"})"));
  }
}

}  // namespace
}  // namespace isolane::worker
