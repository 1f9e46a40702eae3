// How long the Workers live that a Worker Loader has made, and who is told of them.
#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "runtime/worker/loader.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

using testing::PollUntil;
using testing::Specs;
using testing::TestRuntime;
using testing::TestWorker;
using worker::Loader;

constexpr char kPrelude[] = R"js(
  import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers';
  const code = (source, more = {}) => ({
    compatibilityDate: '2026-01-20', mainModule: 'main.js', modules: { 'main.js': source }, ...more,
  });
  const COUNTER = `import { WorkerEntrypoint } from 'cloudflare:workers';
    let count = 0;
    export default class extends WorkerEntrypoint {
      next() { return ++count; }
      async slowly(ms) { await scheduler.wait(ms); return ++count; }
    }`;
  export class Greeter extends WorkerEntrypoint { version() { return version; } }
)js";

TestWorker Loading(const std::string& body, const std::string& version = "one") {
  return TestWorker("front", kPrelude + ("const version = '" + version +
                                         "';\nexport default { async fetch(request, env, ctx) {" +
                                         body + "\n} };"))
      .Binding({"LOADER", WorkerLoaderBinding{}, {}})
      .Date("2026-01-20")
      .Flag("enable_ctx_exports");
}

size_t IsolatesOf(TestRuntime& runtime) {
  size_t count = 0;
  runtime.worker(0).loader().ForEachWorker([&](worker::Worker&) { count++; });
  return count;
}

// Garbage of the maker is collected, and what it held is let go.
void Collect(TestRuntime& runtime) {
  runtime.HeapOf(0);
  runtime.Poll();
}

constexpr char kLoadOne[] =
    "return new Response(await env.LOADER.load(code(COUNTER)).getEntrypoint().next())";

