// Workflows: what their instances run, wait for and keep.
#include <optional>
#include <string>
#include <vector>

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
  TEST_CASE("an instance runs its class with the params") {
    CHECK(OutputOf("return [event.payload, event.instanceId, event.workflowName, "
                   "event.timestamp instanceof Date, Object.keys(env)];",
                   "{\"n\":7}") == R"([{"n":7},"a","my-flow",true,["FLOW"]])");
    CHECK(OutputOf("return event.payload;") == "{}");
    CHECK(OutputOf("") == "null");
  }

  TEST_CASE("a Worker must export the class") {
    const Error error = LoadError(
        {TestWorker("app", "export default { fetch() {} }").Workflow("FLOW", "my-flow", "Flow")});
    CHECK(error.message ==
          "Your Worker depends on the following Workflows, which are not exported in your "
          "entrypoint file: Flow.");
    CHECK(error.hint ==
          "Export the class Flow from index.js, the main module of \"app\": class Flow extends "
          "WorkflowEntrypoint.");
    // Another class of that name is none.
    CHECK(LoadError({TestWorker("app", "export class Flow {} export default { fetch() {} }")
                         .Workflow("FLOW", "my-flow", "Flow")})
              .message == error.message);
  }

  TEST_CASE("steps give what their callbacks give, as a copy") {
    CHECK(OutputOf(R"js(
      const given = { date: new Date(5), map: new Map([[1, 2]]), nothing: undefined };
      const got = await step.do('a', () => given);
      return [got !== given, got.date.getTime(), got.map.get(1), 'nothing' in got, await step.do('b', () => {}) ?? 'none'];
    )js") == R"([true,5,2,true,"none"])");
  }

  TEST_CASE("a callback is told which step it is of, which attempt, and the configuration") {
    CHECK(OutputOf("await step.do('a', () => 1); return step.do('a', (context) => context);") ==
          R"({"step":{"name":"a","count":2},"attempt":1,"config":{"retries":{"limit":5,)"
          R"("backoff":"exponential","delay":1000},"timeout":"10 minutes"}})");
    CHECK(OutputOf(
              "return step.do('a', { retries: { limit: 2, delay: '1 second', backoff: 'linear' }, "
              "timeout: 5000, sensitive: 'output' }, ({ config }) => config);") ==
          R"({"retries":{"limit":2,"backoff":"linear","delay":"1 second"},"timeout":5000,)"
          R"("sensitive":"output"})");
  }

  TEST_CASE("what a status tells of steps is JSON, in the order in which they ended") {
    TestRuntime runtime({FlowWorker(R"js(
      await Promise.all([
        step.do('late', async () => { await scheduler.wait(5); return new Date(0); }),
        step.do('first', () => new Uint8Array(3)),
      ]);
      await step.do('secret', { sensitive: 'output' }, () => 'hidden');
      await step.do('big', () => 5n);
      await tried(() => step.do('failed', { retries: { limit: 0, delay: 0 } }, () => { throw new Error('no'); }));
    )js")});
    runtime.Text("/create?id=a");
    CHECK(StatusOf(runtime, "a", "complete") ==
          R"({"status":"complete","__LOCAL_DEV_STEP_OUTPUTS":["[Uint8Array(3 bytes)]",)"
          R"("1970-01-01T00:00:00.000Z","[REDACTED]","[Do not know how to serialize a BigInt]"],)"
          R"("output":null})");
  }

  TEST_CASE("a step that fails is tried again") {
    CHECK(OutputOf(R"js(
      return step.do('a', { retries: { limit: 3, delay: 1, backoff: 'constant' } }, ({ attempt }) => {
        if (attempt < 3) throw new Error('again');
        return attempt;
      });)js") == "3");
  }

  TEST_CASE("when all attempts have failed, the step throws what the last one threw") {
    TestRuntime runtime({FlowWorker(R"js(
      class OwnError extends Error { name = 'OwnError'; }
      const retries = { limit: 1, delay: 1 };
      const tell = (error) => [error.name, error.message, error instanceof TypeError];
      return [
        await step.do('a', { retries }, () => { throw new TypeError('no'); }).catch(tell),
        await step.do('b', { retries }, () => { throw new OwnError('no'); }).catch(tell),
        await step.do('c', { retries }, () => { throw 'text'; }).catch(tell),
      ];)js")});
    runtime.Text("/create?id=a");
    CHECK(
        StatusOf(runtime, "a", "complete")
            .ends_with(
                R"("output":[["TypeError","no",true],["Error","OwnError: no",false],["Error","text",false]]})"));
    CHECK(runtime.observer().Find(
              "Workflow my-flow, instance a, step \"a\": attempt 1 has failed, the "
              "next is in 1 ms: TypeError: no") != nullptr);
    CHECK(runtime.observer().Find(
              "step \"a\": attempt 2 has failed, and is the last: TypeError: no") != nullptr);
  }

  TEST_CASE("a NonRetryableError ends a step at once") {
    CHECK(OutputOf(R"js(
      let calls = 0;
      const text = await tried(() => step.do('a', () => { calls++; throw new NonRetryableError('no use'); }));
      return [text, calls];)js") == R"(["Error: NonRetryableError: no use",1])");
    CHECK(ErrorOf("await step.do('a', () => { throw new NonRetryableError('no use'); });") ==
          R"({"name":"WorkflowFatalError","message":"The execution of the Workflow instance was )"
          R"(terminated, as a step threw an NonRetryableError and it was not handled"})");
  }

  TEST_CASE("with a flag, the instance has the NonRetryableError itself") {
    TestWorker worker =
        FlowWorker("await step.do('a', () => { throw new NonRetryableError('no use'); });");
    TestRuntime runtime({worker.Flag("workflows_preserve_non_retryable_error_message")});
    runtime.Text("/create?id=a");
    CHECK(StatusOf(runtime, "a", "errored")
              .ends_with(R"("error":{"name":"NonRetryableError","message":"no use"}})"));
    CHECK(runtime.observer().Count("has no effect") == 0);
  }

  TEST_CASE("delays may be functions") {
    CHECK(
        OutputOf(R"js(
      const told = [];
      const delay = ({ ctx, error }) => { told.push(ctx.attempt, error.message); return 1; };
      const step1 = await step.do('a', { retries: { limit: 1, delay } }, ({ attempt, config }) => {
        if (attempt === 1) throw new Error('first');
        return config.retries;
      });
      const step2 = await tried(() => step.do('b', { retries: { limit: 1, delay: () => 'soon' } }, () => { throw 1; }));
      const step3 = await tried(() => step.do('c', { retries: { limit: 1, delay() { throw new Error('oh'); } } }, () => { throw 1; }));
      return [told, step1, step2, step3];)js") ==
        R"([[1,"first"],{"limit":1,"backoff":"exponential"},)"
        R"("Error: NonRetryableDelayError: The delay function for step \"b-1\" returned an invalid )"
        R"x(delay value (expected a number of ms or a duration string like \"30 seconds\")",)x"
        R"("Error: NonRetryableDelayError: The delay function for step \"c-1\" threw an error: oh"])");
  }

  TEST_CASE("a step that takes too long fails") {
    CHECK(OutputOf(R"js(
      return tried(() => step.do('a', { timeout: 5, retries: { limit: 0, delay: 0 } }, () => new Promise(() => {})));
    )js") == R"("Error: WorkflowTimeoutError: Execution timed out after 5ms")");
  }

  TEST_CASE("an error that run() throws is the instance's") {
    CHECK(ErrorOf("throw new TypeError('bad');") == R"({"message":"bad","name":"TypeError"})");
    CHECK(ErrorOf("throw 'text';") == R"({"message":"text","name":"Error"})");
    CHECK(ErrorOf("return () => 1;") ==
          R"({"message":"() => 1 could not be cloned.","name":"DataCloneError"})");
    TestRuntime runtime({FlowWorker("throw new TypeError('bad');")});
    runtime.Text("/create?id=a");
    StatusOf(runtime, "a", "errored");
    CHECK(runtime.observer().Find(
              "Uncaught (in run() of Workflow my-flow, instance a) TypeError: bad") != nullptr);
  }

  TEST_CASE("what a step gives must be data") {
    CHECK(ErrorOf("await step.do('a', () => ({ f() {} }));") ==
          R"({"name":"WorkflowFatalError","message":"The execution of the Workflow instance was )"
          R"(terminated, as the step \"a\" returned a value which is not serialisable"})");
    CHECK(
        ErrorOf("await step.do('a', () => new Response('x').body);") ==
        R"({"name":"WorkflowFatalError","message":"The step \"a\" returned a stream: isolane does )"
        R"(not support streams as results of steps yet. Return its text or bytes."})");
    CHECK(OutputOf("return tried(() => step.do('a', { retries: { limit: 0, delay: 0 } }, () => "
                   "'x'.repeat(4_200_000)));") ==
          R"("Error: WorkflowInternalError: Step a-1 output is too large. Maximum allowed size is )"
          R"(1MiB.")");
  }

  TEST_CASE("wrong arguments of steps") {
    CHECK(OutputOf(
              "return [await tried(() => step.do('a')), await tried(() => step.do('a', {}))];") ==
          R"(["Error: WorkflowFatalError: Step \"a\" requires a callback function",)"
          R"("Error: WorkflowFatalError: Step \"a\" requires a callback function"])");
    CHECK(
        OutputOf("return tried(() => step.do('a\\n', () => 1));") ==
        R"("Error: WorkflowFatalError: Step name \"a\n\" exceeds max length (256 chars) or invalid )"
        R"(characters found")");
    for (const std::string config :
         {"{ retries: { limit: -1, delay: 1 } }", "{ timeout: 'soon' }", "{ timeout: 0 }",
          "{ other: 1 }", "{ retries: { limit: 1 } }", "{ retries: { limit: 1, delay: 'soon' } }",
          "{ retries: { limit: 1, delay: 1, backoff: 'none' } }"}) {
      CAPTURE(config);
      CHECK(OutputOf("return tried(() => step.do('a', " + config + ", () => 1));") ==
            R"("Error: WorkflowFatalError: Step config for \"a\" is in a invalid format. See )"
            R"(https://developers.cloudflare.com/workflows/build/sleeping-and-retrying/")");
    }
    CHECK(OutputOf("return tried(() => step.do('a', () => 1, { rollback() {} }));") ==
          R"("Error: WorkflowFatalError: isolane does not support rollbacks of steps yet: call )"
          R"(do(\"a\", ...) without one.")");
    CHECK(
        OutputOf("return tried(() => step.sleep('a', 'soon'));") ==
        R"("Error: WorkflowFatalError: Step \"a\": \"soon\" is no duration. Give milliseconds, or a )"
        R"(text such as \"3 seconds\" or \"1 hour\".")");
  }

  TEST_CASE("a run has so many steps at most") {
    TestWorker worker = FlowWorker(
        "const all = []; for (let i = 0; i < 3; i++) all.push(await tried(() => step.do('a', () => "
        "i))); "
        "return all;");
    worker.Binding({"SMALL", WorkflowBinding{"small-flow", "Flow", "", 2}, {}});
    TestRuntime runtime({worker.Module("other.js", "")});
    runtime.Text("/create?id=a&binding=SMALL");
    CHECK(
        StatusOf(runtime, "a&binding=SMALL", "complete")
            .ends_with(R"("output":[0,1,"Error: WorkflowFatalError: The limit of 2 steps has been )"
                       R"(reached. This limit can be changed in your worker configuration."]})"));
  }

  TEST_CASE("sleeps") {
    CHECK(OutputOf(R"js(
      const start = Date.now();
      const nothing = await step.sleep('a', 20);
      const slept = Date.now() - start;
      await step.sleepUntil('b', new Date(Date.now() + 20));
      await step.sleep('c', -1);
      await step.sleep('d', '0 seconds');
      return [nothing === undefined, slept >= 20, slept < 5000, Date.now() - start >= 40];
    )js") == "[true,true,true,true]");
    CHECK(OutputOf("return tried(() => step.sleepUntil('a', 5));") ==
          R"("Error: You can't sleep until a time in the past, time-traveler")");
    CHECK(OutputOf("return tried(() => step.sleepUntil('a', new Date('x')));") ==
          R"("Error: WorkflowFatalError: Step \"a\": sleepUntil() got no valid date.")");
  }

  TEST_CASE("what is asleep beside a step that runs is woken in time") {
    CHECK(OutputOf(R"js(
      const order = [];
      await Promise.all([
        step.do('slow', async () => { await scheduler.wait(60); order.push('slow'); }),
        step.sleep('short', 5).then(() => order.push('short')),
        step.sleep('shorter', 1).then(() => order.push('shorter')),
      ]);
      return order;)js") == R"(["shorter","short","slow"])");
  }

  TEST_CASE("an instance that sleeps needs nothing in memory, and goes on by being run again") {
    TestRuntime runtime({FlowWorker(R"js(
      log.push('run');
      const first = await step.do('first', () => { log.push('first'); return { at: new Date(7) }; });
      await step.sleep('nap', 150);
      await tried(() => step.do('fails', { retries: { limit: 0, delay: 0 } }, () => { log.push('fails'); throw new Error('x'); }));
      return first.at.getTime() + await step.do('second', () => { log.push('second'); return 1; });)js")});
    runtime.Text("/create?id=a");
    CHECK(PollUntil(runtime, [&] { return runtime.Text("/log") == R"(["run","first"])"; }));
    Evict(runtime);
    CHECK(StatusOf(runtime, "a", "complete").ends_with(R"("output":8})"));
    CHECK(runtime.Text("/log") == R"(["run","first","run","fails","second"])");
  }

  TEST_CASE("one that stays in memory goes on where it was") {
    TestRuntime runtime({FlowWorker("log.push('run'); await step.sleep('a', 30); return 1;")});
    runtime.Text("/create?id=a");
    StatusOf(runtime, "a", "complete");
    CHECK(runtime.Text("/log") == R"(["run"])");
  }

  TEST_CASE("waiting for an event") {
    TestRuntime runtime({FlowWorker(R"js(
      const got = await step.waitForEvent('a', { type: 'go' });
      return [got.payload, got.type, got.timestamp instanceof Date];)js")});
    runtime.Text("/create?id=a");
    StatusOf(runtime, "a", "running");
    CHECK(runtime.Text("/send?id=a&type=other&payload=1") == "undefined");
    CHECK(runtime.Text("/send?id=a&type=go&payload={\"n\":1}") == "undefined");
    CHECK(
        StatusOf(runtime, "a", "complete") ==
        R"({"status":"complete","__LOCAL_DEV_STEP_OUTPUTS":[{"n":1}],"output":[{"n":1},"go",true]})");
    // Too late, and without effect.
    CHECK(runtime.Text("/send?id=a&type=go&payload=2") == "undefined");
  }

  TEST_CASE("events that come before they are waited for are kept in order") {
    TestRuntime runtime({FlowWorker(R"js(
      await step.waitForEvent('start', { type: 'start', timeout: '1 hour' });
      const first = await step.waitForEvent('a', { type: 'go' });
      return [first.payload, (await step.waitForEvent('a', { type: 'go' })).payload];)js")});
    runtime.Text("/create?id=a");
    for (const char* payload : {"1", "2", "3"}) {
      runtime.Text(std::string("/send?id=a&type=go&payload=") + payload);
    }
    Evict(runtime);
    runtime.Text("/send?id=a&type=start");
    CHECK(StatusOf(runtime, "a", "complete").ends_with(R"("output":[1,2]})"));
  }

  TEST_CASE("an event that does not come") {
    CHECK(OutputOf("return tried(() => step.waitForEvent('a', { type: 'go', timeout: 10 }));") ==
          R"("Error: WorkflowTimeoutError: Execution timed out after 10ms")");
  }

  TEST_CASE("ids") {
    TestRuntime runtime({FlowWorker("")});
    CHECK(runtime.Text("/create").size() == 36);
    CHECK(runtime.Text("/create?id=one") == "one");
    CHECK(
        runtime.Text("/create?id=one") ==
        "Error: WorkflowError: (instance.already_exists) Workflow instance with id \"one\" already "
        "exists");
    for (const std::string& id :
         {std::string("a%20b"), std::string(), std::string(101, 'x'), std::string("-a")}) {
      CHECK(runtime.Text("/create?id=" + id) ==
            "Error: WorkflowError: Workflow instance has invalid id");
    }
    CHECK(runtime.Text("/create?id=" + std::string(100, 'x')) == std::string(100, 'x'));
    CHECK(runtime.Text("/status?id=none") == "Error: instance.not_found");
    CHECK(runtime.Text("/create?id=none") == "none");
  }

  TEST_CASE("params must be data") {
    TestRuntime runtime({FlowWorker("")});
    CHECK(runtime.Text("/bind?do=create&with={\"id\":\"f\"}&function=1")
              .find("could not be cloned") != std::string::npos);
    CHECK(runtime.Text("/status?id=f") == "Error: instance.not_found");
    CHECK(runtime.Text("/bind?do=create&with={\"id\":\"f\"}&large=1")
              .starts_with(
                  "Error: WorkflowError: (body) The params of instance \"f\" are too large: "));
    CHECK(runtime.Text("/status?id=f") == "Error: instance.not_found");
  }

  TEST_CASE("a pause ends a sleep, and what was left of it comes after it") {
    TestRuntime runtime(
        {FlowWorker("log.push('run'); await step.sleep('a', 60); return 'awake';")});
    runtime.Text("/create?id=a");
    CHECK(PollUntil(runtime, [&] { return runtime.Text("/log") == R"(["run"])"; }));
    CHECK(runtime.Text("/call?id=a&do=pause") == "undefined");
    CHECK(runtime.Text("/call?id=a&do=pause") == "undefined");
    CHECK(StatusOf(runtime, "a", "paused") ==
          R"({"status":"paused","__LOCAL_DEV_STEP_OUTPUTS":[],"output":null})");
    CHECK(runtime.graph().dispatcher().NextTimer() > 1000);
    CHECK(runtime.Text("/call?id=a&do=resume") == "undefined");
    CHECK(StatusOf(runtime, "a", "complete").ends_with(R"("output":"awake"})"));
    CHECK(runtime.Text("/log") == R"(["run","run"])");
    CHECK(runtime.Text("/call?id=a&do=pause") == "undefined");
    CHECK(runtime.Text("/call?id=a&do=resume") == "undefined");
    CHECK(StatusOf(runtime, "a", "complete").ends_with(R"("output":"awake"})"));
  }

  TEST_CASE("a pause waits for the step that runs") {
    TestRuntime runtime({FlowWorker(R"js(
      log.push('run');
      const value = await step.do('slow', () => new Promise((resolve) => { globalThis.go = () => resolve('slow'); }));
      log.push('after');
      return value;)js",
                                    "export class Other {}")});
    runtime.Text("/create?id=a");
    CHECK(PollUntil(runtime, [&] { return runtime.Text("/log") == R"(["run"])"; }));
    runtime.Text("/call?id=a&do=pause");
    StatusOf(runtime, "a", "waitingForPause");
    SUBCASE("and may be taken back") {
      runtime.Text("/call?id=a&do=resume");
      StatusOf(runtime, "a", "running");
      runtime.Text("/go");
      CHECK(StatusOf(runtime, "a", "complete").ends_with(R"("output":"slow"})"));
      CHECK(runtime.Text("/log") == R"(["run","after"])");
    }
    SUBCASE("whose value is kept") {
      runtime.Text("/go");
      CHECK(StatusOf(runtime, "a", "paused") ==
            R"({"status":"paused","__LOCAL_DEV_STEP_OUTPUTS":["slow"],"output":null})");
      runtime.Text("/call?id=a&do=resume");
      CHECK(StatusOf(runtime, "a", "complete").ends_with(R"("output":"slow"})"));
      CHECK(runtime.Text("/log") == R"(["run","run","after"])");
    }
  }

  TEST_CASE("terminate") {
    TestRuntime runtime({FlowWorker("await step.sleep('a', '1 hour');")});
    runtime.Text("/create?id=a");
    CHECK(runtime.Text("/call?id=a&do=terminate") == "undefined");
    CHECK(StatusOf(runtime, "a", "terminated") ==
          R"({"status":"terminated","__LOCAL_DEV_STEP_OUTPUTS":[],"output":null})");
    CHECK(runtime.Text("/call?id=a&do=terminate") ==
          "Error: WorkflowError: (instance.cannot_terminate) Cannot terminate instance since its "
          "on a "
          "finite state");
    CHECK(runtime.Text("/call?id=a&do=terminate&with={\"rollback\":true}") ==
          "Error: isolane does not support rollbacks of Workflows yet: terminate instance \"a\" of "
          "env.FLOW without { rollback: true }.");
    CHECK(runtime.Text("/call?id=a&do=subscribe") ==
          "Error: isolane does not support subscribe() of Workflows yet: ask instance \"a\" of "
          "env.FLOW for its status().");
  }

  TEST_CASE("what a terminated run still does is not kept") {
    TestRuntime runtime({FlowWorker(R"js(
      await step.do('slow', () => new Promise((resolve) => { log.push('slow'); globalThis.go = resolve; }));
      log.push('after');)js")});
    runtime.Text("/create?id=a");
    CHECK(PollUntil(runtime, [&] { return runtime.Text("/log") == R"(["slow"])"; }));
    runtime.Text("/call?id=a&do=terminate");
    runtime.Text("/go");
    for (int i = 0; i < 20; i++) runtime.Poll();
    CHECK(runtime.Text("/status?id=a") ==
          R"({"status":"terminated","__LOCAL_DEV_STEP_OUTPUTS":[],"output":null})");
    CHECK(runtime.Text("/log") == R"(["slow"])");
  }

  TEST_CASE("restart") {
    TestRuntime runtime({FlowWorker(R"js(
      await step.do('one', () => log.push('one'));
      await step.do('two', () => log.push('two'));
      await step.do('two', () => log.push('two again'));
      return log.length;)js")});
    runtime.Text("/create?id=a");
    StatusOf(runtime, "a", "complete");
    SUBCASE("from the beginning") {
      CHECK(runtime.Text("/call?id=a&do=restart") == "undefined");
      CHECK(StatusOf(runtime, "a", "complete") ==
            R"({"status":"complete","__LOCAL_DEV_STEP_OUTPUTS":[4,5,6],"output":6})");
    }
    SUBCASE("from a step") {
      CHECK(runtime.Text("/call?id=a&do=restart&with={\"from\":{\"name\":\"two\",\"count\":2}}") ==
            "undefined");
      CHECK(StatusOf(runtime, "a", "complete") ==
            R"({"status":"complete","__LOCAL_DEV_STEP_OUTPUTS":[1,2,4],"output":4})");
    }
    SUBCASE("from a step that there was not") {
      CHECK(runtime.Text("/call?id=a&do=restart&with={\"from\":{\"name\":\"three\"}}") ==
            "Error: WorkflowError: (instance.cannot_restart) Step \"three\" not found in execution "
            "history");
      CHECK(StatusOf(runtime, "a", "complete").ends_with("\"output\":3}"));
    }
  }

  TEST_CASE("an instance that is deleted was never there") {
    TestRuntime runtime({FlowWorker("await step.sleep('a', '1 hour');")});
    runtime.Text("/create?id=a");
    CHECK(runtime.Text("/call?id=a&do=delete") == "undefined");
    CHECK(runtime.Text("/status?id=a") == "Error: instance.not_found");
    CHECK(runtime.Text("/create?id=a") == "a");
    CHECK(runtime.Text("/bind?do=deleteBatch&with=[\"a\",\"none\"]") ==
          R"({"deleted":[{"id":"a"}],"errors":[{"id":"none","code":10400,)"
          R"("message":"workflows.api.error.instance.not_found"}]})");
    CHECK(runtime.Text("/bind?do=deleteBatch&with=[]") ==
          "Error: WorkflowError: (body) batchDeleteInstances should have at least 1 instance");
  }

  TEST_CASE("batches") {
    TestRuntime runtime({FlowWorker("return event.payload;")});
    CHECK(runtime.Text(R"(/bind?do=createBatch&with=[{"id":"a","params":1},{"id":"b"}])") ==
          R"([{"id":"a"},{"id":"b"}])");
    CHECK(StatusOf(runtime, "a", "complete").ends_with("\"output\":1}"));
    CHECK(runtime.Text(R"(/bind?do=createBatch&with=[{"id":"a"},{"id":"c"},{"id":"c"}])") ==
          R"([{"id":"c"}])");
    CHECK(
        runtime.Text(
            R"(/bind?do=createBatch&with={"instances":[{"id":"a"},{"id":"d"},{"id":"d"}]})") ==
        R"({"created":[{"id":"d"}],"errors":[{"index":0,"id":"a","code":10405,)"
        R"("message":"workflows.api.error.instance.already_exists"},{"index":2,"id":"d","code":10415,)"
        R"("message":"workflows.api.error.instance.duplicate_in_batch"}]})");
    CHECK(runtime.Text(R"(/bind?do=createBatch&with=[])") ==
          "Error: WorkflowError: batchCreate should have at least 1 instance");
    CHECK(runtime.Text(R"(/bind?do=createBatch&with={"count":0})") ==
          "Error: WorkflowError: (body) count must be a positive integer");
    CHECK(runtime.Text(R"(/bind?do=createBatch&with=[{"id":"a b"}])") ==
          "Error: WorkflowError: Workflow instance has invalid id");
  }

  TEST_CASE("two Workflows of one class have instances of their own") {
    TestWorker worker = FlowWorker("return event.workflowName;");
    worker.Workflow("SMALL", "other-flow", "Flow");
    TestRuntime runtime({worker});
    runtime.Text("/create?id=a");
    CHECK(runtime.Text("/status?id=a&binding=SMALL") == "Error: instance.not_found");
    runtime.Text("/create?id=a&binding=SMALL");
    CHECK(StatusOf(runtime, "a", "complete").ends_with("\"output\":\"my-flow\"}"));
    CHECK(StatusOf(runtime, "a&binding=SMALL", "complete").ends_with("\"output\":\"other-flow\"}"));
  }

  TEST_CASE("a Workflow of another Worker runs there") {
    TestWorker caller = TestWorker("caller", R"js(export default { async fetch(request, env) {
        const instance = await env.THEIRS.create({ id: 'a', params: 1 });
        let status;
        do { status = await instance.status(); } while (status.status !== 'complete');
        return Response.json(status.output);
      } })js");
    caller.Date("2026-11-01").Workflow("THEIRS", "my-flow", "Flow", "app");
    TestRuntime runtime({caller, FlowWorker("return [event.payload, Object.keys(env)];")});
    CHECK(runtime.Text("/") == R"([1,["FLOW"]])");
  }

  TEST_CASE("a Workflow of a Worker that is not there") {
    TestWorker caller = TestWorker::Handler("caller", R"js(
        try { await env.THEIRS.create(); } catch (error) { return new Response(error.message); })js");
    caller.Workflow("THEIRS", "my-flow", "Flow", "app");
    TestRuntime runtime({caller}, UnknownService::kFailOnUse);
    CHECK(runtime.Text("/").find("\"app\"") != std::string::npos);
    CHECK(LoadError({caller}).message ==
          "caller: binding THEIRS points to \"app\", no such Worker (known: caller).");
  }

  TEST_CASE("a class of Durable Objects may stand beside") {
    TestWorker worker = FlowWorker("return env.BOX.getByName('x').get();", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Box extends DurableObject { get() { return Object.keys(this.ctx.exports); } })js");
    worker.Objects("BOX", "Box");
    TestRuntime runtime({worker});
    runtime.Text("/create?id=a");
    CHECK(StatusOf(runtime, "a", "complete").ends_with(R"("output":["default","Box"]})"));
  }

  TEST_CASE("code of a Worker that changes prototypes changes nothing") {
    CHECK(OutputOf(R"js(
      const patch = (prototype, ...names) => {
        for (const name of names) prototype[name] = () => { throw new Error(`patched ${name}`); };
      };
      patch(Array.prototype, 'find', 'findIndex', 'filter', 'map', 'sort', 'splice');
      const { exec } = RegExp.prototype;
      patch(RegExp.prototype, 'exec', 'test');
      patch(Promise.prototype, 'then', 'catch', 'finally');
      const value = await step.do('a', () => 1);
      await step.sleep('b', '0 seconds');
      RegExp.prototype.exec = exec;
      return value;)js") == "1");
  }
}

}  // namespace
}  // namespace isolane::worker
