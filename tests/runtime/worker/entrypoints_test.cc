// What can be bound to: runtime/builtins/workers/entrypoints.js, Graph::ConnectEntrypoints.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/rpc_workers.h"

namespace isolane::worker {
namespace {

using testing::Front;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kTarget[] = R"js(
  import { WorkerEntrypoint, DurableObject } from 'cloudflare:workers';
  let instances = 0;
  export default { fetch() { return new Response('default'); }, name() { return 'default'; } };
  export class Admin extends WorkerEntrypoint {
    constructor(ctx, env) { super(ctx, env); instances++; }
    fetch(request) { return new Response('Admin ' + new URL(request.url).pathname); }
    count() { return instances; }
    props() { return this.ctx.props; }
    variable() { return this.env.V; }
    async loop() { return (await this.ctx.exports.Admin({ props: { from: 'loop' } }).props()).from; }
    async others() {
      return [Object.keys(this.ctx.exports).sort(), await this.ctx.exports.default.name(1),
              await this.ctx.exports.Plain.hello('x')];
    }
  }
  export const Plain = { hello(x, env, ctx) { return 'hello ' + x; } };
  export class Silent extends WorkerEntrypoint {}
  export class NotOne {}
  export class Room extends DurableObject {}
  export function helper() {}
  export const limit = 5;
)js";

TestWorker Target() { return TestWorker("back", kTarget).Var("V", "7").Date("2025-11-17"); }

// front has S to the entrypoint.
std::string Run(const std::string& entrypoint, const std::string& body,
                const std::string& props = "") {
  TestRuntime runtime({Front("return (async (S) => {" + body + "})(env.T);")
                           .Service("T", "back", entrypoint, props),
                       Target()});
  return runtime.Text();
}

TEST_SUITE("runtime/worker/entrypoints") {
  TEST_CASE("an entrypoint") {
    const std::string fetched = "return (await S.fetch('http://x/path')).text();";
    SUBCASE("without a name is the default export") { CHECK(Run("", fetched) == "default"); }
    SUBCASE("may be called default") { CHECK(Run("default", fetched) == "default"); }
    SUBCASE("may be a class") {
      CHECK(Run("Admin", fetched) == "Admin /path");
      CHECK(Run("Admin", "return S.variable();") == "7");
    }
    SUBCASE("that is a class is made anew for each call") {
      CHECK(Run("Admin", "await S.count(); await S.fetch('http://x/'); return S.count();") == "3");
    }
    SUBCASE("may be an object") {
      CHECK(Run("Plain", "return S.hello('you');") == "hello you");
      CHECK(Run("Plain", "return tried(() => S.fetch('http://x/'));") ==
            "Error: Handler does not export a fetch() function.");
    }
    SUBCASE("that is a class without fetch says so") {
      CHECK(Run("Silent", "return tried(() => S.fetch('http://x/'));") ==
            "Error: Handler does not export a fetch() function.");
    }
    SUBCASE("gets the props of its binding") {
      CHECK(Run("Admin", "return S.props();", R"({"role":"root"})") == R"({"role":"root"})");
      CHECK(Run("Admin", "return S.props();") == "{}");
    }
    SUBCASE("shares module state with the others of its Worker") {
      TestRuntime runtime({Front("await env.A.up(); await env.B.up(); return env.A.up();")
                               .Service("A", "back", "A")
                               .Service("B", "back", "B"),
                           TestWorker("back", R"js(
                             import { WorkerEntrypoint } from 'cloudflare:workers';
                             let n = 0;
                             export default {};
                             export class A extends WorkerEntrypoint { up() { return ++n; } }
                             export class B extends A {}
                           )js")});
      CHECK(runtime.Text() == "3");
    }
    SUBCASE("whose constructor throws fails the call only") {
      TestRuntime runtime(
          {Front("return [await tried(() => S.fetch('http://x/')), await tried(() => S.m())];"),
           TestWorker("back", R"js(
             import { WorkerEntrypoint } from 'cloudflare:workers';
             export default class extends WorkerEntrypoint {
               constructor(ctx, env) { super(ctx, env); throw new RangeError('no'); }
               fetch() {} m() {}
             }
           )js")});
      CHECK(runtime.Text() == R"(["RangeError: no","RangeError: no"])");
    }
  }

  TEST_CASE("a fetch handler whose result has a getter then that throws fails with that") {
    TestRuntime runtime(
        {Front("return tried(() => S.fetch('http://x/'));"), TestWorker("back", R"js(
                           export default {
                             fetch() { return { get then() { throw new RangeError('then'); } }; },
                           };
                         )js")});
    CHECK(runtime.Text() == "RangeError: then");
  }

  TEST_CASE("a class as default export") {
    SUBCASE("serves the public Worker") {
      TestRuntime runtime({TestWorker("front", R"js(
        import { WorkerEntrypoint } from 'cloudflare:workers';
        export default class extends WorkerEntrypoint {
          async fetch(request) {
            this.ctx.waitUntil(Promise.resolve());
            return new Response(request.method + JSON.stringify(this.ctx.props) + this.env.V);
          }
        }
      )js")
                               .Var("V", "3")});
      CHECK(runtime.Text() == "GET{}3");
    }
    SUBCASE("that does not extend WorkerEntrypoint stops the start") {
      const Error error =
          testing::LoadError({TestWorker("a", "export default class { fetch() {} }")});
      CHECK(error.ToString().find("does not extend WorkerEntrypoint") != std::string::npos);
    }
    SUBCASE("that is a DurableObject stops the start") {
      const Error error = testing::LoadError(
          {TestWorker("a",
                      "import { DurableObject } from 'cloudflare:workers'; export default class "
                      "extends DurableObject {}")});
      CHECK(error.ToString().find("the default export is a DurableObject") != std::string::npos);
    }
    SUBCASE("that is a value stops the start") {
      const Error error = testing::LoadError({TestWorker("a", "export default 5;")});
      CHECK(error.ToString().find("the default export of the main module must be an object") !=
            std::string::npos);
    }
  }

  TEST_CASE("a Worker without default export") {
    const std::string source =
        "import { WorkerEntrypoint } from 'cloudflare:workers'; export class Only extends "
        "WorkerEntrypoint { hi() { return 'hi'; } }";
    SUBCASE("can be bound to by the names it has") {
      TestRuntime runtime({Front("return env.T.hi();").Service("T", "back", "Only"),
                           // Front itself is bound to the name S.
                           TestWorker("back", source + "export default {};")});
      CHECK(runtime.Text() == "hi");
      TestRuntime without({TestWorker::Handler("front", "return new Response(await env.T.hi());")
                               .Service("T", "back", "Only"),
                           TestWorker("back", source)});
      CHECK(without.Text() == "hi");
    }
    SUBCASE("cannot be bound to without a name") {
      const Error error = testing::LoadError(
          {TestWorker::Handler("front", "").Service("T", "back"), TestWorker("back", source)});
      CHECK(
          error.message ==
          "front: binding T points to the entrypoint \"default\" of \"back\", but \"back\" has no "
          "such named entrypoint (it has: Only).");
    }
    SUBCASE("cannot be the public one") {
      const Error error = testing::LoadError({TestWorker("back", source).Root("src/")});
      CHECK(error.message.find("the main module has no default export") != std::string::npos);
      CHECK(error.where == "src/index.js");
    }
    SUBCASE("and without anything else has no entrypoints") {
      const Error error = testing::LoadError({TestWorker::Handler("front", "").Service("T", "back"),
                                              TestWorker("back", "export const a = 1;")});
      CHECK(error.message.find("(it has: none)") != std::string::npos);
    }
  }

  TEST_CASE("a name that is no entrypoint stops the start") {
    const auto failure = [](const std::string& name) {
      return testing::LoadError(
          {TestWorker::Handler("front", "").Service("T", "back", name), Target()});
    };
    SUBCASE("and names those that there are") {
      const Error error = failure("Nobody");
      CHECK(error.message ==
            "front: binding T points to the entrypoint \"Nobody\" of \"back\", but \"back\" has no "
            "such named entrypoint (it has: default, Admin, Plain, Silent).");
    }
    SUBCASE("and guesses which was meant") {
      CHECK(failure("admin").hint == "Did you mean \"Admin\"?");
      CHECK(failure("Plan").hint == "Did you mean \"Plain\"?");
    }
    SUBCASE("also if it is a function, a value, or another class") {
      for (const char* name : {"helper", "limit", "NotOne", "Room", "toString", "__proto__"}) {
        CHECK(failure(name).message.find(std::string("points to the entrypoint \"") + name) !=
              std::string::npos);
      }
    }
  }

  TEST_CASE("ctx lists what it has, in workerd's order") {
    const std::string keys =
        "return Response.json([Object.keys(ctx), { ...ctx }.props, "
        "'waitUntil' in ctx]);";
    CHECK(TestRuntime({TestWorker::Handler("a", keys).Date("2025-11-17")}).Text() ==
          R"([["props","exports"],{},true])");
    CHECK(TestRuntime({TestWorker::Handler("a", keys).Date("2025-11-16")}).Text() ==
          R"([["props"],{},true])");
  }

  TEST_CASE("ctx.exports") {
    SUBCASE("has the own entrypoints as bindings") {
      CHECK(Run("Admin", "return S.others();") ==
            R"([["Admin","Plain","Silent","default"],"default","hello x"])");
    }
    SUBCASE("gives an entrypoint with props") { CHECK(Run("Admin", "return S.loop();") == "loop"); }
    SUBCASE("wants its props to be an object") {
      TestRuntime runtime({TestWorker("a", R"js(
        export default { async fetch(request, env, ctx) {
          const all = [];
          for (const argument of [5, { props: 5 }, { props: null }, null]) {
            try { ctx.exports.default(argument); all.push('made'); }
            catch (error) { all.push(error.name); }
          }
          ctx.exports.default(); ctx.exports.default({}); ctx.exports.default({ props: undefined });
          return new Response(all.join());
        } };
      )js")
                               .Date("2025-11-17")});
      CHECK(runtime.Text() == "TypeError,TypeError,TypeError,TypeError");
    }
    SUBCASE("clones the props, and each call gets its own") {
      TestRuntime runtime({TestWorker("a", R"js(
        import { WorkerEntrypoint } from 'cloudflare:workers';
        export class P extends WorkerEntrypoint {
          next() { return [this.ctx.props.at instanceof Date, ++this.ctx.props.n]; }
        }
        export default { async fetch(request, env, ctx) {
          const props = { n: 1, at: new Date(0) };
          const p = ctx.exports.P({ props });
          props.n = 10;
          return new Response(`${await p.next()} ${await p.next()}`);
        } };
      )js")
                               .Date("2025-11-17")});
      CHECK(runtime.Text() == "true,2 true,2");
    }
    SUBCASE("is undefined before 2025-11-17 and there with enable_ctx_exports") {
      const std::string body = "return new Response(typeof ctx.exports);";
      TestRuntime before({TestWorker::Handler("a", body).Date("2025-11-16")});
      CHECK(before.Text() == "undefined");
      TestRuntime from({TestWorker::Handler("a", body).Date("2025-11-17")});
      CHECK(from.Text() == "object");
      TestRuntime flag({TestWorker::Handler("a", body).Flag("enable_ctx_exports")});
      CHECK(flag.Text() == "object");
    }
    SUBCASE("counts in depth and subrequests") {
      TestRuntime runtime({TestWorker("a", R"js(
        export default { async fetch(request, env, ctx) {
          try { return await ctx.exports.default.fetch(request.url); }
          catch (error) { return new Response(error.message); }
        } };
      )js")
                               .Date("2025-11-17")});
      CHECK(runtime.Text().find("Subrequest depth limit exceeded.") == 0);
    }
    SUBCASE("can be sent over RPC and keeps its props") {
      TestRuntime runtime(
          {Front("const b = await env.T.give(); return b.who();").Service("T", "back", "Give"),
           TestWorker("back", R"js(
                             import { WorkerEntrypoint } from 'cloudflare:workers';
                             export default {};
                             export class Give extends WorkerEntrypoint {
                               give() { return this.ctx.exports.Who({ props: { name: 'given' } }); }
                             }
                             export class Who extends WorkerEntrypoint {
                               who() { return this.ctx.props.name; }
                             }
                           )js")
               .Date("2025-11-17")});
      CHECK(runtime.Text() == "given");
    }
    SUBCASE("leads to the new isolate after the old one was condemned") {
      TestRuntime runtime({TestWorker("a", R"js(
        import { WorkerEntrypoint } from 'cloudflare:workers';
        let n = 0;
        export class P extends WorkerEntrypoint { next() { return ++n; } }
        export default { async fetch(request, env, ctx) {
          if (request.url.endsWith('/bad')) for (;;);
          return new Response(String(await ctx.exports.P.next()));
        } };
      )js")
                               .Date("2025-11-17")
                               .CpuMs(40)});
      CHECK(runtime.Text() == "1");
      CHECK(runtime.Text() == "2");
      CHECK(runtime.Get("/bad").status == 503);
      CHECK(runtime.Text() == "1");
    }
  }

  TEST_CASE("a Service Worker script") {
    const std::string script =
        "addEventListener('fetch', (event) => event.respondWith(new Response('script ' + typeof "
        "V)));";
    SUBCASE("is bound to as the default entrypoint") {
      TestRuntime runtime({Front("return (await S.fetch('http://x/')).text();"),
                           TestWorker("back", script).Var("V", "1")});
      CHECK(runtime.Text() == "script number");
    }
    SUBCASE("has no methods") {
      TestRuntime runtime({Front("return tried(() => S.any());"), TestWorker("back", script)});
      CHECK(runtime.Text() == "TypeError: The RPC receiver does not implement the method \"any\".");
    }
    SUBCASE("can call methods of others") {
      TestRuntime runtime(
          {TestWorker("front",
                      "addEventListener('fetch', (event) => event.respondWith((async () => new "
                      "Response(await T.hello('x')))()));")
               .Service("T", "back", "Plain"),
           Target()});
      CHECK(runtime.Text() == "hello x");
    }
    SUBCASE("has no named entrypoints") {
      const Error error = testing::LoadError(
          {TestWorker::Handler("front", "").Service("T", "back", "X"), TestWorker("back", script)});
      CHECK(error.message.find("(it has: default)") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
