// caches, which keep nothing (runtime/builtins/web/cache.js).
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// What `expression`, which may await, gives in a handler; of what it throws, the message.
std::string Value(const std::string& expression) {
  TestRuntime runtime({TestWorker::Handler("a",
                                           "const cache = caches.default; try { return new "
                                           "Response(String(" +
                                               expression +
                                               ")); } catch (error) { return new "
                                               "Response(`${error}`); }")
                           .Date("2026-11-01")});
  return runtime.Text();
}

constexpr char kWarning[] = "caches: isolane has no cache yet.";

TEST_SUITE("runtime/worker/caches") {
  TEST_CASE("caches are objects as elsewhere") {
    CHECK(Value("[caches, caches instanceof CacheStorage, cache, cache instanceof Cache, "
                "cache === caches.default]") ==
          "[object CacheStorage],true,[object Cache],true,true");
    CHECK(Value("await caches.open('x')") == "[object Cache]");
    CHECK(Value("new Cache()") == "TypeError: Illegal constructor");
    CHECK(Value("new CacheStorage()") == "TypeError: Illegal constructor");
    CHECK(Value("await caches.open()") ==
          "TypeError: Failed to execute 'open' on 'CacheStorage': parameter 1 is not of type "
          "'string'.");
    CHECK(Value("await caches.open('x'.repeat(1024))") == "TypeError: Cache name is too long.");
    CHECK(Value("Cache.prototype.match.call({}, 'http://a')")
              .starts_with("TypeError: Illegal invocation"));
  }

  TEST_CASE("nothing is found in them") {
    CHECK(Value("await cache.match('http://a/')") == "undefined");
    CHECK(Value("await cache.match(new Request('http://a/', { method: 'POST' }), "
                "{ ignoreMethod: true })") == "undefined");
    CHECK(Value("await cache.delete('http://a/')") == "false");
    CHECK(Value("[await cache.put('http://a/', new Response('a')), "
                "await cache.match('http://a/')]") == ",");
    CHECK(Value("await (await caches.open('x')).match('http://a/')") == "undefined");
  }

  TEST_CASE("a question that makes no sense is refused") {
    CHECK(Value("await cache.match()") ==
          "TypeError: Failed to execute 'match' on 'Cache': parameter 1 is not of type 'Request "
          "or string'.");
    CHECK(Value("await cache.match('no url')") == "TypeError: Invalid URL: no url");
    CHECK(Value("await cache.delete('http://a/', 's')") ==
          "TypeError: Failed to execute 'delete' on 'Cache': parameter 2 is not of type "
          "'CacheQueryOptions'.");
    CHECK(Value("await cache.match('ftp://a/')") == "TypeError: Fetch API cannot load: ftp://a/");
    CHECK(Value("await cache.keys()") ==
          "Error: Failed to execute 'keys' on 'Cache': the method is not implemented.");
  }

  TEST_CASE("what may not be cached is refused") {
    CHECK(
        Value("await cache.put(new Request('http://a/', { method: 'POST' }), new Response('a'))") ==
        "TypeError: Cannot cache response to non-GET request.");
    CHECK(Value("await cache.put('http://a/', new Response('a', { status: 206 }))") ==
          "TypeError: Cannot cache response to a range request (206 Partial Content).");
    CHECK(Value("await cache.put('http://a/', new Response('a', { headers: { vary: 'a, *' } }))") ==
          "TypeError: Cannot cache response with 'Vary: *' header.");
    CHECK(Value("await cache.put('http://a/', {})") ==
          "TypeError: Failed to execute 'put' on 'Cache': parameter 2 is not of type 'Response'.");
    CHECK(Value("await cache.put('http://a/')") ==
          "TypeError: Failed to execute 'put' on 'Cache': parameter 2 is not of type 'Response'.");
  }

  TEST_CASE("put() reads the body") {
    SUBCASE("which is used then") {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
        const response = new Response('abc');
        const putting = caches.default.put(request, response);
        const early = response.bodyUsed;
        await putting;
        return new Response([early, await caches.default.put(request, response).catch(String)]);
      )js")});
      CHECK(runtime.Text() ==
            "true,TypeError: Body has already been used. It can only be used once. Use tee() first "
            "if you need to read it twice.");
    }
    SUBCASE("to its end, and fails with it") {
      CHECK(Value("await cache.put('http://a/', new Response(new ReadableStream({ pull(c) { "
                  "c.error(new Error('broken')); } })))") == "Error: broken");
    }
  }

  TEST_CASE("one line says that nothing is cached") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      await caches.open('x');
      await caches.default.match(request);
      await caches.default.put(request, new Response('a'));
      return new Response(`${await caches.default.delete(request)}`);
    )js")});
    CHECK(runtime.Text() == "false");
    CHECK(runtime.Text() == "false");
    CHECK(runtime.observer().Count(kWarning) == 1);
  }

  TEST_CASE("outside of a request there is no cache to ask") {
    TestRuntime runtime({TestWorker("a", R"js(
      const early = await caches.default.match('http://a/').catch(String);
      export default { fetch: () => new Response(early) };
    )js")});
    CHECK(runtime.Text().starts_with("Error: Disallowed operation called within global scope."));
  }
}

}  // namespace
}  // namespace isolane::worker
