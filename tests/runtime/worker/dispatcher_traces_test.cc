// What observers are told of a request when its response begins, and of its calls.
#include <doctest/doctest.h>

#include <string>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// "GET http://test/ 200 OK AUTH.verify()<gateway": the calls with their callers.
class Responses final : public Observer {
 public:
  explicit Responses(bool traces) : traces_(traces) {}
  bool wants_trace() const override { return traces_; }
  bool wants_responses() const override { return true; }
  void OnResponse(const ResponseSummary& summary) override {
    text += std::string(summary.method) + " " + std::string(summary.url) + " " +
            std::to_string(summary.status) + " " + std::string(summary.status_text);
    if (summary.trace != nullptr) text += CallsOf(*summary.trace, 0);
    text += "\n";
  }
  void OnRequest(const RequestSummary& summary) override {
    text += "over " + std::to_string(summary.traced_before);
    if (summary.trace != nullptr) text += CallsOf(*summary.trace, summary.traced_before);
    text += "\n";
  }

  std::string text;

 private:
  static std::string CallsOf(const std::vector<TraceNode>& trace, size_t from) {
    std::string calls;
    for (size_t i = std::max<size_t>(1, from); i < trace.size(); i++) {
      calls += " " + trace[i].name + "<" + trace[static_cast<size_t>(trace[i].parent)].name + " " +
               (trace[i].duration_ms < 0 ? "..." : std::to_string(trace[i].status));
    }
    return calls;
  }

  const bool traces_;
};

// What is told of GET http://test/, whose public Worker is `gateway`.
std::string Told(const std::string& gateway, bool traces = true) {
  Responses observer(traces);
  RuntimeOptions options;
  options.observer = &observer;
  options.unknown_services = UnknownService::kFailOnUse;
  auto runtime = Runtime::LoadSpecs({TestWorker::Handler("gateway", gateway)
                                         .Service("AUTH", "auth")
                                         .Service("NOBODY", "x")
                                         .Spec(),
                                     TestWorker("auth", R"js(
         import { RpcTarget, WorkerEntrypoint } from 'cloudflare:workers';
         class Session extends RpcTarget { get user() { return 'ada'; } leave() {} }
         export default class extends WorkerEntrypoint {
           fetch() { return new Response(null, { status: 403 }); }
           verify() { return true; }
           open() { return new Session(); }
           fail() { throw new Error('no'); }
         }
       )js")
                                         .Service("KEYS", "auth")
                                         .Spec()},
                                    options);
  REQUIRE(runtime.ok());
  auto response = (*runtime)->Fetch({.url = "http://test/"});
  REQUIRE(response.ok());
  while (observer.text.find("over") == std::string::npos) (*runtime)->Poll();
  return observer.text;
}

TEST_SUITE("runtime/worker/dispatcher_traces") {
  TEST_CASE("the response is told before the request is over") {
    SUBCASE("with its own status text or the registered one") {
      CHECK(Told("return new Response('x', { status: 299, statusText: 'Very Own' })") ==
            "GET http://test/ 299 Very Own\nover 1\n");
      CHECK(Told("return new Response('x')") == "GET http://test/ 200 OK\nover 1\n");
    }
    SUBCASE("also when it is an error") {
      CHECK(Told("throw new Error('x')") == "GET http://test/ 500 Internal Server Error\nover 1\n");
    }
  }

  TEST_CASE("calls") {
    SUBCASE("have names of bindings and methods, and callers") {
      CHECK(Told("await env.AUTH.fetch('http://x/'); await env.AUTH.verify();"
                 "return new Response('x')") ==
            "GET http://test/ 200 OK AUTH<gateway 403 AUTH.verify()<gateway 200\nover 3\n");
    }
    SUBCASE("of stubs, of properties and of what is not there are calls, too") {
      CHECK(Told("using s = await env.AUTH.open(); await s.user; await s.leave();"
                 "await env.NOBODY.fetch('http://x/');"
                 "try { await env.AUTH.fail(); } catch {} return new Response('x')")
                .starts_with("GET http://test/ 200 OK AUTH.open()<gateway 200 "
                             "stub.user<gateway 200 stub.leave()<gateway 200 NOBODY<gateway 503 "
                             "AUTH.fail()<gateway 0\nover 6\n"));
    }
    SUBCASE("that nobody has answered yet are known as such") {
      CHECK(Told("ctx.waitUntil(env.AUTH.verify()); return new Response('x')") ==
            "GET http://test/ 200 OK AUTH.verify()<gateway ...\nover 2\n");
    }
    SUBCASE("after the response are told at the end") {
      CHECK(Told("ctx.waitUntil(scheduler.wait(1).then(() => env.AUTH.verify()));"
                 "return new Response('x')") ==
            "GET http://test/ 200 OK\nover 1 AUTH.verify()<gateway 200\n");
    }
    SUBCASE("are not followed for those who do not want them") {
      CHECK(Told("await env.AUTH.verify(); return new Response('x')", false) ==
            "GET http://test/ 200 OK\nover 1\n");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