TEST_SUITE("bindings/worker_loader/loaded_workers") {
  TEST_CASE("a Worker without a name") {
    SUBCASE("goes with the request that loaded it") {
      TestRuntime runtime({Loading(kLoadOne)});
      CHECK(runtime.Text() == "1");
      CHECK(PollUntil(runtime,
                      [&] { return IsolatesOf(runtime) + runtime.graph().retiring() == 0; }));
      Collect(runtime);
      CHECK(runtime.worker(0).loader().size() == 0);
    }
    SUBCASE("stays while something of it runs") {
      TestRuntime runtime({Loading(R"js(
        const stub = env.LOADER.load(code(COUNTER)).getEntrypoint();
        ctx.waitUntil(stub.slowly(5).then((n) => console.log('slowly ' + n)));
        return new Response(await stub.next());
      )js")});
      CHECK(runtime.Text() == "1");
      CHECK(PollUntil(runtime, [&] { return runtime.observer().Find("slowly 2") != nullptr; }));
      CHECK(PollUntil(runtime,
                      [&] { return IsolatesOf(runtime) + runtime.graph().retiring() == 0; }));
    }
    SUBCASE("goes when its stubs are garbage, though the invocation lives on") {
      TestRuntime runtime({TestWorker("front", std::string(kPrelude) + R"js(
            export class Agent extends DurableObject {
              async run() { return this.env.LOADER.load(code(COUNTER)).getEntrypoint().next(); }
            }
            export default { async fetch(request, env) {
              return new Response(await env.AGENT.getByName('a').run()); } })js")
                               .Binding({"LOADER", WorkerLoaderBinding{}, {}})
                               .Objects("AGENT", "Agent")});
      CHECK(runtime.Text() == "1");
      CHECK(runtime.worker(0).loader().size() == 1);
      Collect(runtime);
      CHECK(runtime.worker(0).loader().size() == 0);
      CHECK(PollUntil(runtime, [&] { return runtime.graph().retiring() == 0; }));
    }
    SUBCASE("is not missed by those that are loaded again and again") {
      TestRuntime runtime({Loading(R"js(
        for (let i = 0; i < 200; i++) {
          const stub = env.LOADER.load(code(COUNTER + '//' + i)).getEntrypoint();
          if (await stub.next() !== 1) throw new Error('not a new one');
        }
        return new Response('done');
      )js")
                               .With([](Limits& limits) { limits.cpu_ms = 60'000; })});
      CHECK(runtime.Text() == "done");
      CHECK(PollUntil(runtime,
                      [&] { return IsolatesOf(runtime) + runtime.graph().retiring() == 0; }));
      Collect(runtime);
      CHECK(runtime.worker(0).loader().size() == 0);
      const size_t channels = runtime.worker(0).channels().size();
      CHECK(runtime.Text() == "done");
      Collect(runtime);
      // What leads to them serves again.
      CHECK(runtime.worker(0).channels().size() == channels);
    }
    SUBCASE("gets another isolate when it is called after too many others") {
      TestRuntime runtime({Loading(R"js(
        const first = env.LOADER.load(code(COUNTER)).getEntrypoint();
        const out = [await first.next(), await first.next()];
        const others = [];
        for (let i = 0; i < Number(new URL(request.url).searchParams.get('n')); i++) {
          others.push(env.LOADER.load(code(COUNTER)).getEntrypoint());
          await others.at(-1).next();
        }
        return Response.json([...out, await first.next()]);
      )js")});
      CHECK(runtime.Text("/?n=3") == "[1,2,3]");
      CHECK(runtime.Text("/?n=" + std::to_string(Loader::kMostIsolates)) == "[1,2,1]");
    }
  }

  TEST_CASE("Workers with names") {
    SUBCASE("stay, up to a number") {
      TestRuntime runtime({Loading(R"js(
        const n = Number(new URL(request.url).searchParams.get('n'));
        const next = (name) => env.LOADER.get(name, () => code(COUNTER)).getEntrypoint().next();
        for (let i = 0; i < n; i++) await next('w' + i);
        return Response.json([await next('w0'), await next('w' + (n - 1))]);
      )js")});
      CHECK(runtime.Text("/?n=2") == "[2,2]");
      CHECK(IsolatesOf(runtime) == 2);
      CHECK(runtime.Text("/?n=2") == "[4,4]");
      // The one that was used longest ago makes room.
      CHECK(runtime.Text("/?n=" + std::to_string(Loader::kMostIsolates + 1)) == "[1,2]");
      CHECK(IsolatesOf(runtime) == Loader::kMostIsolates);
      Collect(runtime);
      CHECK(runtime.worker(0).loader().size() == Loader::kMostIsolates);
    }
    SUBCASE("are not thrown out while they work") {
      TestRuntime runtime({Loading(R"js(
        const get = (name) => env.LOADER.get(name, () => code(COUNTER)).getEntrypoint();
        const slow = get('slow').slowly(20);
        for (let i = 0; i < 60; i++) await get('w' + i).next();
        return Response.json([await slow, await get('slow').next()]);
      )js")});
      CHECK(runtime.Text() == "[1,2]");
    }
    SUBCASE("are fewer again after too many worked at a time") {
      TestRuntime runtime({Loading(R"js(
        const get = (name) => env.LOADER.get(name, () => code(COUNTER)).getEntrypoint();
        if (request.url.endsWith('/one')) return Response.json(await get('one').next());
        await Promise.all(Array.from({ length: 60 }, (_, i) => get('w' + i).slowly(20)));
        return new Response('done');
      )js")});
      CHECK(runtime.Text() == "done");
      CHECK(IsolatesOf(runtime) == 60);
      CHECK(runtime.Text("/one") == "1");
      CHECK(IsolatesOf(runtime) == Loader::kMostIsolates);
    }
    SUBCASE("keep their state for those who hold a stub, when others have made them forgotten") {
      TestRuntime runtime({Loading(R"js(
        const get = (name) => env.LOADER.get(name, () => code(COUNTER)).getEntrypoint();
        const first = get('first');
        if (request.url.endsWith('/first')) return Response.json(await first.next());
        for (let i = 0; i < 50; i++) await get('w' + i).next();
        return Response.json([await first.next(), await first.next(), await first.next()]);
      )js")});
      CHECK(runtime.Text("/first") == "1");
      CHECK(runtime.Text() == "[1,2,3]");
    }
    SUBCASE("that nobody calls are forgotten with the request") {
      TestRuntime runtime({Loading(R"js(
        for (let i = 0; i < 3; i++) env.LOADER.get('w' + i, () => code(COUNTER));
        return new Response('done');
      )js")});
      CHECK(runtime.Text() == "done");
      Collect(runtime);
      CHECK(runtime.worker(0).loader().size() == 0);
    }
  }

  TEST_CASE("a Worker whose isolate was ended starts afresh") {
    TestRuntime runtime({Loading(R"js(
      const stub = env.LOADER.get('a', () => code(`let count = 0;
        export default { go(what) { count++; while (what === 'loop'); return count; } }`)).getEntrypoint();
      return new Response(await stub.go(new URL(request.url).pathname.slice(1)));
    )js")
                             .CpuMs(60)});
    CHECK(runtime.Text("/a") == "1");
    CHECK(runtime.Text("/a") == "2");
    CHECK(runtime.Get("/loop").status == 503);
    CHECK(runtime.Text("/a") == "1");
  }

  TEST_CASE("when the isolate of the maker is ended, so are they") {
    TestRuntime runtime({Loading(R"js(
      const stub = env.LOADER.get('a', () => code(COUNTER)).getEntrypoint();
      if (request.url.endsWith('/wait')) return new Response(await stub.slowly(10000));
      const n = await stub.next();
      while (request.url.endsWith('/loop'));
      return new Response(n);
    )js")
                             .CpuMs(60)});
    CHECK(runtime.Text() == "1");
    auto waiting = runtime.Start("/wait");
    runtime.Poll();
    CHECK(runtime.Get("/loop").status == 503);
    CHECK(runtime.Text() == "1");
    CHECK(PollUntil(runtime, [&] { return waiting->done() && runtime.graph().retiring() == 0; }));
    CHECK(waiting->response().status == 503);
  }

  TEST_CASE("another version of the maker begins afresh, and calls under way go on") {
    const std::string body = R"js(
      const stub = env.LOADER.get('a', () => code(`import { WorkerEntrypoint } from 'cloudflare:workers';
        let count = 0;
        export default class extends WorkerEntrypoint {
          async next() { return ++count + await this.env.maker.version(); }
          async slowly() { console.log('begun'); await scheduler.wait(20); return this.next(); }
        }`, { env: { maker: ctx.exports.Greeter } })).getEntrypoint();
      if (request.url.endsWith('/slow')) return new Response(await stub.slowly() + await stub.next());
      return new Response(await stub.next());
    )js";
    TestRuntime runtime({Loading(body, "one")});
    CHECK(runtime.Text() == "1one");
    auto slow = runtime.Start("/slow");
    CHECK(PollUntil(runtime, [&] { return runtime.observer().Find("begun") != nullptr; }));
    WorkerChanges changes;
    changes.workers = Specs({Loading(body, "two")});
    REQUIRE(runtime.get().Reload(std::move(changes)).ok());
    CHECK(runtime.Text() == "1two");
    CHECK(PollUntil(runtime, [&] { return slow->done(); }));
    CHECK(slow->response().body == "2two3two");
    CHECK(PollUntil(runtime, [&] { return runtime.graph().retiring() == 0; }));
    CHECK(runtime.Text() == "2two");
  }

  TEST_CASE("a Worker that they are bound to is reloaded behind them") {
    const auto other = [](const std::string& version) {
      return TestWorker::Handler("other", "return new Response('" + version + "')");
    };
    TestRuntime runtime({Loading(R"js(
                           return new Response(await env.LOADER.get('a', () => code(`export default {
                             async ask(x, env) { return (await env.OTHER.fetch('http://x/')).text(); } }`,
                             { env: { OTHER: env.OTHER } })).getEntrypoint().ask(1));
                         )js")
                             .Service("OTHER", "other"),
                         other("one")});
    CHECK(runtime.Text() == "one");
    WorkerChanges changes;
    changes.workers = Specs({other("two")});
    REQUIRE(runtime.get().Reload(std::move(changes)).ok());
    CHECK(runtime.Text() == "two");
  }

  TEST_CASE("tails") {
    const auto tailed = [](const std::string& tails) {
      return Loading(R"js(
        return new Response(await env.LOADER.get('a', () => code(`export default {
          say(x) { console.log('hello, tail'); return x; } }`, { tails: )js" +
                     tails + " })).getEntrypoint().say('said'));");
    };
    SUBCASE("are told what a Worker does, with the props of the binding") {
      TestRuntime runtime({TestWorker("front", std::string(kPrelude) + R"js(
            export class Tail extends WorkerEntrypoint {
              tail([item]) {
                console.log('told ' + JSON.stringify([this.ctx.props, item.scriptName, item.logs[0].message]));
              }
            }
            export default { async fetch(request, env, ctx) {
              return new Response(await env.LOADER.get('a', () => code(`export default {
                say(x) { console.log('hello, tail'); return x; } }`,
                { tails: [ctx.exports.Tail({ props: { of: 'a' } })] })).getEntrypoint().say('said'));
            } })js")
                               .Binding({"LOADER", WorkerLoaderBinding{}, {}})
                               .Date("2026-01-20")
                               .Flag("enable_ctx_exports")});
      CHECK(runtime.Text() == "said");
      CHECK(PollUntil(runtime, [&] { return runtime.observer().Find("told ") != nullptr; }));
      CHECK(runtime.observer().Find("told ")->text ==
            R"(told [{"of":"a"},"front/LOADER:a",["hello, tail"]])");
    }
    SUBCASE("are told while it does it, where they are streamingTails") {
      TestRuntime runtime({TestWorker("front", std::string(kPrelude) + R"js(
            export class Tail extends WorkerEntrypoint {
              tailStream({ event: { scriptName } }) {
                return { log: ({ event }) => console.log('told ' + JSON.stringify([this.ctx.props, scriptName, event.message])) };
              }
            }
            export default { async fetch(request, env, ctx) {
              return new Response(await env.LOADER.get('a', () => code(`export default {
                say(x) { console.log('hello, tail'); return x; } }`,
                { allowExperimental: true, streamingTails: [ctx.exports.Tail({ props: { of: 'a' } })] })).getEntrypoint().say('said'));
            } })js")
                               .Binding({"LOADER", WorkerLoaderBinding{}, {}})
                               .Date("2026-01-20")
                               .Flag("experimental")
                               .Flag("enable_ctx_exports")});
      CHECK(runtime.Text() == "said");
      CHECK(PollUntil(runtime, [&] { return runtime.observer().Find("told ") != nullptr; }));
      CHECK(runtime.observer().Find("told ")->text ==
            R"(told [{"of":"a"},"front/LOADER:a",["hello, tail"]])");
    }
    SUBCASE("may be other Workers") {
      TestRuntime runtime({tailed("[env.LOGGER]").Service("LOGGER", "logger"),
                           TestWorker("logger",
                                      "export default { tail(items) { console.log('told of ' + "
                                      "items[0].scriptName); } }")});
      CHECK(runtime.Text() == "said");
      CHECK(PollUntil(
          runtime, [&] { return runtime.observer().Find("told of front/LOADER:a") != nullptr; }));
    }
    SUBCASE("may not be Workers that were loaded") {
      TestRuntime runtime({tailed("[env.LOADER.load(code(COUNTER)).getEntrypoint()]")});
      CHECK(runtime.Get().status == 500);
      CHECK(runtime.observer().Find(
                "Entrypoints to dynamically-loaded workers cannot be transferred") != nullptr);
    }
  }
}

}  // namespace
}  // namespace isolane::bindings
