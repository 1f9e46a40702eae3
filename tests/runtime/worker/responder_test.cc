// Workers with a responder before their code: runtime/worker/dispatcher_responder.cc and
// responder_host.cc.
#include <functional>

#include <doctest/doctest.h>

#include "runtime/base/packed_head.h"
#include "runtime/base/responder.h"
#include "runtime/worker/graph.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using base::PlainResponse;
using base::ResponderUse;
using testing::TestRuntime;
using testing::TestWorker;

// Answers what is below /static/: "METHOD PATH", streamed for /static/slow; leaves the rest to the
// code, and answers 404 where there is none to be asked.
class FakeResponder final : public base::Responder {
 public:
  void Start(base::ResponderHost& host) override { host_ = &host; }

  std::optional<PlainResponse> Answer(std::string_view head, ResponderUse use) override {
    const std::string url(base::PackedUrl(head));
    const std::string path = url.substr(url.find('/', 8));
    PlainResponse response;
    base::AppendPackedHeader(response.head, "x-from", "responder");
    if (!path.starts_with("/static/")) {
      if (use == ResponderUse::kFirst) return std::nullopt;
      response.status = 404;
      return response;
    }
    const std::string text = std::string(base::PackedMethod(head)) + " " + path;
    if (path != "/static/slow") {
      response.body = base::Body::Bytes(base::Chunk::Copy(text));
      return response;
    }
    auto pipe = std::make_shared<base::Pipe>();
    pipe->outside = true;
    response.body = base::Body::Stream(pipe);
    // The work may begin when this object is gone.
    host_->RunBlocking([] {},
                       [pipe] {
                         pipe->Write(base::Chunk::Copy("slow"));
                         pipe->Close();
                       });
    return response;
  }

 private:
  base::ResponderHost* host_ = nullptr;
};

TestWorker WithResponder(TestWorker worker) {
  return std::move(worker.Responder(std::make_shared<FakeResponder>()));
}

TestWorker Site() {
  return WithResponder(
      TestWorker(
          "site",
          "import { WorkerEntrypoint } from 'cloudflare:workers';\n"
          "export default { fetch: (r, env, ctx) => {\n"
          "  const { pathname } = new URL(r.url);\n"
          "  if (pathname === '/assets') return env.ASSETS.fetch('http://any/static/a');\n"
          "  if (pathname === '/miss') return env.ASSETS.fetch('http://any/x');\n"
          "  if (pathname === '/slow') return env.ASSETS.fetch('http://any/static/slow');\n"
          "  if (pathname === '/rpc') return env.ASSETS.nope().catch((e) => new "
          "Response(String(e)));\n"
          "  if (pathname === '/self') return ctx.exports.default.fetch('http://h/static/a');\n"
          "  return new Response('code ' + pathname); } };\n"
          "export class Named extends WorkerEntrypoint {\n"
          "  fetch() { return new Response('named'); }\n"
          "  add(a, b) { return a + b; } }\n")
          .Binding({"ASSETS", AssetsBinding{}, {}}));
}

TEST_SUITE("runtime/worker/responder") {
  TEST_CASE("requests from outside") {
    TestRuntime runtime({Site()});
    SUBCASE("are answered without the code") {
      const Response response = runtime.Get("/static/a");
      CHECK(response.status == 200);
      CHECK(response.body == "GET /static/a");
      CHECK(response.Header("x-from") == "responder");
      CHECK(runtime.Text("/static/slow") == "slow");
    }
    SUBCASE("go to the code when the responder leaves them") {
      CHECK(runtime.Text("/other") == "code /other");
    }
    SUBCASE("lose their body on the way") {
      CHECK(runtime.Post("/static/a", "text").body == "POST /static/a");
    }
    SUBCASE("are told to the observer like any other") {
      runtime.Get("/static/a");
      REQUIRE(runtime.observer().requests.size() == 1);
      CHECK(runtime.observer().requests[0].status == 200);
    }
  }

  TEST_CASE("the binding to it") {
    TestRuntime runtime({Site()});
    SUBCASE("asks nobody else") {
      CHECK(runtime.Text("/assets") == "GET /static/a");
      CHECK(runtime.Get("/miss").status == 404);
      CHECK(runtime.Text("/slow") == "slow");
    }
    SUBCASE("has no methods") {
      CHECK(runtime.Text("/rpc") ==
            "TypeError: The RPC receiver does not implement the method \"nope\".");
    }
    SUBCASE("may be given to another Worker") {
      TestRuntime two(
          {TestWorker::Handler("a", "return new Response(await env.B.use(env.ASSETS))")
               .Service("B", "b")
               .Binding({"ASSETS", AssetsBinding{}, {}})
               .Responder(std::make_shared<FakeResponder>()),
           TestWorker("b",
                      "import { WorkerEntrypoint } from 'cloudflare:workers';\n"
                      "export default class extends WorkerEntrypoint {\n"
                      "  async use(f) { return (await f.fetch('http://h/static/z')).text(); } }")});
      CHECK(two.Text("/") == "GET /static/z");
    }
    SUBCASE("needs one") {
      CHECK(
          testing::LoadError({TestWorker::Handler("w", "").Binding({"A", AssetsBinding{}, "t:1"})})
              .message.find("the assets of the Worker, but it has none") != std::string::npos);
    }
  }

  TEST_CASE("calls over service bindings") {
    const std::string body =
        "const { pathname } = new URL(request.url);\n"
        "if (pathname === '/named') return env.NAMED.fetch(request);\n"
        "if (pathname === '/add') return new Response(await env.NAMED.add(1, 2));\n"
        "return env.SITE.fetch(request);";
    TestRuntime runtime({TestWorker::Handler("gateway", body)
                             .Service("SITE", "site")
                             .Service("NAMED", "site", "Named"),
                         Site()});
    SUBCASE("to the default export come by the responder") {
      CHECK(runtime.Text("/static/a") == "GET /static/a");
      CHECK(runtime.Text("/static/slow") == "slow");
      CHECK(runtime.Text("/other") == "code /other");
    }
    SUBCASE("to a named one do not") {
      CHECK(runtime.Text("/named") == "named");
      CHECK(runtime.Text("/add") == "3");
    }
    SUBCASE("stand in the trace") {
      runtime.Get("/static/a");
      const auto& trace = runtime.observer().requests[0].trace;
      REQUIRE(trace.size() == 2);
      CHECK(trace[1].worker == "site");
      CHECK(trace[1].status == 200);
    }
  }

  TEST_CASE("ctx.exports leads past it") {
    TestRuntime runtime({Site().Flag("enable_ctx_exports")});
    CHECK(runtime.Text("/self") == "code /static/a");
  }

  TEST_CASE("the runtime ends while a response is under way") {
    TestRuntime runtime({Site()});
    auto pending = runtime.Start("/static/slow");
    runtime.graph().dispatcher().Turn();
    CHECK_FALSE(pending->done());
    runtime.Abandon();
  }
}

}  // namespace
}  // namespace isolane::worker
