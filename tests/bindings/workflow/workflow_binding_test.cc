#include "bindings/workflow/workflow_binding.h"

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// What a Worker with env.FLOW says of it.
std::string Run(const std::string& code) {
  TestWorker worker("app",
                    "import { WorkflowEntrypoint } from 'cloudflare:workers';\n"
                    "export class Flow extends WorkflowEntrypoint { async run() {} }\n"
                    "const tried = async (run) => { try { return await run(); } catch (error) "
                    "{ return `${error.name}: ${error.message}`; } };\n"
                    "export default { async fetch(request, env) {" +
                        code + "} };");
  worker.Workflow("FLOW", "my-flow", "Flow");
  return TestRuntime({worker.Date("2026-11-01")}).Text();
}

TEST_SUITE("bindings/workflow") {
  TEST_CASE("a Workflow makes and finds instances") {
    CHECK(Run(R"js(
      const made = await env.FLOW.create({ id: 'a' });
      const found = await env.FLOW.get('a');
      return Response.json([made.id, found.id, Object.keys(made), typeof (await found.status()).status]);
    )js") == R"(["a","a",["id"],"string"])");
  }

  TEST_CASE("a call needs a request, and counts as one") {
    CHECK(Run(R"js(
      const ids = [];
      const over = await tried(async () => { for (let i = 0; i < 2000; i++) ids.push(await env.FLOW.get(`n${i}`).catch((error) => {
        if (error.message !== 'instance.not_found') throw error;
      })); });
      return Response.json([ids.length, over.slice(0, 20)]);
    )js") == R"([1000,"Error: Too many subr"])");
  }

  TEST_CASE("its classes are not made by Workers") {
    CHECK(Run(R"js(
      const instance = await env.FLOW.create();
      return Response.json([
        await tried(() => new env.FLOW.constructor()), await tried(() => new instance.constructor()),
      ]);)js") == R"(["TypeError: Illegal constructor","TypeError: Illegal constructor"])");
  }

  TEST_CASE("options of batches are checked before anything is made") {
    const std::string refused = Run(R"js(
      const all = [];
      for (const options of [
        { instances: [{ id: 'a' }, { id: 'batch' }] }, { instances: [{ id: 'a' }, 7] }, { count: 101 }, {}, null, 'a',
        { instances: [{ id: 'a', retention: { successRetention: 'soon' } }] }, { instances: [] },
        Array.from({ length: 101 }, () => ({})),
      ]) all.push(await tried(() => env.FLOW.createBatch(options)));
      return new Response([...all, await tried(() => env.FLOW.get('a'))].join('\n'));)js");
    CHECK(
        refused ==
        "Error: WorkflowError: (instance.invalid_id) Instance ID is invalid\n"
        "Error: WorkflowError: (body) Provided argument is invalid\n"
        "Error: WorkflowError: (body) batchCreate only supports 100 instances at a time\n"
        "Error: WorkflowError: (body) Provided argument is invalid\n"
        "Error: WorkflowError: (body) Provided argument is invalid\n"
        "Error: WorkflowError: (body) Provided argument is invalid\n"
        "Error: WorkflowError: (body) Duration must be a number or a string in format '{{number}} "
        "{{unit}}' where unit is second(s), minute(s), etc.\n"
        "Error: WorkflowError: (body) Batch size exceeds maximum allowed\n"
        "Error: WorkflowError: batchCreate only supports 100 instances at a time\n"
        "Error: instance.not_found");
  }
}

}  // namespace
}  // namespace isolane::bindings
