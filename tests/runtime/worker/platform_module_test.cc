// The module cloudflare:workers: runtime/builtins/workers/platform_module.js.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/rpc_workers.h"

namespace isolane::worker {
namespace {

using testing::Back;
using testing::TestRuntime;
using testing::TestWorker;

// `top` is at the top of the module, `body` that of fetch(request, env, ctx).
TestWorker Importer(const std::string& top, const std::string& body) {
  return TestWorker("front",
                    "import * as platform from 'cloudflare:workers';\n" + top +
                        "\nexport default { async fetch(request, env, ctx) { const answer = "
                        "await (async () => {" +
                        body +
                        "})(); return answer instanceof Response ? answer : "
                        "Response.json(answer === undefined ? 'undefined' : answer); } };")
      .Var("V", "\"value\"")
      .Service("S", "back")
      .Date("2025-11-17");
}

std::string Run(const std::string& top, const std::string& body) {
  TestRuntime runtime({Importer(top, body), Back("echo(x) { return x; } later() { "
                                                 "this.ctx.waitUntil(sleep(1)); }")});
  return runtime.Text();
}

TEST_SUITE("runtime/worker/platform_module") {
  TEST_CASE("cloudflare:workers exports") {
    CHECK(Run("", "return Object.keys(platform).sort();") ==
          R"(["DurableObject","RpcPromise","RpcProperty","RpcStub","RpcTarget","ServiceStub",)"
          R"("WorkerEntrypoint","WorkflowEntrypoint","abortIsolate","cache","env","exports",)"
          R"("tracing","waitUntil","withEnv","withEnvAndExports","withExports"])");
  }

  TEST_CASE("what only Cloudflare's network can do says so when it is used") {
    CHECK(
        Run("", "try { platform.abortIsolate(); } catch (error) { return error.message; }") ==
        R"("abortIsolate() of \"cloudflare:workers\" is not supported by isolane. Guard the call, )"
        R"(say by a variable that only production sets.")");
    CHECK(
        Run("", "return platform.cache.purge({ purgeEverything: true }).catch(e => e.message);") ==
        R"("cache.purge() of \"cloudflare:workers\" is not supported by isolane. Guard the call, )"
        R"(say by a variable that only production sets.")");
  }

  TEST_CASE("spans of tracing are passed around, and not recorded") {
    const std::string top = "const { tracing } = platform;";
    SUBCASE("to the function that is run in one") {
      CHECK(Run(top,
                "return tracing.enterSpan('a', (span, x, y) => [`${span}`, x, y, "
                "span.isTraced, tracing.getActiveSpan() === span], 1, 2);") ==
            R"(["[object Span]",1,2,false,true])");
    }
    SUBCASE("across awaits, and no longer than the function") {
      CHECK(Run(top,
                "const root = tracing.getActiveSpan(); const span = tracing.startSpan('a');"
                "const inside = await tracing.withActiveSpan(span, async () => { await 1; "
                "return tracing.getActiveSpan() === span; });"
                "return [inside, tracing.getActiveSpan() === root, "
                "span.spanContext().traceId === root.spanContext().traceId];") ==
            "[true,true,true]");
    }
    SUBCASE("and what the function throws is thrown") {
      CHECK(Run(top,
                "try { tracing.startActiveSpan('a', () => { throw 5; }); } catch (e) { "
                "return e; }") == "5");
    }
    SUBCASE("with workerd's words for what is no span, name or function") {
      // All of it is workerd's.
      CHECK(
          Run(top,
              "const t = (f) => { try { return String(f()); } catch (e) { return "
              "e.message; } }; const s = tracing.startSpan('s');"
              "return [() => tracing.enterSpan(), () => tracing.enterSpan('a'), "
              "() => tracing.withActiveSpan({}, () => 1), () => new tracing.Span(), "
              "() => s.setAttribute(), () => s.setStatus({ code: 9 }), () => s.end(), "
              "() => s.setAttribute('a', 1)].map(t);") ==
          R"(["Failed to execute 'enterSpan' on 'Tracing': parameter 1 is not of type 'string'.",)"
          R"("Failed to execute 'enterSpan' on 'Tracing': parameter 2 is not of type 'Function'.",)"
          R"("Failed to execute 'withActiveSpan' on 'Tracing': parameter 1 is not of type 'Span'.",)"
          R"("Illegal constructor",)"
          R"("Failed to execute 'setAttribute' on 'Span': parameter 1 is not of type 'string'.",)"
          R"("Span status code must be 'unset', 'ok', or 'error'.","undefined","[object Span]"])");
    }
    SUBCASE("also by the execution context") {
      CHECK(Run(top, "return ctx.tracing === tracing;") == "true");
    }
    SUBCASE("and there is none at the top of a module") {
      CHECK(Run(top + "const outside = `${tracing.getActiveSpan()}`;", "return outside;") ==
            R"("undefined")");
    }
  }

  TEST_CASE("cloudflare:workflows exports NonRetryableError") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      const module = await import('cloudflare:workflows');
      const { NonRetryableError } = module;
      const plain = new NonRetryableError('m');
      const named = new NonRetryableError('m', 'Mine');
      return Response.json([
        Object.keys(module), NonRetryableError.name, NonRetryableError.length,
        Object.getPrototypeOf(NonRetryableError) === Error, plain instanceof Error,
        `${plain}`, `${named}`, Object.keys(plain), plain.stack.split('\n')[0],
      ]);
    )js")});
    // All of it is workerd's.
    CHECK(runtime.Text() == R"([["NonRetryableError"],"NonRetryableError",1,true,true,)"
                            R"("NonRetryableError: m","Mine: m",["name"],"NonRetryableError: m"])");
  }

