#include "runtime/worker/graph.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::LoadError;
using testing::TestRuntime;
using testing::TestWorker;

TestWorker Gateway(const std::string& service) {
  return TestWorker::Handler("gateway", R"js(
           const { pathname } = new URL(request.url);
           if (pathname === '/rpc') {
             try { await env.AUTH.check(1); }
             catch (error) { return new Response(`${error.remote} ${error}`); }
           }
           return env.AUTH.fetch(request);
         )js")
      .Service("AUTH", service);
}

TEST_SUITE("runtime/worker/graph") {
  TEST_CASE("an unknown service") {
    const TestWorker authn = TestWorker::Handler("authn", "return new Response('authn');");
    SUBCASE("is refused with the known Workers and the nearest one") {
      const Error error = LoadError({Gateway("auth"), authn});
      CHECK(error.message ==
            "gateway: binding AUTH points to \"auth\", no such Worker (known: gateway, authn).");
      CHECK(error.hint == "Did you mean \"authn\"?");
    }
    SUBCASE("or answers 503 with the same words when it is used") {
      TestRuntime runtime({Gateway("auth"), authn}, UnknownService::kFailOnUse);
      const Response response = runtime.Get();
      CHECK(response.status == 503);
      CHECK(response.body.find("Worker \"auth\" not found. Make sure it is running locally.") !=
            std::string::npos);
      CHECK(response.body.find("authn") != std::string::npos);
      CHECK(response.body.find("AUTH") != std::string::npos);
    }
    SUBCASE("and rejects a method call") {
      TestRuntime runtime({Gateway("auth"), authn}, UnknownService::kFailOnUse);
      const std::string text = runtime.Text("/rpc");
      CHECK(text.starts_with("true Error: "));
      CHECK(text.find("Worker \"auth\" not found.") != std::string::npos);
    }
    SUBCASE("takes a body that is sent to it") {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
                             return env.NONE.fetch('http://x/', { method: 'POST',
                                 body: new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(9)); } }) });
                           )js")
                               .Service("NONE", "none")},
                          UnknownService::kFailOnUse);
      CHECK(runtime.Get().status == 503);
    }
  }

  TEST_CASE("two Workers of one name are refused") {
    const Error error = LoadError({TestWorker::Handler("a", ""), TestWorker::Handler("a", "")});
    CHECK(error.message == "two Workers are called \"a\"");
  }

  TEST_CASE("no Worker is refused") {
    auto loaded = Runtime::LoadSpecs({});
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().message == "no Worker was given");
  }

  TEST_CASE("Fetch") {
    TestRuntime runtime({TestWorker::Handler(
        "a", "return new Response(request.method + request.url + await request.text());")});
    Request request;
    SUBCASE("refuses what is no URL") {
      request.url = "/path";
      auto answer = runtime.get().Fetch(request);
      REQUIRE_FALSE(answer.ok());
      CHECK(answer.error().message == "not an absolute http or https URL: /path");
    }
    SUBCASE("refuses a header that HTTP does not allow") {
      request.headers = {{"a b", "1"}};
      CHECK_FALSE(runtime.get().Fetch(request).ok());
      request.headers = {{"a", "1\r\nb: 2"}};
      CHECK_FALSE(runtime.get().Fetch(request).ok());
    }
    SUBCASE("refuses a GET with a body") {
      request.body = "x";
      CHECK_FALSE(runtime.get().Fetch(request).ok());
    }
    SUBCASE("of an asynchronous call tells the same later") {
      request.url = "junk";
      bool told = false;
      runtime.get().FetchAsync(request, [&](Result<Response> answer) { told = !answer.ok(); });
      CHECK_FALSE(told);
      runtime.Poll();
      CHECK(told);
    }
    SUBCASE("normalises the URL") {
      request.url = "HTTP://Shop.Example:80/a/../b";
      CHECK(runtime.Fetch(request).body == "GEThttp://shop.example/b");
    }
    SUBCASE("may be started from a callback") {
      std::string second;
      runtime.get().FetchAsync({}, [&](Result<Response>) {
        runtime.get().FetchAsync({}, [&](Result<Response> answer) { second = answer->body; });
      });
      for (int i = 0; i < 3 && second.empty(); i++) runtime.Poll();
      CHECK(second == "GEThttp://localhost/");
    }
  }

  TEST_CASE("Stub") {
    TestRuntime runtime(
        {Gateway("auth"), TestWorker::Handler("auth", "return env.AUTH.fetch('http://x/');")
                              .Service("AUTH", "gateway")});
    SUBCASE("answers in place of the Worker") {
      Request seen;
      REQUIRE(runtime.get()
                  .Stub("gateway.AUTH",
                        [&](const Request& request) {
                          seen = request;
                          return Response{403, "No", {{"X-From", "stub"}}, "stubbed"};
                        })
                  .ok());
      Request request;
      request.method = "POST";
      request.url = "http://shop.example/path?q";
      request.headers = {{"x-a", "1"}};
      request.body = "text";
      const Response response = runtime.Fetch(request);
      CHECK(response.status == 403);
      CHECK(response.status_text == "No");
      CHECK(response.Header("x-from") == "stub");
      CHECK(response.body == "stubbed");
      CHECK(seen.method == "POST");
      CHECK(seen.url == "http://shop.example/path?q");
      CHECK(seen.body == "text");
      std::string value;
      CHECK(FindHeader(seen.headers, "X-A", &value));
      CHECK(value == "1");
    }
    SUBCASE("by name alone means every binding of that name") {
      int calls = 0;
      REQUIRE(runtime.get()
                  .Stub("AUTH",
                        [&](const Request&) {
                          calls++;
                          return Response{};
                        })
                  .ok());
      runtime.Get();
      CHECK(calls == 1);
    }
    SUBCASE("may be replaced") {
      (void)runtime.get().Stub("gateway.AUTH", [](const Request&) {
        return Response{201, {}, {}, {}};
      });
      CHECK(runtime.Get().status == 201);
      (void)runtime.get().Stub("gateway.AUTH", [](const Request&) {
        return Response{202, {}, {}, {}};
      });
      CHECK(runtime.Get().status == 202);
    }
    SUBCASE("of a binding that does not exist names those that do") {
      const Status stubbed = runtime.get().Stub("OUT", [](const Request&) { return Response{}; });
      REQUIRE_FALSE(stubbed.ok());
      CHECK(stubbed.error().message ==
            "no service binding is called OUT (known: gateway.AUTH, auth.AUTH)");
    }
    SUBCASE("gets the whole of a body that is a stream") {
      TestRuntime other({TestWorker::Handler("a", R"js(
                           const body = new ReadableStream({
                             async start(controller) {
                               for (const word of ['one ', 'two ', 'three']) {
                                 await new Promise((resolve) => setTimeout(resolve, 1));
                                 controller.enqueue(new TextEncoder().encode(word));
                               }
                               controller.close();
                             },
                           });
                           return env.B.fetch('http://b/', { method: 'POST', body });
                         )js")
                             .Service("B", "b"),
                         TestWorker::Handler("b", "")});
      (void)other.get().Stub("B", [](const Request& request) {
        return Response{200, {}, {}, "[" + request.body + "]"};
      });
      CHECK(other.Text() == "[one two three]");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
