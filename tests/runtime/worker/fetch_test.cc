// fetch() on a binding: redirects, aborts, cf, request contexts (runtime/builtins/web/fetch.js).
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// Redirects as its path says: /302/rest leads to /rest with that status.
TestWorker Redirector() {
  return TestWorker::Handler("r", R"js(
    const url = new URL(request.url);
    const match = /^\/(30\d)(\/.*)$/.exec(url.pathname);
    if (match) {
      return new Response('moved', { status: Number(match[1]),
          headers: { location: match[2] === '/away' ? 'https://other.example/end' : match[2] } });
    }
    if (url.pathname === '/loop') {
      const n = Number(url.searchParams.get('n'));
      if (n > 0) return Response.redirect('http://r/loop?n=' + (n - 1), 302);
    }
    return new Response([request.method, request.url, await request.text(),
        request.headers.get('content-type'), request.headers.get('authorization')].join('|'));
  )js");
}

std::string Call(const std::string& code, const std::string& date = "2024-09-23") {
  TestRuntime runtime({TestWorker::Handler("a", R"js(
    const go = async (url, init) => {
      try {
        const answer = await env.R.fetch(url, init);
        return answer.status + ' ' + answer.redirected + ' ' + answer.url + ' ' + await answer.text();
      } catch (error) { return error.name + ': ' + error.message; }
    };
    return new Response(String(await ()js" + code + ")));")
                           .Service("R", "r")
                           .Date(date),
                       Redirector()});
  return runtime.Text();
}

