// What the invocations of a request share, beside CPU time (limits_test.cc): depth, sizes, the time
// of waitUntil tasks, the clock.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

// Answers with the message of what `expression` throws, or with its value.
TestWorker Trying(const std::string& expression) {
  return TestWorker::Handler("a",
                             "try { return new Response(String(await (" + expression +
                                 "))); } catch (error) { return new Response(error.message); }");
}

TEST_SUITE("runtime/worker/pipeline_limits") {
  TEST_CASE("depth can be set, and counts method calls like fetches") {
    TestWorker worker("a", R"js(
      import { WorkerEntrypoint } from 'cloudflare:workers';
      export default class extends WorkerEntrypoint {
        async fetch(request) {
          return new Response(String(request.url.endsWith('/rpc') ? await this.down(1) : await this.far(request)));
        }
        async down(n) {
          try { return await this.env.SELF.down(n + 1); } catch (error) { return `${n}: ${error.message.slice(0, 32)}`; }
        }
        async far(request) {
          const n = Number(request.headers.get('n') ?? 1);
          try {
            return await (await this.env.SELF.fetch('http://a/', { headers: { n: n + 1 } })).text();
          } catch (error) { return `${n}: ${error.message.slice(0, 32)}`; }
        }
      })js");
    worker.Service("SELF", "a").With([](Limits& limits) { limits.depth = 5; });
    TestRuntime runtime({worker});
    CHECK(runtime.Text("/fetch") == "5: Subrequest depth limit exceeded.");
    CHECK(runtime.Text("/rpc") == "5: Subrequest depth limit exceeded.");
  }

  TEST_CASE("calls of a callback count as deep as the call that it was passed to") {
    TestWorker worker("a", R"js(
      import { WorkerEntrypoint } from 'cloudflare:workers';
      export class Bounce extends WorkerEntrypoint { bounce(back, n) { return back(n); } }
      export default { async fetch(request, env) {
        let calls = 0;
        const back = async (n) => { calls++; return env.B.bounce(back, n + 1); };
        try { return new Response(await back(1)); } catch (error) {
          return new Response(`${calls}: ${error.message.slice(0, 32)}`);
        }
      } })js");
    WorkerSpec spec = worker.Spec();
    spec.bindings.push_back({"B", ServiceBinding{"a", "Bounce", {}}, {}});
    auto runtime = Runtime::LoadSpecs({spec});
    REQUIRE(runtime.ok());
    auto response = (*runtime)->Fetch({});
    REQUIRE(response.ok());
    CHECK(response->body == "16: Subrequest depth limit exceeded.");
  }

  TEST_CASE("a method call carries so many bytes and no more") {
    auto text = [](int size) {
      TestWorker caller =
          Trying("env.S.size('x'.repeat(" + std::to_string(size) + "))").Service("S", "b");
      caller.With([](Limits& limits) { limits.rpc_mb = 1; });
      TestWorker callee("b", R"js(
        import { WorkerEntrypoint } from 'cloudflare:workers';
        export default class extends WorkerEntrypoint {
          size(text) { return text.length; }
          make(size) { return 'x'.repeat(size); }
        })js");
      TestRuntime runtime({caller, callee});
      return runtime.Text();
    };
    CHECK(text(1'000'000) == "1000000");
    CHECK(
        text(1'100'000) ==
        "Serialized RPC arguments or return values are limited to 1MiB, but the size of this value "
        "was: 1100005 bytes.");
  }

  TEST_CASE("a result that is too large rejects in the caller") {
    TestWorker caller = Trying("env.S.make(1100000)").Service("S", "b");
    caller.With([](Limits& limits) { limits.rpc_mb = 1; });
    TestRuntime runtime({caller, TestWorker("b", R"js(
      import { WorkerEntrypoint } from 'cloudflare:workers';
      export default class extends WorkerEntrypoint { make(size) { return { text: 'x'.repeat(size) }; } }
      )js")});
    CHECK(runtime.Text().starts_with(
        "Serialized RPC arguments or return values are limited to 1MiB"));
  }

  TEST_CASE("URL and head of a fetch are limited between Workers too") {
    const std::string target = "export default { fetch: () => new Response('reached') }";
    auto text = [&](const std::string& expression) {
      TestRuntime runtime(
          {Trying("(await " + expression + ").text()").Service("S", "b"), TestWorker("b", target)});
      return runtime.Text();
    };
    CHECK(text("env.S.fetch('http://b/' + 'x'.repeat(16000))") == "reached");
    CHECK(text("env.S.fetch('http://b/' + 'x'.repeat(16384))") ==
          "The URL of the request is longer than 16384 bytes ([limits] url_kb of the public "
          "Worker).");
    CHECK(
        text("env.S.fetch('http://b/', { headers: { big: 'x'.repeat(131072) } })") ==
        "The URL and headers of the request are longer than 131072 bytes ([limits] head_kb of the "
        "public Worker).");
  }

  TEST_CASE("waitUntil tasks end some time after the response") {
    TestWorker worker("a", R"js(
      let cancelled = true;
      export default { fetch(request, env, ctx) {
        if (request.url.endsWith('/slow')) {
          ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 3600000)).then(() => { cancelled = false; }));
        }
        return new Response(String(cancelled));
      } })js");
    worker.With([](Limits& limits) { limits.wait_until_ms = 5; });
    TestRuntime runtime({worker});
    const auto slow = runtime.Start("/slow");
    PollUntil(runtime, [&] { return runtime.observer().Find("waitUntil()") != nullptr; });
    CHECK(runtime.observer().Find("[limits] wait_until_ms of the public Worker") != nullptr);
    CHECK(runtime.observer().Find("a waits for 1 timer") != nullptr);
    PollUntil(runtime, [&] { return slow->done(); });
    CHECK(runtime.Text() == "true");
  }

  TEST_CASE("the clock stands still while code runs") {
    const std::string code = R"js(
      export default { async fetch() {
        const before = Date.now();
        const performanceBefore = performance.now();
        let x = 0;
        for (let i = 0; i < 3e6; i++) x += i % 7;
        const stood = Date.now() === before && performance.now() === performanceBefore;
        const wait = async () => {
          await new Promise((resolve) => setTimeout(resolve, 2));
          return Date.now() > before;
        };
        return new Response(`${stood} ${await wait()} ${before > 1.6e12}`);
      } })js";
    SUBCASE("with isolane_edge_clock") {
      TestRuntime runtime({TestWorker("a", code).Flag("isolane_edge_clock")});
      CHECK(runtime.Text() == "true true true");
    }
    SUBCASE("with frozen_clock") {
      WorkerSpec spec = TestWorker("a", code).Spec();
      spec.frozen_clock = true;
      auto runtime = Runtime::LoadSpecs({spec});
      REQUIRE(runtime.ok());
      CHECK((*runtime)->Fetch({})->body == "true true true");
    }
    SUBCASE("but runs otherwise") {
      TestRuntime runtime({TestWorker("a", R"js(export default { fetch() {
        const before = Date.now();
        while (Date.now() === before);
        return new Response('ran');
      } })js")});
      CHECK(runtime.Text() == "ran");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
