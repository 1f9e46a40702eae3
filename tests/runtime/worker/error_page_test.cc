#include "runtime/worker/error_page.h"

#include <doctest/doctest.h>

#include <isolane/runtime.h>

#include "runtime/base/packed_head.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

ErrorPage For(const std::string& accept, const std::string& agent) {
  std::string head = std::string("GET") + base::kValueMark + "http://x/<y>";
  if (!accept.empty()) base::AppendPackedHeader(head, "accept", accept);
  if (!agent.empty()) base::AppendPackedHeader(head, "user-agent", agent);
  return MakeErrorPage(head, "Uncaught TypeError: <it> & broke\n    at f (a.js:1:2)");
}

TEST_SUITE("runtime/worker/error_page") {
  TEST_CASE("browsers get a page, with everything escaped") {
    for (const char* accept : {"text/html,*/*;q=0.8", "*/*", "text/*"}) {
      const ErrorPage page = For(accept, "Mozilla/5.0");
      CHECK(page.content_type == "text/html;charset=UTF-8");
      CHECK(page.body.find("<h1>TypeError: &lt;it&gt; &amp; broke</h1>") != std::string::npos);
      CHECK(page.body.find("    at f (a.js:1:2)") != std::string::npos);
      CHECK(page.body.find("http://x/&lt;y&gt;") != std::string::npos);
      CHECK(page.body.find("<it>") == std::string::npos);
    }
  }

  TEST_CASE("what caused the error stands below it, not in the title") {
    std::string head = std::string("GET") + base::kValueMark + "http://x/";
    base::AppendPackedHeader(head, "accept", "text/html");
    const ErrorPage page = MakeErrorPage(head, "Uncaught Error: outer\nCaused by: Error: inner");
    CHECK(page.body.find("<h1>Error: outer</h1>") != std::string::npos);
    CHECK(page.body.find("<pre>Caused by: Error: inner</pre>") != std::string::npos);
  }

  TEST_CASE("others get the text") {
    for (const ErrorPage& page :
         {For("*/*", "curl/8.0"), For("application/json", "Mozilla/5.0"), For("", "")}) {
      CHECK(page.content_type == "text/plain;charset=UTF-8");
      CHECK(page.body == "TypeError: <it> & broke\n    at f (a.js:1:2)");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