  TEST_CASE("a name that cloudflare:workers does not have stops the start") {
    const Error error = testing::LoadError(
        {TestWorker("a", "import { nothing } from 'cloudflare:workers'; export default {};")});
    CHECK(error.ToString().find("nothing") != std::string::npos);
  }

  TEST_CASE("env") {
    SUBCASE("has the same bindings as the handler's, in another object") {
      CHECK(
          Run("const { env: imported } = platform;",
              "return [imported !== env, imported.V, imported.S === env.S, Object.keys(imported), "
              "'V' in imported, 'W' in imported, JSON.stringify({ ...imported, S: 0 })];") ==
          R"([true,"value",true,["V","S"],true,false,"{\"V\":\"value\",\"S\":0}"])");
    }
    SUBCASE("is there while modules are evaluated") {
      CHECK(Run("const { V } = platform.env; const found = V + typeof platform.env.S.fetch;",
                "return found;") == "\"valuefunction\"");
    }
    SUBCASE("reaches modules that no handler passes it to") {
      TestRuntime runtime({Importer("import { ask } from './lib.js';", "return ask();")
                               .Module("lib.js",
                                       "import { env } from 'cloudflare:workers'; export const "
                                       "ask = () => env.S.echo(env.V);"),
                           Back("echo(x) { return x; }")});
      CHECK(runtime.Text() == "\"value\"");
    }
  }

  TEST_CASE("withEnv") {
    SUBCASE("replaces env for what its callback calls, also later") {
      CHECK(Run("const { env: imported, withEnv } = platform; const now = () => imported.V;",
                "const seen = []; const p = withEnv({ V: 'mine' }, async () => { seen.push(now()); "
                "await new Promise((resolve) => setTimeout(resolve, 1)); seen.push(now(), await "
                "env.S.echo(1), now(), 'S' in imported); return 'result'; }); seen.push(now()); "
                "return "
                "[await p, seen, now()];") ==
            R"(["result",["mine","value","mine",1,"mine",false],"value"])");
    }
    SUBCASE("restores after an exception, and nests") {
      CHECK(Run("const { env: imported, withEnv } = platform;",
                "const seen = []; try { withEnv({ V: 1 }, () => { withEnv({ V: 2 }, () => "
                "seen.push(imported.V)); seen.push(imported.V); throw 0; }); } catch {} return "
                "[...seen, imported.V];") == R"([2,1,"value"])");
    }
    SUBCASE("of one request does not reach another that interleaves") {
      TestRuntime runtime(
          {Importer("",
                    "return platform.withEnv({ V: request.url }, async () => { for (let i = 0; i < "
                    "4; i++) await new Promise((resolve) => setTimeout(resolve, 1)); return "
                    "platform.env.V; });"),
           Back("")});
      const auto a = runtime.Start("/a");
      const auto b = runtime.Start("/b");
      CHECK(testing::PollUntil(runtime, [&] { return a->done() && b->done(); }));
      CHECK(a->response().body == "\"http://test/a\"");
      CHECK(b->response().body == "\"http://test/b\"");
    }
  }

  TEST_CASE("exports") {
    SUBCASE("are those of ctx.exports") {
      CHECK(Run("export class E extends platform.WorkerEntrypoint { hi() { return 'hi'; } }",
                "return [Object.keys(platform.exports).sort(), await platform.exports.E.hi()];") ==
            R"([["E","default"],"hi"])");
    }
    SUBCASE("are replaced by withExports and withEnvAndExports") {
      CHECK(Run("const { exports, env: imported, withExports, withEnvAndExports } = platform;",
                "return [withExports({ a: 1 }, () => [exports.a, imported.V]), withEnvAndExports({ "
                "V: "
                "2 }, { a: 3 }, () => [exports.a, imported.V]), 'a' in exports];") ==
            R"([[1,"value"],[3,2],false])");
    }
  }

  TEST_CASE("waitUntil") {
    SUBCASE("keeps the request that calls it") {
      TestRuntime runtime(
          {Importer("",
                    "platform.waitUntil((async () => { await new Promise((resolve) => "
                    "setTimeout(resolve, 1)); console.log('kept'); })()); return 'answered';"),
           Back("")});
      CHECK(runtime.Text() == "\"answered\"");
      testing::Drain(runtime);
      CHECK(runtime.observer().Find("kept") != nullptr);
    }
    SUBCASE("logs a rejection") {
      TestRuntime runtime(
          {Importer("", "platform.waitUntil(Promise.reject(new RangeError('lost'))); return 1;"),
           Back("")});
      CHECK(runtime.Text() == "1");
      testing::Drain(runtime);
      CHECK(runtime.observer().Find("Uncaught (in waitUntil) RangeError: lost") != nullptr);
    }
  }

  TEST_CASE("its classes") {
    SUBCASE("tell stubs, promises and bindings apart") {
      CHECK(
          Run("const { RpcStub, RpcPromise, RpcProperty, RpcTarget, ServiceStub } = platform;",
              "const p = env.S.echo(() => 1); const stub = await p; const all = [p instanceof "
              "RpcPromise, env.S.echo instanceof RpcProperty, stub instanceof RpcStub, stub "
              "instanceof RpcTarget, env.S instanceof ServiceStub]; stub[Symbol.dispose](); return "
              "all;") == "[true,true,true,false,true]");
    }
    SUBCASE("that nobody may make say so") {
      CHECK(Run("",
                "const all = []; for (const name of ['RpcPromise', 'RpcProperty']) try { new "
                "platform[name](); } catch (error) { all.push(error.message); } return all;") ==
            R"(["Illegal constructor","Illegal constructor"])");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