TEST_SUITE("runtime/worker/fetch") {
  TEST_CASE("redirects") {
    SUBCASE("are followed by the same target, whatever the host") {
      CHECK(Call("go('http://r/302/end?q#f')") == "200 true http://r/end GET|http://r/end|||");
      CHECK(Call("go('http://r/301/away')") ==
            "200 true https://other.example/end GET|https://other.example/end|||");
    }
    SUBCASE("can be left alone") {
      CHECK(Call("go('http://r/302/end', { redirect: 'manual' })") ==
            "302 false http://r/302/end moved");
    }
    SUBCASE("of a forwarded request are the client's business") {
      TestRuntime runtime(
          {TestWorker::Handler("a", "return env.R.fetch(request);").Service("R", "r"),
           Redirector()});
      const Response response = runtime.Get("/302/end");
      CHECK(response.status == 302);
      CHECK(response.Header("location") == "/end");
    }
    SUBCASE("301, 302 and 303 turn a POST into a GET without body") {
      for (const std::string status : {"301", "302", "303"}) {
        CAPTURE(status);
        CHECK(Call("go('http://r/" + status + "/end', { method: 'POST', body: 'text' })") ==
              "200 true http://r/end GET|http://r/end|||");
      }
    }
    SUBCASE("303 does so with a PUT, 302 does not") {
      CHECK(Call("go('http://r/303/end', { method: 'PUT', body: 'text' })") ==
            "200 true http://r/end GET|http://r/end|||");
      CHECK(Call("go('http://r/302/end', { method: 'PUT', body: 'text' })") ==
            "200 true http://r/end PUT|http://r/end|text|text/plain;charset=UTF-8|");
    }
    SUBCASE("307 and 308 repeat method and body") {
      for (const std::string status : {"307", "308"}) {
        CAPTURE(status);
        CHECK(Call("go('http://r/" + status + "/end', { method: 'POST', body: 'text' })") ==
              "200 true http://r/end POST|http://r/end|text|text/plain;charset=UTF-8|");
      }
    }
    SUBCASE("a stream cannot be repeated") {
      CHECK(Call("go('http://r/307/end', { method: 'POST', body: new ReadableStream({ start(c) { "
                 "c.enqueue(new Uint8Array(1)); c.close(); } }) })")
                .starts_with("TypeError: A request with a one-time-use body"));
    }
    SUBCASE("but it may be dropped") {
      CHECK(Call("go('http://r/303/end', { method: 'POST', body: new ReadableStream({ start(c) { "
                 "c.enqueue(new Uint8Array(1)); c.close(); } }) })") ==
            "200 true http://r/end GET|http://r/end|||");
    }
    SUBCASE("300 and a 3xx without Location are returned") {
      CHECK(Call("go('http://r/300/end')") == "300 false http://r/300/end moved");
    }
    SUBCASE("20 hops are followed, the 21st is too many") {
      CHECK(Call("go('http://r/loop?n=20')") ==
            "200 true http://r/loop?n=0 GET|http://r/loop?n=0|||");
      const std::string many = Call("go('http://r/loop?n=21')");
      CHECK(many.starts_with(
          "TypeError: Too many redirects.http://r/loop?n=21, http://r/loop?n=20, "));
      CHECK(many.ends_with("http://r/loop?n=1"));
    }
    SUBCASE("Authorization goes along, and no longer to another origin from 2025-09-01") {
      const std::string there = "go('http://r/302/away', { headers: { authorization: 'x' } })";
      CHECK(Call(there).ends_with("|x"));
      CHECK(Call(there, "2025-09-01").ends_with("|"));
      CHECK(Call("go('http://r/302/end', { headers: { authorization: 'x' } })", "2025-09-01")
                .ends_with("|x"));
    }
  }

  TEST_CASE("URLs") {
    CHECK(Call("go('/relative')") == "TypeError: Invalid URL: /relative");
    CHECK(Call("go('')") == "TypeError: Invalid URL: ");
    CHECK(Call("go('ftp://r/')") == "TypeError: Fetch API cannot load: ftp://r/");
    CHECK(Call("go('data:text/plain,hi%21')") == "200 false  hi!");
    CHECK(
        Call("env.R.fetch().catch((error) => error.message)") ==
        "Failed to execute 'fetch' on 'Fetcher': parameter 1 is not of type 'Request or string'.");
    CHECK(Call("(0, env.R.fetch)('http://r/').catch((error) => error.message)")
              .starts_with("Illegal invocation: function called with incorrect `this` reference."));
  }

  TEST_CASE("abort") {
    const auto call = [](const std::string& code) {
      TestRuntime runtime({TestWorker("a", R"js(
                             const attempt = async (f) => {
                               try { return await f(); }
                               catch (error) { return error.name + ': ' + error.message; }
                             };
                             export default { async fetch(request, env, ctx) {
                               const controller = new AbortController();
                               const { signal } = controller;
                               const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
                           )js" + code + "} };")
                               .Service("SLOW", "slow"),
                           TestWorker("slow", R"js(
                             const log = [];
                             const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
                             export default { async fetch(request, env, ctx) {
                               const { pathname } = new URL(request.url);
                               if (pathname === '/log') return new Response(log.join());
                               if (pathname === '/stream') {
                                 return new Response(new ReadableStream({
                                   start(c) { c.enqueue(new TextEncoder().encode('part')); },
                                   pull() { return sleep(60000); },
                                   cancel() { log.push('cancelled'); },
                                 }));
                               }
                               log.push('start');
                               if (pathname === '/later') {
                                 ctx.waitUntil(sleep(5).then(() => { log.push('task'); }));
                               }
                               if (pathname === '/signal') {
                                 request.signal.addEventListener('abort', () => log.push('aborted'));
                               }
                               try { await sleep(200); } finally { log.push('end'); }
                               return new Response('slow');
                             } };
                           )js")
                               .Flag("enable_request_signal")});
      return runtime.Text();
    };
    SUBCASE("before the call: the target is not entered") {
      CHECK(call("controller.abort(); const what = await attempt(() => env.SLOW.fetch('http://s/', "
                 "{ signal })); return new Response(what + '|' + await (await "
                 "env.SLOW.fetch('http://s/log')).text());") ==
            "AbortError: The operation was aborted|");
    }
    SUBCASE("during the call: the target stops at its next await") {
      CHECK(call("setTimeout(() => controller.abort(), 2); const what = await attempt(() => "
                 "env.SLOW.fetch('http://s/', { signal })); await sleep(250); return new "
                 "Response(what "
                 "+ '|' + await (await env.SLOW.fetch('http://s/log')).text());") ==
            "AbortError: The operation was aborted|start");
    }
    SUBCASE("a reason is rejected as it is") {
      CHECK(call("setTimeout(() => controller.abort(new RangeError('mine')), 1); return new "
                 "Response(await attempt(() => env.SLOW.fetch('http://s/', { signal })));") ==
            "RangeError: mine");
    }
    SUBCASE("a timeout") {
      CHECK(call("return new Response(await attempt(() => env.SLOW.fetch('http://s/', { signal: "
                 "AbortSignal.timeout(2) })));") ==
            "TimeoutError: The operation was aborted due to timeout");
    }
    SUBCASE("while the body is read") {
      CHECK(call("const answer = await env.SLOW.fetch('http://s/stream', { signal }); "
                 "setTimeout(() => controller.abort(), 2); const what = await attempt(() => "
                 "answer.text()); await sleep(2); return new Response(what + '|' + await (await "
                 "env.SLOW.fetch('http://s/log')).text());") ==
            "AbortError: The operation was aborted|cancelled");
    }
    SUBCASE("the target's waitUntil tasks finish") {
      CHECK(call("setTimeout(() => controller.abort(), 2); await attempt(() => "
                 "env.SLOW.fetch('http://s/later', { signal })); await sleep(250); return "
                 "env.SLOW.fetch('http://s/log');") == "start,task");
    }
    SUBCASE("request.signal tells, where it is enabled") {
      CHECK(call("setTimeout(() => controller.abort(), 2); await attempt(() => "
                 "env.SLOW.fetch('http://s/signal', { signal })); await sleep(250); return "
                 "env.SLOW.fetch('http://s/log');") == "start,aborted");
    }
    SUBCASE("after the answer it changes nothing") {
      CHECK(call("const answer = await env.SLOW.fetch('http://s/', { signal }); const text = await "
                 "answer.text(); controller.abort(); return new Response(text);") == "slow");
    }
  }

  TEST_CASE("cf") {
    const auto call = [](const std::string& code) {
      TestRuntime runtime(
          {TestWorker::Handler("a", code).Service("B", "b").Service("C", "c"),
           TestWorker::Handler("b", "return Response.json([request.cf ?? 'none']);"),
           TestWorker::Handler("c", "return env.B.fetch(request);").Service("B", "b")});
      return runtime.Text();
    };
    CHECK(call("return env.B.fetch('http://b/');") == R"(["none"])");
    CHECK(call("return env.B.fetch('http://b/', { cf: { a: [1, { b: 2 }] } });") ==
          R"([{"a":[1,{"b":2}]}])");
    CHECK(call("return env.C.fetch('http://c/', { cf: { kept: true } });") == R"([{"kept":true}])");
    CHECK(
        call("return env.B.fetch(new Request('http://b/', { cf: { a: 1 } }), { cf: { b: 2 } });") ==
        R"([{"b":2}])");
    CHECK(call("const cf = { a: 1 }; const r = new Request('http://b/', { cf }); cf.a = 2; return "
               "env.B.fetch(r);") == R"([{"a":1}])");
  }

  TEST_CASE("I/O objects belong to their request") {
    const std::string other =
        "Error: Cannot perform I/O on behalf of a different request. I/O objects (such as streams, "
        "request/response bodies, and others) created in the context of one request handler cannot "
        "be accessed from a different request's handler.";
    TestRuntime runtime({TestWorker("a", R"js(
                           const kept = {};
                           const attempt = async (f) => {
                             try { return String(await f()); }
                             catch (error) { return error.name + ': ' + error.message; }
                           };
                           export default { async fetch(request, env) {
                             const { pathname } = new URL(request.url);
                             if (pathname === '/keep') {
                               kept.response = await env.B.fetch('http://b/');
                               kept.other = await env.B.fetch('http://b/');
                               kept.stream = kept.other.body;
                               kept.binding = env.B;
                               kept.request = request;
                               return new Response('kept');
                             }
                             const use = {
                               '/text': () => kept.response.text(),
                               '/clone': () => kept.response.clone(),
                               '/stream': () => kept.stream.getReader().read(),
                               '/send': () => env.B.fetch('http://b/', { method: 'POST', body: kept.response.body }),
                               '/plain': () => kept.response.status + kept.response.url + kept.request.method,
                               '/binding': async () => (await kept.binding.fetch('http://b/')).text(),
                               '/return': () => kept.response,
                             }[pathname];
                             if (pathname === '/return') return use();
                             return new Response(await attempt(use));
                           } };
                         )js")
                             .Service("B", "b"),
                         TestWorker::Handler("b", "return new Response('from b');")});
    REQUIRE(runtime.Text("/keep") == "kept");
    CHECK(runtime.Text("/text").starts_with(other));
    CHECK(runtime.Text("/clone").starts_with(other));
    CHECK(runtime.Text("/stream").starts_with(other));
    CHECK(runtime.Text("/send").starts_with(other));
    CHECK(runtime.Text("/plain") == "200http://b/GET");
    CHECK(runtime.Text("/binding") == "from b");
    CHECK(runtime.Get("/return").status == 500);
  }
}

}  // namespace
}  // namespace isolane::worker
