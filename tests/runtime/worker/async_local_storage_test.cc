// node:async_hooks: runtime/builtins/workers/async_local_storage.js.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/rpc_workers.h"

namespace isolane::worker {
namespace {

using testing::Back;
using testing::Front;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kTop[] = R"js(
  import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
  const als = new AsyncLocalStorage();
  const other = new AsyncLocalStorage({ name: 'other', defaultValue: 'default' });
  const get = () => als.getStore();
)js";

std::string Run(const std::string& body) {
  TestRuntime runtime(
      {Front(body, kTop).Flag("nodejs_als"),
       Back("echo(x) { return x; } call(f, ...a) { return f(...a); } async slow(f) { "
            "await sleep(1); return f(); } stream() { return new Response('text').body;"
            " } fetch() { return new Response('fetched'); } fail() { throw new "
            "Error(); }")});
  return runtime.Text();
}

TEST_SUITE("runtime/worker/async_local_storage") {
  TEST_CASE("AsyncLocalStorage.run") {
    SUBCASE("gives the value to its callback, and its result back") {
      CHECK(Run("return [als.run(1, (a, b) => [get(), a, b], 2, 3), typeof get()];") ==
            R"([[1,2,3],"undefined"])");
    }
    SUBCASE("nests, and restores what was before") {
      CHECK(Run("return als.run(1, () => { const inner = als.run(2, get); return [get(), inner, "
                "get()]; });") == "[1,2,1]");
    }
    SUBCASE("restores after an exception") {
      CHECK(Run("return als.run(1, () => { try { als.run(2, () => { throw 0; }); } catch {} return "
                "get(); });") == "1");
    }
    SUBCASE("keeps two storages apart") {
      CHECK(Run("return als.run(1, () => other.run(2, () => [get(), other.getStore()]));") ==
            "[1,2]");
    }
    SUBCASE("has a default and a name") {
      CHECK(Run("return [other.getStore(), other.name, als.name, other.run(undefined, () => typeof "
                "other.getStore())];") == R"(["default","other","","undefined"])");
    }
    SUBCASE("takes any value") {
      CHECK(Run("return [null, 0, '', false].map((x) => als.run(x, get) === x);") ==
            "[true,true,true,true]");
    }
    SUBCASE("wants a function") {
      CHECK(Run("return [await tried(() => als.run(1)), await tried(() => als.exit(5)), await "
                "tried(() => AsyncLocalStorage.bind(5))];") ==
            R"(["TypeError: The \"callback\" argument must be of type function.",)"
            R"("TypeError: The \"callback\" argument must be of type function.",)"
            R"("TypeError: The \"fn\" argument must be of type function."])");
    }
  }

  TEST_CASE("exit, enterWith and disable") {
    CHECK(Run("return als.run(1, () => [als.exit(() => typeof get()), get()]);") ==
          R"(["undefined",1])");
    CHECK(Run("return [(await tried(() => als.enterWith(1))).includes('not implemented'), (await "
              "tried(() => als.disable())).includes('not implemented')];") == "[true,true]");
  }

  TEST_CASE("the value goes along with") {
    SUBCASE("await, also of what is no promise, and of what was settled elsewhere") {
      CHECK(
          Run("const p = als.run('other', async () => { await sleep(1); return 1; }); return "
              "als.run('mine', async () => { await 0; const a = get(); await p; return [a, get()]; "
              "});") == R"(["mine","mine"])");
    }
    SUBCASE("then, catch and finally: that of the registration") {
      CHECK(
          Run("let settle; const p = new Promise((resolve) => { settle = resolve; }); const seen = "
              "[]; const done = als.run('reg', () => p.then(() => seen.push(get())).finally(() => "
              "seen.push(get()))); als.run('res', settle); await done; return seen;") ==
          R"(["reg","reg"])");
    }
    SUBCASE("microtasks") {
      CHECK(Run("return als.run('m', () => new Promise((resolve) => queueMicrotask(() => "
                "resolve(get()))));") == "m");
    }
    SUBCASE("timers, also those that repeat") {
      CHECK(
          Run("return als.run('t', () => new Promise((resolve) => setTimeout(() => resolve(get()), "
              "1)));") == "t");
      CHECK(Run("const seen = []; await als.run('i', () => new Promise((resolve) => { const id = "
                "setInterval(() => { seen.push(get()); if (seen.length === 3) { clearInterval(id); "
                "resolve(); } }, 1); })); return [seen, typeof get()];") ==
            R"([["i","i","i"],"undefined"])");
    }
    SUBCASE("async generators and for await") {
      CHECK(Run("async function* all() { yield get(); await sleep(1); yield get(); } return "
                "als.run('g', async () => { const seen = []; for await (const x of all()) "
                "seen.push(x, get()); return seen; });") == R"(["g","g","g","g"])");
    }
    SUBCASE("method calls, their errors and fetches on bindings") {
      CHECK(
          Run("return als.run('b', async () => { const seen = []; await S.echo(1); "
              "seen.push(get()); await S.echo({}); seen.push(get()); try { await S.fail(); } catch "
              "{"
              " seen.push(get()); } const r = await S.fetch('http://x/'); seen.push(get()); await "
              "r.text(); seen.push(get()); await S.echo(() => 1)(); seen.push(get()); return seen; "
              "});") == R"(["b","b","b","b","b","b"])");
    }
    SUBCASE("streams that are read") {
      CHECK(Run("return als.run('s', async () => { const seen = []; for await (const part of await "
                "S.stream()) seen.push(get()); const reader = new ReadableStream({ async pull(c) { "
                "await sleep(1); c.enqueue(1); c.close(); } }).getReader(); await reader.read(); "
                "seen.push(get()); return seen; });") == R"(["s","s"])");
    }
    SUBCASE("events that are dispatched in it") {
      CHECK(
          Run("const target = new EventTarget(); let seen; target.addEventListener('e', () => { "
              "seen = get(); }); als.run('d', () => target.dispatchEvent(new Event('e'))); return "
              "seen;") == "d");
    }
    SUBCASE("waitUntil tasks") {
      TestRuntime runtime({Front("als.run('w', () => ctx.waitUntil((async () => { await sleep(1); "
                                 "console.log('value ' + get()); })())); return '';",
                                 kTop)
                               .Flag("nodejs_als"),
                           Back("")});
      runtime.Text();
      testing::Drain(runtime);
      CHECK(runtime.observer().Find("value w") != nullptr);
    }
  }

  TEST_CASE("callbacks that another Worker calls") {
    SUBCASE("have no value of their own, but can be bound to one") {
      CHECK(
          Run("return als.run('c', async () => [await S.call(() => typeof get()), await "
              "S.call(AsyncLocalStorage.bind(() => get())), await S.slow(AsyncResource.bind(() => "
              "get())), get()]);") == R"(["undefined","c","c","c"])");
    }
    SUBCASE("keep what they run themselves") {
      CHECK(Run("return S.call(async () => als.run('inner', async () => { await sleep(1); await "
                "S.echo(1); return get(); }));") == "inner");
    }
  }

  TEST_CASE("a value never reaches another Worker") {
    const std::string members =
        "value() { return typeof (globalThis.als ?? new AsyncLocalStorage()).getStore(); }";
    TestRuntime runtime({Front("return als.run('mine', () => S.value());", kTop).Flag("nodejs_als"),
                         Back(members, "import { AsyncLocalStorage } from 'node:async_hooks';")
                             .Flag("nodejs_als")});
    CHECK(runtime.Text() == "undefined");
  }

  TEST_CASE("snapshot and bind") {
    SUBCASE("run later under the values of now") {
      CHECK(
          Run("const [run, bound] = als.run('then', () => [AsyncLocalStorage.snapshot(), "
              "AsyncLocalStorage.bind((x) => get() + x)]); return als.run('now', () => [run((a, b) "
              "=> get() + a + b, 1, 2), bound('!'), get()]);") == R"(["then12","then!","now"])");
    }
    SUBCASE("keep `this`") {
      CHECK(
          Run("return { f: AsyncLocalStorage.bind(function () { return this.n; }), n: 4 }.f();") ==
          "4");
    }
    SUBCASE("made in one request run for the request that calls them") {
      TestRuntime runtime({Front("if (url.pathname === '/make') { inRun = als.run('made', () => "
                                 "AsyncLocalStorage.snapshot()); return 'made'; } return "
                                 "inRun(async () => [get(), await "
                                 "S.echo('called'), await new Response('b').text()]);",
                                 std::string(kTop) + "let inRun;")
                               .Flag("nodejs_als"),
                           Back("echo(x) { return x; }")});
      CHECK(runtime.Text("/make") == "made");
      CHECK(runtime.Text("/use") == R"(["made","called","b"])");
    }
  }

  TEST_CASE("AsyncResource") {
    CHECK(Run("const r = als.run('res', () => new AsyncResource('R')); return [r.runInAsyncScope("
              "function (a) { return [get(), this.t, a]; }, { t: 1 }, 2), r.asyncId(), "
              "r.triggerAsyncId(), r.emitDestroy() === r, r.bind(get)(), als.run('b', () => "
              "AsyncResource.bind(get))()];") == R"([["res",1,2],0,0,true,"res","b"])");
    CHECK(
        Run("class Own extends AsyncResource { constructor() { super('Own'); } go(f) { return "
            "this.runInAsyncScope(f); } } const r = als.run('own', () => new Own()); return [await "
            "r.go(async () => { await sleep(1); return get(); }), await tried(() => new "
            "AsyncResource(5))];") ==
        R"(["own","TypeError: The \"type\" argument must be of type string."])");
  }

  TEST_CASE("two requests that interleave have each their own value") {
    TestRuntime runtime(
        {Front("return als.run(url.pathname, async () => { const seen = new Set(); for (let i = 0; "
               "i < "
               "10; i++) { await [sleep(1), S.echo(i), 0, S.call(() => 1)][i % 4]; "
               "seen.add(get()); } "
               "return [...seen]; });",
               kTop)
             .Flag("nodejs_als"),
         Back("async echo(x) { await sleep(1); return x; } call(f) { return f(); }")});
    const auto a = runtime.Start("/a");
    const auto b = runtime.Start("/b");
    CHECK(testing::PollUntil(runtime, [&] { return a->done() && b->done(); }));
    CHECK(a->response().body == R"(["/a"])");
    CHECK(b->response().body == R"(["/b"])");
  }

  TEST_CASE("a promise that another request settles keeps the value of the one that awaits") {
    TestRuntime runtime(
        {Front("return als.run(url.pathname, async () => { if (url.pathname === '/settle') { "
               "settle(); "
               "return get(); } const alive = sleep(60000); await shared; return get(); });",
               std::string(kTop) +
                   "let settle; const shared = new Promise((resolve) => { settle = resolve; });")
             .Flag("nodejs_als"),
         Back("")});
    const auto waiting = runtime.Start("/wait");
    runtime.Poll();
    CHECK(runtime.Text("/settle") == "/settle");
    CHECK(testing::PollUntil(runtime, [&] { return waiting->done(); }));
    CHECK(waiting->response().body == "/wait");
  }

  TEST_CASE("module scope") {
    CHECK([] {
      TestRuntime runtime(
          {Front("return [value, typeof get()];",
                 std::string(kTop) + "const value = await als.run('top', async () => "
                                     "{ await 0; return get(); });")
               .Flag("nodejs_als"),
           Back("")});
      return runtime.Text();
    }() == R"(["top","undefined"])");
  }

  TEST_CASE("the module node:async_hooks") {
    const std::string source =
        "import hooks, { AsyncLocalStorage } from 'node:async_hooks'; export default { fetch() { "
        "return new Response(String(hooks.AsyncLocalStorage === AsyncLocalStorage)); } };";
    SUBCASE("exists with nodejs_als and with nodejs_compat") {
      TestRuntime als({TestWorker("a", source).Flag("nodejs_als")});
      CHECK(als.Text() == "true");
      TestRuntime compat({TestWorker("a", source).Flag("nodejs_compat")});
      CHECK(compat.Text() == "true");
      TestRuntime second({TestWorker("a", source).Flag("nodejs_compat_v2")});
      CHECK(second.Text() == "true");
    }
    SUBCASE("is missing without, and the error says which flag gives it") {
      const Error error = testing::LoadError({TestWorker("a", source)});
      CHECK(error.ToString().find("node:async_hooks") != std::string::npos);
      CHECK(error.ToString().find("nodejs_als") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
