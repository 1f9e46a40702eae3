// What console.log() prints of a request under way: builtins/web/request.js, response.js,
// web_socket.js.
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string& Printed(TestRuntime& runtime, const std::string& start) {
  const auto* line = runtime.observer().Find(start);
  REQUIRE_MESSAGE(line != nullptr, runtime.observer().Text());
  return line->text;
}

TEST_SUITE("runtime/worker/console") {
  TEST_CASE("a request that arrived is printed whole") {
    TestRuntime runtime(
        {TestWorker::Handler("a", "console.log(request); return new Response('x');")});
    runtime.Post("/p?q", "hello");
    const std::string& text = Printed(runtime, "Request {");
    CAPTURE(text);
    CHECK(text.starts_with("Request {\n  method: 'POST',\n  url: 'http://test/p?q',\n"));
    CHECK(Has(text, "'content-length' => '5'"));
    CHECK(Has(text, "[immutable]: true"));
    CHECK(Has(text, "  redirect: 'manual',\n"));
    CHECK(
        Has(text, "  signal: AbortSignal { aborted: false, reason: undefined, onabort: null },\n"));
    CHECK(Has(text,
              "  body: ReadableStream {\n    locked: false,\n    [state]: 'readable',\n"
              "    [supportsBYOB]: true,\n    [length]: 5n\n  },\n  bodyUsed: false\n}"));
  }

  TEST_CASE("printing takes nothing from what is printed") {
    TestRuntime runtime(
        {TestWorker::Handler("a", R"js(
           console.log(request);
           const response = await env.B.fetch(request);
           console.log(response);
           console.log(request.bodyUsed);
           return response;
         )js")
             .Service("B", "b"),
         TestWorker::Handler("b", "return new Response('got ' + await request.text());")});
    CHECK(runtime.Post("/", "hello").body == "got hello");
    CHECK(Has(Printed(runtime, "Response {"), "[length]: 9n"));
    CHECK(runtime.observer().Find("true") != nullptr);
  }

  TEST_CASE("a WebSocket is printed with its state") {
    TestRuntime runtime({TestWorker::Handler(
        "a", "console.log(new WebSocketPair()[0]); return new Response('x');")});
    runtime.Get();
    CHECK(Printed(runtime, "WebSocket {") ==
          "WebSocket {\n  readyState: 1,\n  bufferedAmount: 0,\n  url: null,\n  protocol: '',\n"
          "  extensions: '',\n  binaryType: 'arraybuffer'\n}");
  }
}

}  // namespace
}  // namespace isolane::worker
