#include "bindings/vars/vars.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

using testing::LoadError;
using testing::TestRuntime;
using testing::TestWorker;

TEST_SUITE("bindings/vars") {
  TEST_CASE("a var keeps its JSON type") {
    TestRuntime runtime({TestWorker::Handler("a", "return Response.json(env);")
                             .Var("TEXT", "\"caf\\u00e9\"")
                             .Var("NUMBER", "-1.5")
                             .Var("FLAG", "true")
                             .Var("NOTHING", "null")
                             .Var("LIST", "[1, [2]]")
                             .Var("OBJECT", "{\"deep\": {\"n\": 1}}")});
    CHECK(runtime.Text() ==
          "{\"TEXT\":\"caf\xc3\xa9\",\"NUMBER\":-1.5,\"FLAG\":true,\"NOTHING\":null,"
          "\"LIST\":[1,[2]],\"OBJECT\":{\"deep\":{\"n\":1}}}");
  }

  TEST_CASE("a Worker has its own only") {
    TestRuntime runtime({TestWorker::Handler("a", "return env.B.fetch(request);")
                             .Var("MINE", "1")
                             .Service("B", "b"),
                         TestWorker::Handler("b", "return Response.json(env);").Var("OTHER", "2")});
    CHECK(runtime.Text() == R"({"OTHER":2})");
  }

  TEST_CASE("env is the same object in every request") {
    TestRuntime runtime({TestWorker("a", R"js(
      let first;
      export default { fetch(request, env) {
        first ??= env;
        return new Response(String(first === env));
      } };
    )js")});
    runtime.Get();
    CHECK(runtime.Text() == "true");
  }

  TEST_CASE("text that is no JSON is refused with the place of its declaration") {
    WorkerSpec spec = TestWorker::Handler("a", "").Spec();
    spec.bindings.push_back({"BAD", VarBinding{"{"}, "a/wrangler.toml:7"});
    std::vector<WorkerSpec> specs;
    specs.push_back(spec);
    testing::RecordingObserver observer;
    auto loaded = Runtime::LoadSpecs(std::move(specs), {UnknownService::kRefuse, &observer});
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().message == "the value of the variable BAD is not JSON: {");
    CHECK(loaded.error().where == "a/wrangler.toml:7");
  }
}

}  // namespace
}  // namespace isolane::bindings
