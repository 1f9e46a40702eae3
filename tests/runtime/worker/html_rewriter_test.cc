// Runs tests/js/worker/html_rewriter.test.js in a Worker, and what only its host can see.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

std::string ReadSource(const std::string& path) {
  std::ifstream file(std::string(ISOLANE_SOURCE_DIR) + "/" + path);
  REQUIRE(file.is_open());
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_SUITE("runtime/worker/html_rewriter") {
  TEST_CASE("tests/js/worker/html_rewriter.test.js") {
    const std::string source =
        "const internals = { require: () => ({ inspect: JSON.stringify }), setCurrent() {} };\n" +
        ReadSource("tests/js/harness.js") + ReadSource("tests/js/worker/html_rewriter.test.js") +
        "export default {\n  async fetch() {\n    await runTests();\n"
        "    const results = JSON.parse(testResult);\n"
        "    const failed = results.filter(([, failure]) => failure !== null);\n"
        "    return new Response(failed.length > 0 ? JSON.stringify(failed, null, 1)\n"
        "      : results.length > 10 ? 'passed' : 'too few tests');\n  },\n};\n";
    CHECK(TestRuntime({TestWorker("w", source).Date("2026-11-01")}).Text() == "passed");
  }

  TEST_CASE("a handler that is stopped leaves HTMLRewriter to the next request") {
    TestRuntime runtime(
        {TestWorker::Handler("w",
                             "return new HTMLRewriter().on('b', { async element(b) {\n"
                             "  if (request.url.endsWith('/wait')) await 0;\n"
                             "  if (!request.url.endsWith('/')) for (;;);\n"
                             "  b.append('!');\n"
                             "} }).transform(new Response('<b></b>'));")
             .CpuMs(100)});
    CHECK(runtime.Text() == "<b>!</b>");
    for (const char* path : {"/spin", "/wait"}) {
      CAPTURE(path);
      const auto stopped = runtime.Start(path);
      while (!stopped->done()) runtime.Poll();
      CHECK_FALSE(stopped->answer->ok());
      CHECK(runtime.Text() == "<b>!</b>");
    }
  }

  TEST_CASE("pages that are changed leave nothing behind") {
    TestRuntime runtime({TestWorker::Handler(
        "w",
        "return new HTMLRewriter().on('b', { element(b) { b.append('!'); } })\n"
        "  .transform(new Response('<b>1</b>'));")});
    const auto change = [&](int times) {
      for (int i = 0; i < times; i++) REQUIRE(runtime.Text() == "<b>1!</b>");
      return runtime.HeapOf(0);
    };
    const size_t before = change(1000);
    // The streams of one page are more than that.
    CHECK(change(1000) < before + 300 * 1000);
  }

  TEST_CASE("pages that nobody reads leave nothing behind") {
    TestRuntime runtime({TestWorker::Handler(
        "w",
        "const large = new Array(2000).fill(1);\n"
        "new HTMLRewriter().on('b', { element(b) { b.append(String(large)); } })\n"
        "  .transform(new Response('<b>1</b>'));\n"
        "return new Response('ok');")});
    const auto change = [&](int times) {
      for (int i = 0; i < times; i++) REQUIRE(runtime.Text() == "ok");
      return runtime.HeapOf(0);
    };
    const size_t before = change(300);
    // What one handler holds is 16 KB.
    CHECK(change(300) < before + 300 * 6000);
  }

  TEST_CASE("a handler that never ends, ends when nobody wants the page") {
    TestRuntime runtime({TestWorker::Handler(
        "w",
        "const page = (element) => new HTMLRewriter().on('b', { element })\n"
        "  .transform(new Response('<b>1</b>'));\n"
        "const reader = page(() => new Promise(() => {})).body.getReader();\n"
        "const first = reader.read().catch((error) => error);\n"
        "await scheduler.wait(1);\n"
        "await reader.cancel(new Error('enough'));\n"
        "const { done } = await first;\n"
        "return new Response(done + ' ' + await page((b) => { b.append('!'); }).text());")});
    CHECK(runtime.Text() == "true <b>1!</b>");
  }
}

}  // namespace
}  // namespace isolane::worker
