#include "bindings/rate_limit/rate_limit_binding.h"

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

std::string ErrorOf(const std::string& call) {
  TestRuntime runtime({TestWorker::Handler("w", "try { return Response.json(await env.RL." + call +
                                                    "); } catch (e) { return new "
                                                    "Response(String(e)); }")
                           .Binding({"RL", RateLimitBinding{"1", 2, 60}, {}})});
  return runtime.Text();
}

TEST_SUITE("bindings/rate_limit") {
  TEST_CASE("limit()") {
    SUBCASE("says whether a key may go on") {
      const auto answers = [] {
        TestRuntime runtime(
            {TestWorker::Handler(
                 "w",
                 "const out = []; for (let i = 0; i < 5; i++)\n"
                 "out.push((await env.RL.limit({ key: 'a', limit: 3, delta: 1 })).success);\n"
                 "return Response.json(out)")
                 .Binding({"RL", RateLimitBinding{"1", 2, 60}, {}})});
        return runtime.Text();
      };
      const std::string three = "[true,true,true,false,false]";
      std::string got = answers();
      // The window of a minute may have ended in between, but does not so twice.
      if (got != three) got = answers();
      CHECK(got == three);
    }
    SUBCASE("refuses what it does not know, in wrangler's words") {
      CHECK(ErrorOf("limit()") == "Error: invalid rate limit options");
      CHECK(ErrorOf("limit({ key: 'a', x: 1, y: 2 })") == "Error: bad rate limit options: [x,y]");
      CHECK(ErrorOf("limit({ key: 1 })") == "Error: invalid key: 1");
      CHECK(ErrorOf("limit({ limit: '1' })") == "Error: limit must be a number: 1");
      CHECK(ErrorOf("limit({ period: '1' })") == "Error: period must be a number: 1");
      CHECK(ErrorOf("limit({ period: 30 })") == "Error: unsupported period: 30");
      CHECK(ErrorOf("limit({ delta: 0.5 })") == "RangeError: delta must be non-zero");
      CHECK(ErrorOf("limit({ delta: -1 })").starts_with("TypeError: "));
      CHECK(ErrorOf("limit({ delta: 'x' })").starts_with("TypeError: "));
      CHECK(ErrorOf("limit({ delta: 2 ** 32 })").starts_with("TypeError: "));
    }
    SUBCASE("takes no key as an empty one") { CHECK(ErrorOf("limit({})") == "{\"success\":true}"); }
  }

  TEST_CASE("bindings of one namespace count together") {
    TestRuntime runtime(
        {TestWorker::Handler("a",
                             "return Response.json([(await env.RL.limit({ key: 'k', limit: 9, "
                             "delta: 9 })).success, await (await env.B.fetch(request)).json()])")
             .Binding({"RL", RateLimitBinding{"n", 1, 60}, {}})
             .Service("B", "b"),
         TestWorker::Handler("b",
                             "return Response.json((await env.LIMIT.limit({ key: 'k' })).success)")
             .Binding({"LIMIT", RateLimitBinding{"n", 1, 60}, {}})});
    std::string got = runtime.Text();
    // The window of a minute may have ended in between, but does not so twice.
    if (got != "[true,false]") got = runtime.Text();
    CHECK(got == "[true,false]");
  }
}

}  // namespace
}  // namespace isolane::bindings
