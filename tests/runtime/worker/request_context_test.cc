// Which request code and objects belong to: runtime/builtins/internal/context.js.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/rpc_workers.h"

namespace isolane::worker {
namespace {

using testing::Back;
using testing::Front;
using testing::TestRuntime;
using testing::TestWorker;

// /make keeps what `make` gives and answers, /use gives what `use` says of it in `kept`.
std::string UseOfAnother(const std::string& make, const std::string& use) {
  TestRuntime runtime(
      {Front("if (url.pathname === '/make') { kept = await (async () => {" + make +
                 "})(); return 'made'; } return tried(async () => {" + use + "});",
             "let kept;"),
       Back("counter() { return new Counter(); } get value() { return 1; } fetch() { "
            "return new Response('fetched'); } slow() { return sleep(60000); }")});
  CHECK(runtime.Text("/make") == "made");
  return runtime.Text("/use");
}

TEST_SUITE("runtime/worker/request_context") {
  TEST_CASE("an object of another request") {
    const auto expected = [](const std::string& what, const std::string& type) {
      return "Error: Cannot perform I/O on behalf of a different request. I/O objects (such as "
             "streams, request/response bodies, and others) created in the context of one request "
             "handler cannot be accessed from a different request's handler. This is a limitation "
             "of Cloudflare Workers which allows us to improve overall performance. (I/O type: " +
             type + ") This " + what +
             " was made by request #1 (GET http://test/make), which has ended, and used by request "
             "#2 (GET http://test/use). Make it in each request that needs it, or share the data "
             "(such as the result of text()) instead of the object.";
    };
    SUBCASE("is refused if it is a stub") {
      const std::string text = expected("Client", "Client");
      CHECK(UseOfAnother("return S.counter();", "return kept.add();") == text);
      CHECK(UseOfAnother("return S.counter();", "return await kept.value;") == text);
      CHECK(UseOfAnother("return S.counter();", "return kept.dup();") == text);
      CHECK(UseOfAnother("return S.counter();", "return S.echo(kept);") == text);
      CHECK(UseOfAnother("return new RpcStub(() => 1);", "return kept();") == text);
    }
    SUBCASE("is refused if it is the promise of a call") {
      CHECK(UseOfAnother("return { p: S.counter() };", "return kept.p.add();") ==
            expected("JsRpcPromise", "JsRpcPromise"));
    }
    SUBCASE("is refused if it is a body") {
      CHECK(UseOfAnother("return { r: await S.fetch('http://x/') };", "return kept.r.text();") ==
            expected("Body", "Body"));
      CHECK(UseOfAnother("return { r: await S.fetch('http://x/') };", "return kept.r.clone();") ==
            expected("Body", "Body"));
    }
    SUBCASE("is refused if it is a context") {
      CHECK(UseOfAnother("return { ctx };", "kept.ctx.waitUntil(Promise.resolve());") ==
            expected("ExecutionContext", "ExecutionContext"));
    }
    SUBCASE("is no error if it is a binding, a property of one, or plain data") {
      CHECK(UseOfAnother("return { S, value: S.value, fetch: S.fetch.bind(S) };",
                         "return [await kept.S.value, await kept.value, (await "
                         "kept.fetch('http://x/')).status];") == "[1,1,200]");
      CHECK(UseOfAnother("const r = await S.fetch('http://x/'); return { status: r.status, text: "
                         "await r.text() };",
                         "return kept;") == R"({"status":200,"text":"fetched"})");
    }
    SUBCASE("is no error to dispose of") {
      CHECK(UseOfAnother("return S.counter();", "kept[Symbol.dispose](); return 'fine';") ==
            "fine");
    }
    SUBCASE("names a live request without saying that it ended") {
      TestRuntime runtime(
          {Front("if (url.pathname === '/open') { kept = await S.counter(); opened(); await "
                 "sleep(20); "
                 "return ''; } await open; return tried(() => kept.add());",
                 "let kept, opened; const open = new Promise((resolve) => { opened = resolve; });"),
           Back("counter() { return new Counter(); }")});
      const auto first = runtime.Start("/open");
      const auto second = runtime.Start("/use");
      CHECK(testing::PollUntil(runtime, [&] { return second->done() && first->done(); }));
      CHECK(second->response().body.find("This Client was made by request #1 (GET "
                                         "http://test/open) and used by request #2 (GET "
                                         "http://test/use).") != std::string::npos);
    }
    SUBCASE("is refused between two calls of one request too, and named by its method") {
      TestRuntime runtime(
          {Front("await S.keep((x) => x); return S.use();"),
           Back("keep(f) { kept = f.dup(); } use() { return tried(() => kept(1)); }",
                "let kept;")});
      CHECK(runtime.Text().find(
                "This Client was made by request #1 (keep), which has ended, and used "
                "by request #1 (use).") != std::string::npos);
    }
  }

  TEST_CASE("a promise that another request settles") {
    // /wait awaits what /settle gives it, and goes on for itself.
    const auto run = [](const std::string& after) {
      TestRuntime runtime(
          {Front("if (url.pathname === '/settle') { settle('given'); return 'settled'; } const "
                 "alive = "
                 "sleep(60000); const value = await shared; " +
                     after,
                 "let settle; const shared = new Promise((resolve) => { settle = resolve; });"),
           Back("who() { return 'back'; } counter() { return new Counter(); }")});
      const auto waiting = runtime.Start("/wait");
      runtime.Poll();
      CHECK_FALSE(waiting->done());
      CHECK(runtime.Text("/settle") == "settled");
      CHECK(testing::PollUntil(runtime, [&] { return waiting->done(); }));
      return waiting->response().body;
    };
    SUBCASE("continues under its own request: the response") {
      CHECK(run("return value;") == "given");
    }
    SUBCASE("continues under its own request: calls, stubs and bodies") {
      CHECK(run("using c = await S.counter(); return [value, await S.who(), await c.add(2), await "
                "new "
                "Response('body').text()];") == R"(["given","back",2,"body"])");
    }
    SUBCASE("continues under its own request: timers") {
      CHECK(run("await sleep(1); return value + ' later';") == "given later");
    }
    SUBCASE("continues under its own request: its body and its context") {
      CHECK(run("ctx.waitUntil(sleep(1)); return [value, url.pathname, await request.text()];") ==
            R"(["given","/wait",""])");
    }
    SUBCASE("continues under its own request: an exception") {
      CHECK(run("throw new RangeError(value);") == "threw RangeError: given");
    }
    SUBCASE("logs as the request it belongs to") {
      TestRuntime runtime(
          {Front("if (url.pathname === '/settle') { settle(); return ''; } const alive = "
                 "sleep(60000); "
                 "await shared; await S.who(); console.log('gone on'); return '';",
                 "let settle; const shared = new Promise((resolve) => { settle = resolve; });"),
           Back("who() {}")});
      const auto waiting = runtime.Start("/wait");
      runtime.Poll();
      runtime.Text("/settle");
      CHECK(testing::PollUntil(runtime, [&] { return waiting->done(); }));
      const auto* line = runtime.observer().Find("gone on");
      REQUIRE(line != nullptr);
      CHECK(line->request == 1);
    }
    SUBCASE("does nothing if its own request has ended") {
      TestRuntime runtime(
          {Front(
               "if (url.pathname === '/settle') { settle(); await sleep(1); return takeLog(); } "
               "shared.then(async () => { log.push(await tried(() => S.who())); }); return 'left';",
               "let settle; const shared = new Promise((resolve) => { settle = resolve; });"),
           Back("who() { return 'back'; }")});
      CHECK(runtime.Text("/wait") == "left");
      CHECK(runtime.Text("/settle") ==
            "Error: This request has ended; it cannot make calls any more.");
    }
  }

  TEST_CASE("global scope") {
    SUBCASE("refuses method calls, stubs and waitUntil") {
      TestRuntime runtime({TestWorker("front", R"js(
             import { env, RpcStub, waitUntil } from 'cloudflare:workers';
             const all = [];
             const note = (error) => all.push(error.message.slice(0, 45));
             env.S.any().catch(note);
             try { new RpcStub(() => 1); } catch (error) { note(error); }
             try { waitUntil(1); } catch (error) { note(error); }
             await 0;
             export default { fetch() { return new Response(JSON.stringify(all)); } };
           )js")
                               .Service("S", "back"),
                           Back("")});
      const std::string text = R"("Disallowed operation called within global sco")";
      CHECK(runtime.Text() == "[" + text + "," + text + "," + text + "]");
    }
  }

  TEST_CASE("callbacks") {
    SUBCASE("run under the request that made them, whoever calls") {
      TestRuntime runtime({Front("const body = new Response('own body'); return S.call(async () => "
                                 "await body.text() + "
                                 "await S.who());"),
                           Back("call(f) { return f(); } who() { return ' back'; }")});
      CHECK(runtime.Text() == "own body back");
    }
    SUBCASE("of many requests at once stay apart") {
      TestRuntime runtime({Front("let mine = 0; const f = async (n) => { await sleep(n % 3); mine "
                                 "+= n; return mine; }; "
                                 "await Promise.all([S.call(f, 1), S.call(f, 2), S.call(f, 3)]); "
                                 "return [url.pathname, "
                                 "mine];"),
                           Back("async call(f, n) { await sleep(1); return f(n); }")});
      std::vector<std::shared_ptr<testing::Pending>> all;
      for (int i = 0; i < 20; i++) all.push_back(runtime.Start("/" + std::to_string(i)));
      CHECK(testing::PollUntil(runtime, [&] {
        for (const auto& one : all) {
          if (!one->done()) return false;
        }
        return true;
      }));
      for (size_t i = 0; i < all.size(); i++) {
        CHECK(all[i]->response().body == "[\"/" + std::to_string(i) + "\",6]");
      }
    }
  }
}

}  // namespace
}  // namespace isolane::worker
