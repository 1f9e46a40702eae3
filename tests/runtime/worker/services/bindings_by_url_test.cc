// Bindings by URL between isolates: fetch() of an origin is a call in the process.
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::LoadError;
using testing::TestRuntime;
using testing::TestWorker;

TestWorker Origin(TestWorker worker, const std::string& name, const std::string& service) {
  return worker.Binding({name, OriginBinding{service}, "a.json:3"});
}

TestWorker Echo(const std::string& name) {
  return TestWorker::Handler(name, R"js(
    const url = new URL(request.url);
    if (url.pathname === '/throws') throw new Error('oops');
    if (url.pathname === '/away') return Response.redirect(url.origin + '/there?a=b', 302);
    if (url.pathname === '/stream') return new Response(request.body);
    return new Response([request.method, url.pathname + url.search, request.headers.get('host') === url.host,
        await request.text()].join('|'));
  )js");
}

// What the caller's expression gives, or the error it throws.
std::string Call(const std::string& expression) {
  TestRuntime runtime({Origin(TestWorker::Handler("a", R"js(
    const show = async (promise) => {
      try { const answer = await promise; return answer.status + ' ' + await answer.text(); }
      catch (e) { return e.name + ': ' + e.message + ' / ' + e.cause?.code; }
    };
    return new Response(await ()js" + expression + "));"),
                              "B_URL", "b"),
                       Echo("b")});
  return runtime.Text();
}

TEST_SUITE("runtime/worker/services/bindings_by_url") {
  TEST_CASE("the value is a bare origin") {
    CHECK(Call("new URL(env.B_URL).origin === env.B_URL") == "true");
    CHECK(Call("/^http:\\/\\/b\\.[0-9a-z]+\\.isolane\\.internal$/.test(env.B_URL)") == "true");
  }

  TEST_CASE("fetch() below it is a call on the service") {
    CHECK(Call("show(fetch(env.B_URL + '/users?x=1'))") == "200 GET|/users?x=1|true|");
    CHECK(Call("show(fetch(env.B_URL))") == "200 GET|/|true|");
    CHECK(Call("show(fetch(env.B_URL + '?q'))") == "200 GET|/?q|true|");
    CHECK(Call("show(fetch(new URL('items/1', env.B_URL)))") == "200 GET|/items/1|true|");
    CHECK(Call("show(fetch(env.B_URL + '/a/%2e%2e/x%20y', { method: 'PUT', body: 'hi' }))") ==
          "200 PUT|/x%20y|true|hi");
    CHECK(Call("show(fetch(new Request(env.B_URL + '/stream', { method: 'POST', body: 'streamed' "
               "})))") == "200 streamed");
  }

  TEST_CASE("redirects are followed to it") {
    CHECK(Call("show(fetch(env.B_URL + '/away'))") == "200 GET|/there?a=b|true|");
  }

  TEST_CASE("a handler that throws is a response with status 500") {
    CHECK(Call("show(fetch(env.B_URL + '/throws'))") ==
          "500 A server error has occurred\n\nFUNCTION_INVOCATION_FAILED\n");
  }

  TEST_CASE("what is not granted cannot be reached") {
    const std::string refused = "TypeError: fetch failed / ECONNREFUSED";
    SUBCASE("another service of the same run") {
      CHECK(Call("show(fetch(env.B_URL.replace('//b.', '//a.')))") == refused);
    }
    SUBCASE("another scheme or port") {
      CHECK(Call("show(fetch(env.B_URL.replace('http:', 'https:') + '/'))") == refused);
      CHECK(Call("show(fetch(env.B_URL + ':8080/'))") == refused);
      CHECK(Call("show(fetch(env.B_URL + './'))") == refused);
    }
    SUBCASE("by somebody who was told the URL") {
      TestRuntime runtime({Origin(TestWorker::Handler("a", R"js(
             return env.C.fetch('http://c/?' + encodeURIComponent(env.B_URL));
           )js")
                                      .Service("C", "c"),
                                  "B_URL", "b"),
                           Echo("b"), TestWorker::Handler("c", R"js(
             try { await fetch(decodeURIComponent(new URL(request.url).search.slice(1)) + '/x'); }
             catch (e) { return new Response(e.name + ': ' + e.message); }
           )js")});
      CHECK(runtime.Text() == "TypeError: fetch failed");
      CHECK(runtime.get().Metrics(false).find(
                "isolane_service_requests_total{caller=\"a\",service=\"b\"} 0") !=
            std::string::npos);
    }
  }

  TEST_CASE("depth and subrequests hold across both kinds of binding") {
    SUBCASE("depth") {
      TestRuntime runtime({Origin(TestWorker::Handler("a", R"js(
        const n = Number(new URL(request.url).searchParams.get('n') ?? 0) + 1;
        const go = n % 2 ? fetch(env.SELF_URL + '/?n=' + n) : env.SELF.fetch('http://a/?n=' + n);
        try { return new Response(await (await go).text()); }
        catch (e) { return new Response(n + ' ' + e.message.slice(0, 32)); }
      )js")
                                      .Service("SELF", "a"),
                                  "SELF_URL", "a")});
      CHECK(runtime.Text() == "32 Subrequest depth limit exceeded.");
    }
    SUBCASE("subrequests") {
      TestRuntime runtime({Origin(TestWorker::Handler("a", R"js(
        let n = 0;
        try { for (;; n++) await (n % 2 ? fetch(env.B_URL) : env.B.fetch('http://b/')); }
        catch (e) { return new Response(n + ' ' + e.message.slice(0, 20)); }
      )js")
                                      .Service("B", "b")
                                      .Subrequests(7),
                                  "B_URL", "b"),
                           Echo("b")});
      CHECK(runtime.Text() == "7 Too many subrequests");
    }
  }

  TEST_CASE("the service has to be there") {
    const Error error = LoadError({Origin(TestWorker::Handler("a", ""), "B_URL", "bb"), Echo("b")});
    CHECK(
        error.ToString() ==
        "a.json:3: a: binding B_URL points to \"bb\", no such Worker (known: a, b).\nDid you mean "
        "\"b\"?");
  }

  TEST_CASE("calls and bytes are counted per caller and service") {
    TestRuntime runtime({Origin(TestWorker::Handler("a", R"js(
      await (await fetch(env.B_URL + '/stream', { method: 'POST', body: '12345' })).text();
      await (await fetch(env.B_URL + '/throws')).text();
      return new Response('ok');
    )js"),
                                "B_URL", "b"),
                         Echo("b")});
    CHECK(runtime.Text() == "ok");
    const std::string text = runtime.get().Metrics(false);
    CHECK(text.find("isolane_service_requests_total{caller=\"a\",service=\"b\"} 2\n") !=
          std::string::npos);
    CHECK(text.find("isolane_service_response_bytes_total{caller=\"a\",service=\"b\"} 5\n") !=
          std::string::npos);
    CHECK(text.find("isolane_service_errors_total{caller=\"a\",service=\"b\"} 1\n") !=
          std::string::npos);
    const std::string json = runtime.get().Metrics(true);
    CHECK(json.find("{\"caller\": \"a\", \"service\": \"b\", \"service_requests\": 2, "
                    "\"response_bytes\": 5, \"errors\": 1, \"denied\": 0}") != std::string::npos);
  }
}

}  // namespace
}  // namespace isolane::worker
