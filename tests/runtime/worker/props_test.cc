// `props` of a service binding: runtime/worker/dispatcher_calls.cc, Start.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::RecordingObserver;
using testing::TestWorker;

// Answers with its props, and spoils the object it got.
TestWorker Target() {
  return TestWorker::Handler("target", R"js(
    const text = JSON.stringify(ctx.props) + (ctx.props === ctx.props ? '' : ' differs');
    ctx.props.spoilt = true;
    return new Response(text + JSON.stringify(ctx.props.spoilt));
  )js");
}

// A runtime whose first Worker has a binding for each of `props`, named P0, P1, ...
class PropsRuntime {
 public:
  PropsRuntime(const std::string& body, const std::vector<std::string>& props) {
    TestWorker front = TestWorker::Handler("front", body);
    for (size_t i = 0; i < props.size(); i++) front.Service("P" + std::to_string(i), "target");
    WorkerSpec spec = front.Spec();
    for (size_t i = 0; i < props.size(); i++) {
      std::get<ServiceBinding>(spec.bindings[i].value).props_json = props[i];
    }
    std::vector<WorkerSpec> specs;
    specs.push_back(std::move(spec));
    specs.push_back(Target().Spec());
    auto loaded = Runtime::LoadSpecs(std::move(specs), {UnknownService::kRefuse, &observer_});
    if (!loaded.ok()) FAIL(loaded.error().ToString());
    runtime_ = std::move(*loaded);
  }
  std::string Text() {
    auto answer = runtime_->Fetch({});
    if (!answer.ok()) FAIL(answer.error().ToString());
    return answer->body;
  }

 private:
  RecordingObserver observer_;
  std::unique_ptr<Runtime> runtime_;
};

TEST_SUITE("runtime/worker/props") {
  TEST_CASE("props") {
    const std::string forward = "return env.P0.fetch('http://t/');";
    SUBCASE("arrive as ctx.props, one object as long as the invocation") {
      PropsRuntime runtime(forward, {R"({"plan":"pro","seats":[1,{"two":2}]})"});
      CHECK(runtime.Text() == R"({"plan":"pro","seats":[1,{"two":2}]}true)");
    }
    SUBCASE("are fresh for every invocation") {
      PropsRuntime runtime(forward, {R"({"n":1})"});
      CHECK(runtime.Text() == R"({"n":1}true)");
      CHECK(runtime.Text() == R"({"n":1}true)");
    }
    SUBCASE("are fresh for two invocations of one request") {
      PropsRuntime runtime(R"js(
        const answers = await Promise.all([env.P0.fetch('http://t/'), env.P0.fetch('http://t/')]);
        return new Response(await answers[0].text() + await answers[1].text());
      )js",
                           {R"({"n":1})"});
      CHECK(runtime.Text() == R"({"n":1}true{"n":1}true)");
    }
    SUBCASE("belong to the binding, not to the Worker it leads to") {
      PropsRuntime runtime(R"js(
        let text = '';
        for (const binding of [env.P0, env.P1, env.P2]) {
          text += await (await binding.fetch('http://t/')).text();
        }
        return new Response(text);
      )js",
                           {R"({"n":1})", "", R"({"n":3})"});
      CHECK(runtime.Text() == R"({"n":1}true{}true{"n":3}true)");
    }
    SUBCASE("keep text beyond ASCII") {
      PropsRuntime runtime(forward, {"{\"name\":\"caf\xc3\xa9 \xf0\x9f\x9a\x80\"}"});
      CHECK(runtime.Text() == "{\"name\":\"caf\xc3\xa9 \xf0\x9f\x9a\x80\"}true");
    }
    SUBCASE("named __proto__ are only a property") {
      PropsRuntime runtime(forward, {R"({"__proto__":{"spoilt":1}})"});
      CHECK(runtime.Text() == R"({"__proto__":{"spoilt":1}}true)");
    }
    SUBCASE("are {} without any") {
      PropsRuntime runtime(forward, {""});
      CHECK(runtime.Text() == "{}true");
      CHECK(runtime.Text() == "{}true");
    }
    SUBCASE("of the public Worker are {}") {
      PropsRuntime runtime("return Response.json(ctx.props);", {R"({"n":1})"});
      CHECK(runtime.Text() == "{}");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
