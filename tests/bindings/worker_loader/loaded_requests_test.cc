// What a loaded Worker has to do with the network, and with the request that calls it.
#include <doctest/doctest.h>

#include "tests/bindings/worker_loader/loading_worker.h"
#include "tests/runtime/worker/poll_until.h"

namespace isolane::bindings {
namespace {

TEST_SUITE("bindings/worker_loader/requests") {
  TEST_CASE("globalOutbound") {
    SUBCASE("null: there is no network") {
      CHECK(FailureOf("env.LOADER.load(code(ECHO, { globalOutbound: null "
                      "})).getEntrypoint().go('http://x/')") ==
            "Error: This worker is not permitted to access the internet via global functions like "
            "fetch(). It must use capabilities (such as bindings in 'env') to talk to the outside "
            "world.");
    }
    SUBCASE("a binding gets every fetch()") {
      CHECK(Value("env.LOADER.load(code(ECHO, { globalOutbound: ctx.exports.Greeter({ props: { a: "
                  "1 } }) }))"
                  ".getEntrypoint().go('https://somewhere.example/path?q')") ==
            R"(greeter got https://somewhere.example/path?q {"a":1})");
      CHECK(
          Value(
              "env.LOADER.load(code(ECHO, { globalOutbound: ctx.exports.Greeter })).getEntrypoint()"
              ".go('http://x/')") == "greeter got http://x/ {}");
    }
    SUBCASE("and every connect()") {
      const std::string connecting =
          "code(`import { connect } from 'cloudflare:sockets';\n"
          "export default { async go(address) { const socket = connect(address);\n"
          "return new Response(socket.readable).text(); } }`, { globalOutbound: ";
      CHECK(FailureOf("env.LOADER.load(" + connecting +
                      "null })).getEntrypoint().go('db.example:5432')")
                .starts_with("Error: This worker is not permitted to access the internet"));
      CHECK(Value("env.LOADER.load(" + connecting +
                  "ctx.exports.Greeter({ props: { a: 1 } }) "
                  "})).getEntrypoint().go('db.example:5432')") ==
            R"(connected to db.example:5432 {"a":1})");
    }
    SUBCASE("left out: the network, as for whoever loads it") {
      // Nothing listens there.
      CHECK(FailureOf("env.LOADER.load(code(ECHO)).getEntrypoint().go('http://127.0.0.1:1/')") ==
            "Error: connect to 127.0.0.1:1: connection refused");
    }
  }

  TEST_CASE("what goes to and fro") {
    SUBCASE("streams and bodies") {
      CHECK(Answer(R"js(
        const stub = env.LOADER.load(code(`export default {
          fetch(request) { return new Response(request.body.pipeThrough(new TransformStream({
            transform(chunk, controller) { controller.enqueue(chunk); controller.enqueue(chunk); } }))); },
          async length(stream) { return (await new Response(stream).text()).length; },
        }`)).getEntrypoint();
        const twice = await (await stub.fetch('http://x/', { method: 'POST', body: 'abc' })).text();
        return Response.json([twice, await stub.length(new Response('12345').body)]);
      )js") == R"(["abcabc",5])");
    }
    SUBCASE("functions and objects of both sides") {
      CHECK(Answer(R"js(
        const stub = env.LOADER.load(code(`import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';
          class Sum extends RpcTarget { n = 0; add(n) { return this.n += n; } }
          export default class extends WorkerEntrypoint {
            sum() { return new Sum(); }
            async twice(f) { return await f(1) + await f(2); }
          }`)).getEntrypoint();
        using sum = await stub.sum();
        await sum.add(1);
        return Response.json([await sum.add(2), await stub.twice((n) => n * 10)]);
      )js") == "[3,30]");
    }
    SUBCASE("errors") {
      CHECK(FailureOf("env.LOADER.load(code(`export default { say() { throw new RangeError('too "
                      "far') } }`))"
                      ".getEntrypoint().say(1)") == "RangeError: too far");
    }
  }

  TEST_CASE("limits of the code have no effect, which is said once") {
    TestRuntime runtime(
        {Loading("const limits = { cpuMs: 10, subRequests: 1 };\n"
                 "const stub = env.LOADER.load(code(ECHO, { limits }));\n"
                 "return new Response(await stub.getEntrypoint(null, { limits }).say(1))")});
    CHECK(runtime.Text() == "said 1");
    CHECK(runtime.Text() == "said 1");
    CHECK(runtime.observer().Count("\"limits\" of a Worker Loader have no effect") == 1);
  }

  TEST_CASE("a loaded Worker is part of the request that calls it") {
    SUBCASE("and shows in its tree of calls, and in its log, by a name of its own") {
      TestRuntime runtime({Loading(
          "await env.LOADER.get('job', () => code('export default { say(x) { console.log(x) } }'))"
          ".getEntrypoint().say('from inside'); return new Response()")});
      runtime.Get();
      const auto* line = runtime.observer().Find("from inside");
      REQUIRE(line != nullptr);
      CHECK(line->worker == "front/LOADER:job");
      REQUIRE(runtime.observer().requests.size() == 1);
      const auto& trace = runtime.observer().requests[0].trace;
      REQUIRE(trace.size() == 2);
      CHECK(trace[1].name == "LOADER:job.say()");
      CHECK(trace[1].worker == "front/LOADER:job");
    }
    SUBCASE("its calls count as subrequests") {
      TestRuntime runtime({Loading("return new Response(await failure(env.LOADER.load(code(`export "
                                   "default { async say(n, env) {\n"
                                   "for (let i = 0; i < n; i++) await env.g.greet('x'); } }`, { "
                                   "env: { g: ctx.exports.Greeter } }))\n"
                                   ".getEntrypoint().say(9)))")
                               .Subrequests(5)});
      CHECK(runtime.Text().starts_with("Error: Too many subrequests by single Worker invocation."));
    }
    SUBCASE("its depth counts") {
      TestRuntime runtime(
          {Loading("if (request.url.endsWith('/inner')) return new Response('inner');\n"
                   "return new Response(await failure(env.LOADER.load(code(ECHO, { globalOutbound: "
                   "env.SELF }))"
                   ".getEntrypoint().go('http://x/outer')))")
               .Service("SELF", "front")
               .Depth(6)});
      CHECK(runtime.Text().find("Subrequest depth limit exceeded") != std::string::npos);
    }
    SUBCASE("its CPU time counts, that of its start too") {
      for (const char* source : {"for (;;);", "export default { say(x) { for (;;); } }"}) {
        CAPTURE(source);
        TestRuntime runtime(
            {Loading("if (request.url.endsWith('/ok')) return new Response('ok');\n"
                     "await env.LOADER.load(code(`" +
                     std::string(source) + "`)).getEntrypoint().say(1); return new Response()")
                 .CpuMs(60)});
        const Response response = runtime.Get();
        CHECK(response.status == 503);
        CHECK(response.body == "Worker exceeded CPU time limit.");
        CHECK(runtime.Text("/ok") == "ok");
      }
    }
    SUBCASE("a request that has no CPU time left for a start spoils it for no other") {
      TestRuntime runtime(
          {Loading("const stub = env.LOADER.get('a', () => code('for (;;);'));\n"
                   "return new Response(await failure(stub.getEntrypoint().say(1)))")
               .CpuMs(60)});
      const auto first = runtime.Start("/");
      const auto second = runtime.Start("/");
      CHECK(testing::PollUntil(runtime, [&] { return first->done() && second->done(); }));
      CHECK(first->response().status == 503);
      CHECK(second->response().status == 503);
    }
    SUBCASE("a memory limit of its own ends it alone") {
      TestRuntime runtime({Loading(R"js(
        if (request.url.endsWith('/next')) return new Response(globalThis.seen);
        globalThis.seen = 'the front lives on';
        await env.LOADER.load(code(`export default { say(x) { const all = []; for (;;) all.push(new Array(1000).fill(x)); } }`))
          .getEntrypoint().say(1.5);
        return new Response();
      )js")
                               .MemoryMb(32)});
      CHECK(runtime.Get().status == 503);
      CHECK(runtime.Text("/next") == "the front lives on");
    }
    SUBCASE("what it leaves behind for waitUntil() goes on") {
      TestRuntime runtime({Loading(R"js(
        return new Response(await env.LOADER.load(code(`export default { say(x, env, ctx) {
          ctx.waitUntil(scheduler.wait(1).then(() => console.log('later'))); return 'now'; } }`)).getEntrypoint().say(1));
      )js")});
      CHECK(runtime.Text() == "now");
      while (runtime.observer().Find("later") == nullptr) runtime.Poll();
    }
  }
}

}  // namespace
}  // namespace isolane::bindings
