#include "bindings/service/service_binding.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

std::string Look(const std::string& expression, const std::string& date = "2024-09-23") {
  TestRuntime runtime({TestWorker::Handler("a", "return new Response(String(await (async () => " +
                                                    expression + ")()));")
                           .Service("B", "b")
                           .Service("OTHER", "b")
                           .Date(date),
                       TestWorker::Handler("b", "return new Response('from b');")});
  return runtime.Text();
}

TEST_SUITE("bindings/service") {
  TEST_CASE("the object") {
    CHECK(Look("typeof env.B") == "object");
    CHECK(Look("env.B.constructor.name") == "Fetcher");
    CHECK(Look("Reflect.ownKeys(env.B).length") == "0");
    CHECK(Look("env.B === env.B") == "true");
    CHECK(Look("env.B === env.OTHER") == "false");
    CHECK(Look("Object.keys(env).join()") == "B,OTHER");
  }

  TEST_CASE("it is not thenable, so it may be awaited") {
    CHECK(Look("(await env.B) === env.B") == "true");
    CHECK(Look("env.B.then") == "undefined");
  }

  TEST_CASE("fetch") {
    CHECK(Look("(await env.B.fetch('http://b/')).text()") == "from b");
    CHECK(Look("(await env.B.fetch(new URL('http://b/'))).text()") == "from b");
    CHECK(Look("(await env.B.fetch(new Request('http://b/'))).text()") == "from b");
    CHECK(Look("env.B.fetch('http://b/') instanceof Promise") == "true");
    CHECK(Look("(await env.B.fetch('http://b/')) instanceof Response") == "true");
  }

  TEST_CASE("what a name that does not exist is follows the date") {
    CHECK(Look("typeof env.B.anything", "2024-04-02") == "undefined");
    CHECK(Look("typeof env.B.anything", "2024-04-03") == "function");
    CHECK(Look("typeof env.B.get", "2024-03-25") == "function");
    CHECK(Look("(await env.B.get('http://b/'))", "2024-03-25") == "from b");
    CHECK(Look("typeof env.B.toString") == "function");
  }

  TEST_CASE("it may be kept and used in another request") {
    TestRuntime runtime({TestWorker("a", R"js(
                           let kept;
                           export default { fetch(request, env) {
                             kept ??= env.B;
                             return kept.fetch(request);
                           } };
                         )js")
                             .Service("B", "b"),
                         TestWorker::Handler("b", "return new Response('from b');")});
    CHECK(runtime.Text() == "from b");
    CHECK(runtime.Text() == "from b");
  }

  TEST_CASE("a named entrypoint is refused with a way out") {
    WorkerSpec spec = TestWorker::Handler("a", "").Spec();
    spec.bindings.push_back({"SELF", ServiceBinding{"a", "Admin", {}}, "a/wrangler.toml:9"});
    std::vector<WorkerSpec> specs;
    specs.push_back(spec);
    testing::RecordingObserver observer;
    auto loaded = Runtime::LoadSpecs(std::move(specs), {UnknownService::kRefuse, &observer});
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().message.find("entrypoint \"Admin\"") != std::string::npos);
    CHECK(loaded.error().where == "a/wrangler.toml:9");
    CHECK_FALSE(loaded.error().hint.empty());
  }
}

}  // namespace
}  // namespace isolane::bindings
