// Workflows: what is too large, too late or too odd for their instances.
#include <string>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/workflow_fixture.h"

namespace isolane::worker {
namespace {

using testing::ErrorOf;
using testing::Evict;
using testing::FlowWorker;
using testing::LoadError;
using testing::OutputOf;
using testing::PollUntil;
using testing::StatusOf;
using testing::TestRuntime;
using testing::TestWorker;

TEST_SUITE("runtime/worker/workflows") {
  TEST_CASE("an event that cannot be kept is an error of its sender") {
    TestRuntime runtime({FlowWorker(R"js(
      await step.waitForEvent('start', { type: 'start' });
      return (await step.waitForEvent('a', { type: 'go' })).payload;)js")});
    runtime.Text("/create?id=a");
    StatusOf(runtime, "a", "running");
    // While nothing waits for it, and while something does.
    for (const char* type : {"go", "start"}) {
      CAPTURE(type);
      const std::string path = std::string("/event?id=a&type=") + type + "&kind=";
      CHECK(runtime.Text(path + "large")
                .starts_with("Error: WorkflowError: (body) The payload or the type of the event is "
                             "too large: "));
      CHECK(runtime.Text(path + "code").starts_with("DataCloneError: "));
    }
    CHECK(runtime.Text("/send?id=a&payload=1&type=" + std::string(5000, 'x'))
              .starts_with("Error: WorkflowError: (body) The payload or the type of the event is "
                           "too large: "));
    CHECK(runtime.Text("/send?id=a&type=start") == "undefined");
    CHECK(runtime.Text("/send?id=a&type=go&payload=7") == "undefined");
    CHECK(StatusOf(runtime, "a", "complete").ends_with("\"output\":7}"));
  }

  TEST_CASE("an instance with more in its steps than a status can tell") {
    TestRuntime runtime({FlowWorker(R"js(
      for (let i = 0; i < 400; i++) await step.do('s', () => 'x'.repeat(100_000));
      return (await step.waitForEvent('a', { type: 'go' })).payload;)js")});
    runtime.Text("/create?id=a");
    std::string status;
    PollUntil(runtime, [&] {
      status = runtime.Text("/status?id=a");
      return status.find("of 400 steps") != std::string::npos;
    });
    CHECK(status.size() < 1'100'000);
    CHECK(status.find(R"("[not shown: what follows of 400 steps, beyond 1 MiB of outputs]")") !=
          std::string::npos);
    CHECK(runtime.Text("/call?id=a&do=pause") == "undefined");
    CHECK(runtime.Text("/call?id=a&do=resume") == "undefined");
    CHECK(runtime.Text("/send?id=a&type=go&payload=7") == "undefined");
    CHECK(StatusOf(runtime, "a", "complete").ends_with("\"output\":7}"));
  }

  TEST_CASE("sleeps that last longer than there is time") {
    for (const std::string step :
         {"step.sleep('a', Number.MAX_VALUE)", "step.sleep('a', '1000000000000 years')",
          "step.sleep('a', Infinity)", "step.sleepUntil('a', 1e300)",
          "step.waitForEvent('a', { type: 'go', timeout: '1000000000000 years' })",
          "step.do('a', { retries: { limit: 1, delay: 1e19 } }, () => { throw 1; })"}) {
      CAPTURE(step);
      TestRuntime runtime({FlowWorker("log.push('run'); await " + step + ";")});
      runtime.Text("/create?id=a");
      CHECK(PollUntil(runtime, [&] { return runtime.Text("/log") == R"(["run"])"; }));
      Evict(runtime);
      // Until the object is idle for too long, at most, and not at once.
      CHECK(runtime.Text("/status?id=a").find("\"running\"") != std::string::npos);
      CHECK(runtime.graph().dispatcher().NextTimer() > 1000);
    }
  }

  TEST_CASE("a run that has caught the limit of steps is stopped by the next one") {
    TestWorker worker =
        FlowWorker("for (;;) await tried(() => step.do('a', () => 1)); return 'not reached';");
    worker.Binding({"SMALL", WorkflowBinding{"small-flow", "Flow", "", 2}, {}});
    TestRuntime runtime({worker});
    runtime.Text("/create?id=a&binding=SMALL");
    CHECK(StatusOf(runtime, "a&binding=SMALL", "errored")
              .ends_with(R"("error":{"name":"WorkflowFatalError","message":"The limit of 2 steps )"
                         R"(has been reached. This limit can be changed in your worker )"
                         R"(configuration."}})"));
  }

  TEST_CASE("what is thrown may resist every question") {
    const std::string revoked = "const one = Proxy.revocable({}, {}); one.revoke(); ";
    CHECK(ErrorOf(revoked + "throw one.proxy;") == R"({"message":"[object]","name":"Error"})");
    CHECK(OutputOf(revoked + "return tried(() => step.do('a', { retries: { limit: 0, delay: 0 } }, "
                             "() => { throw one.proxy; }));") == R"("Error: [object]")");
    CHECK(OutputOf(revoked + "return tried(() => step.do('a', { retries: { limit: 0, delay: 0 } }, "
                             "() => ({ get a() { throw one.proxy; } })));") ==
          R"("TypeError: Cannot perform 'get' on a proxy that has been revoked")");
    CHECK(ErrorOf(revoked + "return { get a() { throw one.proxy; } };") ==
          R"({"message":"[object]","name":"Error"})");
    CHECK(ErrorOf("Object.defineProperty(Error, Symbol.hasInstance, { value() { throw 1; } }); "
                  "throw new Error('bad');") == R"({"message":"Error: bad","name":"Error"})");
  }

  TEST_CASE("code that gives all objects properties, or changes strings, changes nothing") {
    TestRuntime runtime(
        {FlowWorker("return [await step.do('a', () => 1), (await step.waitForEvent('b', { type: "
                    "'go' })).payload];",
                    R"js(
      for (const name of ['ended', 'failure', 'sensitive', 'retryAt', 'schedule', 'due', 'cutOff']) {
        Object.prototype[name] = 1;
      }
      for (const name of ['split', 'includes']) String.prototype[name] = () => [];)js")});
    runtime.Text("/create?id=a");
    runtime.Text("/send?id=a&type=go&payload=2");
    const std::string status = StatusOf(runtime, "a", "complete");
    CAPTURE(status);
    CHECK(status.find(R"("output":[1,2])") != std::string::npos);
  }

  TEST_CASE("names that would leave the directory for state") {
    const auto message = [](const std::string& workflow, const std::string& name) {
      return LoadError({TestWorker("app", "export default { fetch() {} }")
                            .Workflow("FLOW", workflow, name)})
          .message;
    };
    for (const std::string bad : {"", ".", "..", "../../x", "a/b"}) {
      CHECK(message(bad, "Flow") ==
            "app: binding FLOW has the Workflow \"" + bad +
                "\", which is no name: give it letters, digits, \"_\" and \"-\".");
      CHECK(message("flow", bad) ==
            "app: binding FLOW has the class \"" + bad +
                "\", which is no name: give it that of a class that the Worker exports.");
    }
    // That of a Workflow, as a class of Durable Objects.
    CHECK(LoadError({FlowWorker("").Binding({"RAW", DurableObjectBinding{"Flow/my-flow", ""}, {}})})
              .message ==
          "app: binding RAW has the class \"Flow/my-flow\", which is no name: give it that of a "
          "class that the Worker exports.");
  }
}

}  // namespace
}  // namespace isolane::worker
