#include "runtime/worker/worker.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::LoadError;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kGlobalScope[] =
    "Error: Disallowed operation called within global scope. Asynchronous I/O (ex: fetch() or "
    "connect()), setting a timeout, and generating random values are not allowed within global "
    "scope.";

const std::string kAttempt = R"js(
  const attempt = async (f) => {
    try { return String(await f()); } catch (error) { return error.name + ': ' + error.message; }
  };
)js";

TEST_SUITE("runtime/worker/worker") {
  TEST_CASE("in global scope") {
    const auto early = [](const std::string& code) {
      TestRuntime runtime({TestWorker("a", "import { env } from 'cloudflare:workers';" + kAttempt +
                                               "const text = await attempt(() => " + code + R"js();
        export default { fetch() { return new Response(text); } };
      )js")
                               .Service("SELF", "a")});
      return runtime.Text();
    };
    SUBCASE("fetch, timers and random values are refused") {
      CHECK(early("fetch('http://x/')").starts_with(kGlobalScope));
      CHECK(early("env.SELF.fetch('http://x/')").starts_with(kGlobalScope));
      CHECK(early("setTimeout(() => {}, 1)").starts_with(kGlobalScope));
      CHECK(early("setInterval(() => {}, 1)").starts_with(kGlobalScope));
      CHECK(early("crypto.getRandomValues(new Uint8Array(1))").starts_with(kGlobalScope));
      CHECK(early("crypto.randomUUID()").starts_with(kGlobalScope));
    }
    SUBCASE("the clock stands at 0") {
      CHECK(early("Date.now()") == "0");
      CHECK(early("new Date().toISOString()") == "1970-01-01T00:00:00.000Z");
      CHECK(early("performance.now()") == "0");
    }
    SUBCASE("objects without I/O are allowed, and usable in every request") {
      TestRuntime runtime({TestWorker("a", R"js(
        const response = new Response('made early');
        const headers = new Headers({ a: '1' });
        export default { async fetch() {
          return new Response(await response.clone().text() + headers.get('a'));
        } };
      )js")});
      CHECK(runtime.Text() == "made early1");
      CHECK(runtime.Text() == "made early1");
    }
  }

  TEST_CASE("the clock runs in a handler") {
    TestRuntime runtime({TestWorker::Handler("a", "return new Response(String(Date.now()));")});
    CHECK(std::stod(runtime.Text()) > 1.7e12);
  }

  TEST_CASE("code from strings is refused") {
    const auto run = [](const std::string& code) {
      TestRuntime runtime({TestWorker::Handler(
          "a", kAttempt + "return new Response(await attempt(() => " + code + "));")});
      return runtime.Text();
    };
    const std::string refused =
        "EvalError: Code generation from strings disallowed for this context";
    CHECK(run("eval('1')") == refused);
    CHECK(run("(0, eval)('1')") == refused);
    CHECK(run("new Function('return 1')") == refused);
    CHECK(run("(async () => {}).constructor('')") == refused);
    CHECK(run("new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))")
              .find("Wasm code generation disallowed by embedder") != std::string::npos);
    CHECK(run("WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))")
              .find("Wasm code generation disallowed by embedder") != std::string::npos);
  }

  TEST_CASE("Service Worker syntax") {
    const auto worker = [](const std::string& source) { return TestWorker("a", source); };
    SUBCASE("bindings and vars are globals") {
      TestRuntime runtime({worker(R"js(
                             addEventListener('fetch', (event) => event.respondWith(
                                 B.fetch('http://b/' + NAME + (self === globalThis))));
                           )js")
                               .Var("NAME", "\"x\"")
                               .Service("B", "b"),
                           TestWorker::Handler("b", "return new Response(request.url);")});
      CHECK(runtime.Text() == "http://b/xtrue");
    }
    SUBCASE("the next listener runs when the one before did not respond") {
      TestRuntime runtime({worker(R"js(
        const log = [];
        addEventListener('fetch', (event) => { log.push('one'); });
        addEventListener('fetch', (event) => {
          log.push('two');
          event.respondWith(new Response(log.splice(0).join()));
        });
        addEventListener('fetch', (event) => { log.push('three'); });
      )js")});
      CHECK(runtime.Text() == "one,two");
      CHECK(runtime.Text() == "one,two");
    }
    SUBCASE("a promise for the response") {
      TestRuntime runtime({worker(R"js(
        addEventListener('fetch', (event) => event.respondWith((async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          return new Response(event.request.method + event.type);
        })()));
      )js")});
      CHECK(runtime.Text() == "GETfetch");
    }
    SUBCASE("respondWith twice fails the call") {
      TestRuntime runtime({worker(R"js(
        addEventListener('fetch', (event) => {
          event.respondWith(new Response('one'));
          event.respondWith(new Response('two'));
        });
      )js")});
      CHECK(runtime.Get().status == 500);
      CHECK(runtime.observer().Find(
                "FetchEvent.respondWith() has already been called; it can only be "
                "called once.") != nullptr);
    }
    SUBCASE("event.waitUntil keeps the request open") {
      TestRuntime runtime({worker(R"js(
        addEventListener('fetch', (event) => {
          event.waitUntil(new Promise((resolve) => setTimeout(resolve, 1)).then(() => console.log('late')));
          event.respondWith(new Response('sent'));
        });
      )js")});
      CHECK(runtime.Text() == "sent");
      CHECK(runtime.observer().Find("late") != nullptr);
    }
    SUBCASE("what a listener throws is the request's failure") {
      TestRuntime runtime(
          {worker("addEventListener('fetch', () => { throw new TypeError('no'); });")});
      CHECK(runtime.Get().status == 500);
      CHECK(runtime.observer().Find("TypeError: no") != nullptr);
    }
    SUBCASE("what is no Response is, too") {
      TestRuntime runtime(
          {worker("addEventListener('fetch', (event) => event.respondWith('text'));")});
      CHECK(runtime.Get().status == 500);
    }
    SUBCASE("without a listener it is refused") {
      const Error error = LoadError({worker("const a = 1;").Root("src/")});
      CHECK(error.message.find("registers no 'fetch' listener") != std::string::npos);
    }
    SUBCASE("an exception at the top has its place") {
      const Error error =
          LoadError({worker("const a = 1;\nthrow new Error('early');").Root("src/")});
      CHECK(error.message == "Error: early");
      CHECK(error.where == "src/index.js:2:1");
    }
    SUBCASE("as the target of a binding") {
      TestRuntime runtime(
          {TestWorker::Handler("front", "return env.A.fetch(request);").Service("A", "a"),
           worker("addEventListener('fetch', (event) => event.respondWith(new "
                  "Response('from a')));")});
      CHECK(runtime.Text() == "from a");
    }
  }

  TEST_CASE("passThroughOnException sends the request on to the origin") {
    // There is no origin here: what comes back is the network's failure, not the exception.
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      ctx.passThroughOnException();
      throw new Error('broken');
    )js")});
    Request request;
    request.url = "http://127.0.0.1:1/";
    CHECK(runtime.Fetch(request).status == 500);
    CHECK(runtime.observer().Find("passThroughOnException") != nullptr);
  }

  TEST_CASE("an origin that is this program is none") {
    const auto ask = [](TestRuntime& runtime) {
      const auto port = runtime.get().Listen({});
      REQUIRE(port.ok());
      Request request;
      request.url = "http://localhost:" + std::to_string(port.value()) + "/";
      CHECK(runtime.Fetch(request).status == 500);
    };
    SUBCASE("passThroughOnException answers with the exception") {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
        ctx.passThroughOnException();
        throw new Error('broken');
      )js")});
      ask(runtime);
      CHECK(runtime.observer().Find("broken") != nullptr);
      CHECK(runtime.observer().Find("passThroughOnException") == nullptr);
    }
    SUBCASE("a listener that does not respond is an error") {
      TestRuntime runtime({TestWorker("a", "addEventListener('fetch', () => {});")});
      ask(runtime);
      CHECK(runtime.observer().Find("No response!") != nullptr);
      CHECK(runtime.observer().Find("no listener of \"fetch\" called event.respondWith()") !=
            nullptr);
    }
  }

  TEST_CASE("in development") {
    RuntimeOptions options;
    options.local_endpoints = LocalEndpoints::kTriggers;
    SUBCASE("request.cf is shown with the request") {
      TestRuntime runtime(
          {TestWorker::Handler("a", "console.log(request); return new Response('');")}, options);
      runtime.Get();
      CHECK(runtime.observer().Find("colo: 'DFW'") != nullptr);
    }
    SUBCASE("request.cf is made up, and goes on with the request") {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
        const seen = [request.cf.country, request.clone().cf.colo, request.cf === request.cf];
        request.cf.country = 'XX';
        const rest = [
          await (await env.B.fetch(request)).text(),
          await (await env.B.fetch('http://b/')).text(),
          await (await env.B.fetch('http://b/', { cf: { colo: 'own' } })).text(),
        ];
        return new Response([...seen, ...rest].join());
      )js")
                               .Service("B", "b"),
                           TestWorker::Handler("b", R"js(
        return new Response(`${request.cf?.country} ${request.cf?.colo}`);
      )js")},
                          options);
      CHECK(runtime.Text() == "US,DFW,true,XX DFW,undefined undefined,undefined own");
    }
    SUBCASE("it is made in whichever Worker asks") {
      TestRuntime runtime(
          {TestWorker::Handler("a", "return env.B.fetch(request);").Service("B", "b"),
           TestWorker::Handler("b", "return new Response(request.cf.timezone);")},
          options);
      CHECK(runtime.Text() == "America/Chicago");
    }
  }

  TEST_CASE("isolates") {
    SUBCASE("share nothing, not even prototypes") {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
                             globalThis.shared = 1;
                             Array.prototype.mine = true;
                             return env.B.fetch('http://b/');
                           )js")
                               .Service("B", "b"),
                           TestWorker::Handler("b", R"js(
                             return new Response([typeof shared, [].mine].join());
                           )js")});
      CHECK(runtime.Text() == "undefined,");
    }
    SUBCASE("keep module state between requests") {
      TestRuntime runtime({TestWorker(
          "a", "let n = 0; export default { fetch() { return new Response(String(++n)); } };")});
      CHECK(runtime.Text() == "1");
      CHECK(runtime.Text() == "2");
    }
    SUBCASE("do not trust what a Worker does to globals") {
      TestRuntime runtime({TestWorker("a", R"js(
        Promise.prototype.then = () => { throw new Error('patched'); };
        Map.prototype.get = () => { throw new Error('patched'); };
        JSON.parse = () => 'patched';
        export default { fetch() { return new Response('fine'); } };
      )js")});
      CHECK(runtime.Text() == "fine");
    }
  }

  TEST_CASE("compatibility") {
    SUBCASE("a date in the future is refused") {
      CHECK_FALSE(LoadError({TestWorker::Handler("a", "").Date("2999-01-01")}).message.empty());
    }
    SUBCASE("an unknown flag is refused") {
      const Error error = LoadError({TestWorker::Handler("a", "").Flag("no_such_flag")});
      CHECK(error.message.find("no_such_flag") != std::string::npos);
    }
    SUBCASE("the Fetcher's tag follows the date") {
      const auto tag = [](const std::string& date) {
        TestRuntime runtime(
            {TestWorker::Handler("a",
                                 "return new Response(Object.prototype.toString.call(env.SELF));")
                 .Service("SELF", "a")
                 .Date(date)});
        return runtime.Text();
      };
      CHECK(tag("2024-09-25") == "[object Object]");
      CHECK(tag("2024-09-26") == "[object Fetcher]");
    }
  }

  TEST_CASE("a default export that is no object is refused") {
    CHECK(LoadError({TestWorker("a", "export default 1;")}).message.find("must be an object") !=
          std::string::npos);
    CHECK(
        LoadError({TestWorker("a", "export default class {}")}).message.find("WorkerEntrypoint") !=
        std::string::npos);
  }
}

}  // namespace
}  // namespace isolane::worker
