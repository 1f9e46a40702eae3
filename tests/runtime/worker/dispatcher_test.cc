#include "runtime/worker/dispatcher.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::RecordingObserver;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kTooDeep[] =
    "Subrequest depth limit exceeded. This request recursed through Workers too many times. This "
    "can happen e.g. if you have a Worker or Durable Object that calls other Workers or objects "
    "recursively.";

// GET /?n=3 calls itself three times, one inside the other; how far it came and what stopped it.
TestWorker Nested(const std::string& name) {
  return TestWorker::Handler(name, R"js(
    const n = Number(new URL(request.url).searchParams.get('n'));
    if (n === 0) return new Response('end');
    try {
      const answer = await env.NEXT.fetch('http://next/?n=' + (n - 1));
      return new Response(n + ',' + await answer.text());
    } catch (error) {
      return new Response(n + ':' + error.name + ': ' + error.message);
    }
  )js");
}

TEST_SUITE("runtime/worker/dispatcher") {
  TEST_CASE("depth") {
    SUBCASE("31 calls, one inside the other, make 32 Workers and are allowed") {
      TestRuntime runtime({Nested("self").Service("NEXT", "self")});
      const std::string text = runtime.Text("/?n=31");
      CHECK(text.starts_with("31,30,29,"));
      CHECK(text.ends_with(",2,1,end"));
    }
    SUBCASE("the 32nd Worker's call throws there, where it can be caught") {
      TestRuntime runtime({Nested("self").Service("NEXT", "self")});
      const std::string text = runtime.Text("/?n=32");
      CHECK(text.ends_with(std::string(",2,1:Error: ") + kTooDeep));
      CHECK(runtime.Text("/?n=2") == "2,1,end");
    }
    SUBCASE("a cycle over two Workers counts both") {
      TestRuntime runtime({Nested("a").Service("NEXT", "b"), Nested("b").Service("NEXT", "a")});
      CHECK(runtime.Text("/?n=31").ends_with(",1,end"));
      CHECK(runtime.Text("/?n=32").ends_with(std::string(",1:Error: ") + kTooDeep));
    }
    SUBCASE("siblings do not count") {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
                             let text = '';
                             for (let i = 0; i < 40; i++) {
                               text += await (await env.B.fetch('http://b/')).text();
                             }
                             const all = await Promise.all(
                                 Array.from({ length: 40 }, () => env.B.fetch('http://b/')));
                             for (const one of all) text += await one.text();
                             return new Response(text);
                           )js")
                               .Service("B", "b"),
                           TestWorker::Handler("b", "return new Response('x');")});
      CHECK(runtime.Text() == std::string(80, 'x'));
    }
    SUBCASE("uncaught, it is the public Worker's exception") {
      TestRuntime runtime({TestWorker::Handler("self", "return env.NEXT.fetch('http://next/');")
                               .Service("NEXT", "self")});
      CHECK(runtime.Get().status == 500);
      CHECK(runtime.observer().Find("Subrequest depth limit exceeded") != nullptr);
    }
  }

  TEST_CASE("a Worker may call itself through a binding and keeps its module state") {
    TestRuntime runtime({TestWorker("self", R"js(
      let calls = 0;
      export default { async fetch(request, env) {
        calls++;
        if (new URL(request.url).pathname === '/inner') return new Response('inner ' + calls);
        return env.SELF.fetch('http://self/inner');
      } };
    )js")
                             .Service("SELF", "self")});
    CHECK(runtime.Text() == "inner 2");
    CHECK(runtime.Text() == "inner 4");
  }

  TEST_CASE("two bindings to one Worker are two objects that lead to the same isolate") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
                           const one = await (await env.ONE.fetch('http://b/')).text();
                           const two = await (await env.TWO.fetch('http://b/')).text();
                           return new Response([env.ONE === env.TWO, one, two].join());
                         )js")
                             .Service("ONE", "b")
                             .Service("TWO", "b"),
                         TestWorker("b", R"js(
                           let n = 0;
                           export default { fetch() { return new Response(String(++n)); } };
                         )js")});
    CHECK(runtime.Text() == "false,1,2");
  }

  TEST_CASE("subrequests") {
    const TestWorker caller = TestWorker::Handler("a", R"js(
                                const { searchParams, pathname } = new URL(request.url);
                                const n = Number(searchParams.get('n'));
                                let done = 0;
                                try {
                                  for (; done < n; done++) await env.B.fetch('http://b' + pathname);
                                } catch (error) {
                                  return new Response(done + ' ' + error.name + ' ' + error.message);
                                }
                                return new Response('made ' + done);
                              )js")
                                  .Service("B", "b")
                                  .Subrequests(10);
    const TestWorker target = TestWorker::Handler("b", R"js(
      const { pathname } = new URL(request.url);
      if (pathname === '/moved') return Response.redirect('http://b/', 302);
      if (pathname === '/nested') await env.B.fetch('http://b/');
      return new Response();
    )js")
                                  .Service("B", "b");
    TestRuntime runtime({caller, target});
    SUBCASE("as many as allowed succeed") { CHECK(runtime.Text("/?n=10") == "made 10"); }
    SUBCASE("the next one is rejected") {
      CHECK(runtime.Text("/?n=11").starts_with("10 Error Too many subrequests"));
    }
    SUBCASE("every redirect hop counts") {
      CHECK(runtime.Text("/moved?n=5") == "made 5");
      CHECK(runtime.Text("/moved?n=6").starts_with("5 Error Too many subrequests"));
    }
    SUBCASE("calls further down count for the whole pipeline") {
      CHECK(runtime.Text("/nested?n=5") == "made 5");
      CHECK(runtime.Text("/nested?n=6").starts_with("5 Error Too many subrequests"));
    }
    SUBCASE("the count starts afresh with each request") {
      for (int i = 0; i < 3; i++) CHECK(runtime.Text("/?n=10") == "made 10");
    }
  }

  TEST_CASE("heads") {
    const TestWorker echo = TestWorker::Handler("echo", R"js(
      return new Response(JSON.stringify([request.method, request.url, [...request.headers]]), {
        status: 201, statusText: 'Made', headers: [['x-one', '1'], ['set-cookie', 'a=1'],
                                                   ['set-cookie', 'b=2']] });
    )js");
    TestRuntime runtime(
        {TestWorker::Handler("gateway", "return env.ECHO.fetch(request);").Service("ECHO", "echo"),
         echo});
    SUBCASE("a forwarded request arrives as it is") {
      Request request;
      request.method = "PUT";
      request.url = "http://shop.example/a/b?c=d&e";
      request.headers = {{"Host", "other.example"}, {"X-B", "2"}, {"X-A", "1"}, {"X-B", "3"}};
      const Response response = runtime.Fetch(request);
      CHECK(
          response.body ==
          R"(["PUT","http://shop.example/a/b?c=d&e",[["host","other.example"],["x-a","1"],["x-b","2, 3"]]])");
    }
    SUBCASE("so does the response") {
      const Response response = runtime.Get();
      CHECK(response.status == 201);
      CHECK(response.status_text == "Made");
      CHECK(response.Header("x-one") == "1");
      size_t cookies = 0;
      for (const auto& [name, value] : response.headers) cookies += name == "set-cookie" ? 1 : 0;
      CHECK(cookies == 2);
    }
    SUBCASE("bytes above ASCII in a header survive") {
      Request request;
      request.headers = {{"x-latin", "caf\xe9"}};
      const Response response = runtime.Fetch(request);
      CHECK(response.body.find("caf\xc3\xa9") != std::string::npos);
    }
    SUBCASE("fragment and credentials of a called URL are dropped") {
      TestRuntime other(
          {TestWorker::Handler("a", "return env.ECHO.fetch('http://user:pw@B.example:80/x?y#z');")
               .Service("ECHO", "echo"),
           echo});
      CHECK(other.Get().body == R"(["GET","http://b.example/x?y",[]])");
    }
  }

  TEST_CASE("HEAD") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
           if (request.method === 'HEAD') return env.B.fetch(request);
           const head = await env.B.fetch('http://b/', { method: 'HEAD' });
           return Response.json([head.status, await head.text(), head.headers.get('x-length')]);
         )js")
                             .Service("B", "b"),
                         TestWorker::Handler("b", R"js(
           return new Response('body of ' + request.method, { headers: { 'x-length': '4' } });
         )js")});
    SUBCASE("the target runs and its body is dropped") {
      CHECK(runtime.Text() == R"([200,"","4"])");
    }
    SUBCASE("outside as well") {
      Request request;
      request.method = "HEAD";
      const Response response = runtime.Fetch(request);
      CHECK(response.status == 200);
      CHECK(response.body.empty());
      CHECK(response.Header("x-length") == "4");
    }
  }

  TEST_CASE("the trace tells who called whom") {
    TestRuntime runtime(
        {TestWorker::Handler("gateway", R"js(
                           await env.AUTH.fetch('http://auth/');
                           return env.APP.fetch(request);
                         )js")
             .Service("AUTH", "auth")
             .Service("APP", "app"),
         TestWorker::Handler("auth", "return env.APP.fetch('http://app/');").Service("APP", "app"),
         TestWorker::Handler("app", "return new Response('', {status: 418});")});
    CHECK(runtime.Get().status == 418);
    REQUIRE(runtime.observer().requests.size() == 1);
    const auto& finished = runtime.observer().requests[0];
    CHECK(finished.status == 418);
    CHECK(finished.method == "GET");
    REQUIRE(finished.trace.size() == 4);
    CHECK(finished.trace[0].name == "gateway");
    CHECK(finished.trace[1].name == "AUTH");
    CHECK(finished.trace[1].parent == 0);
    CHECK(finished.trace[2].worker == "app");
    CHECK(finished.trace[2].parent == 1);
    CHECK(finished.trace[3].name == "APP");
    CHECK(finished.trace[3].parent == 0);
    CHECK(finished.trace[3].status == 418);
  }

  TEST_CASE("console lines name the Worker and the request") {
    TestRuntime runtime(
        {TestWorker::Handler("a", "console.warn('from a', {n: 1}); return env.B.fetch(request);")
             .Service("B", "b"),
         TestWorker::Handler("b", "console.log('from b'); return new Response();")});
    runtime.Get();
    runtime.Get();
    const RecordingObserver& log = runtime.observer();
    REQUIRE(log.lines.size() == 4);
    CHECK(log.lines[0].text == "from a { n: 1 }");
    CHECK(log.lines[0].level == LogLevel::kWarn);
    CHECK(log.lines[0].worker == "a");
    CHECK(log.lines[1].worker == "b");
    CHECK(log.lines[1].request == 1);
    CHECK(log.lines[3].request == 2);
    CHECK_FALSE(log.lines[3].from_runtime);
  }
}

}  // namespace
}  // namespace isolane::worker
