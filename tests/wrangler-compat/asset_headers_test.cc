#include "wrangler-compat/asset_headers.h"

#include <doctest/doctest.h>

#include "runtime/base/packed_head.h"

namespace isolane::wrangler {
namespace {

// "text; name: value; name: value"
std::string Apply(const AssetHeaders& headers, std::string_view path,
                  std::string_view host = "localhost") {
  std::string head = "OK";
  base::AppendPackedHeader(head, "etag", "\"e\"");
  base::AppendPackedHeader(head, "cache-control", "public");
  headers.Apply(host, path, head);
  std::string out(base::PackedStart(head));
  base::VisitPackedHeaders(head, [&](std::string_view name, std::string_view value) {
    out.append("; ").append(name).append(": ").append(value);
  });
  return out;
}

std::vector<std::string> Messages(std::string_view text) {
  std::vector<std::string> messages;
  const AssetHeaders headers(text);
  for (const InvalidRule& one : headers.invalid()) {
    messages.push_back(std::to_string(one.number) + " " + one.message);
  }
  return messages;
}

using Texts = std::vector<std::string>;

TEST_SUITE("wrangler-compat/asset_headers") {
  TEST_CASE("rules of headers") {
    SUBCASE("add headers to responses for a path") {
      const AssetHeaders headers("/a\n  X-A: 1: 2\n  x-b : y  \r\n");
      CHECK(headers.size() == 1);
      CHECK(Apply(headers, "/a") == "OK; etag: \"e\"; cache-control: public; x-a: 1: 2; x-b: y");
      CHECK(Apply(headers, "/b") == "OK; etag: \"e\"; cache-control: public");
    }
    SUBCASE("replace those that the response has, and take them away") {
      CHECK(Apply(AssetHeaders("/*\n  Cache-Control: no-store\n  ! ETag\n"), "/a") ==
            "OK; cache-control: no-store");
    }
    SUBCASE("add to each other") {
      CHECK(Apply(AssetHeaders("/*\n  X: 1\n  X: 2\n/a\n  X: 3\n/b\n  X: 4\n"), "/a") ==
            "OK; etag: \"e\"; cache-control: public; x: 1, 2; x: 3");
      CHECK(Apply(AssetHeaders("/*\n  X: 1\n/a\n  ! X\n"), "/a") ==
            "OK; etag: \"e\"; cache-control: public");
    }
    SUBCASE("take parts of the path along") {
      CHECK(Apply(AssetHeaders("/:x/*\n  X: :x and :splat\n"), "/a/b/c") ==
            "OK; etag: \"e\"; cache-control: public; x: a and b/c");
    }
    SUBCASE("have no blanks at the ends of a value, whatever that is made of") {
      CHECK(Apply(AssetHeaders("/a*\n  X: y :splat\n"), "/a").ends_with("; x: y"));
    }
    SUBCASE("may be for one host") {
      const AssetHeaders headers("https://:s.ex.com/*\n  X: :s\n");
      CHECK(Apply(headers, "/a", "q.ex.com").ends_with("; x: q"));
      CHECK(Apply(headers, "/a", "ex.com") == "OK; etag: \"e\"; cache-control: public");
    }
    SUBCASE("of the same path replace each other") {
      CHECK(Apply(AssetHeaders("/a\n  X: 1\n/a\n  Y: 2\n"), "/a") ==
            "OK; etag: \"e\"; cache-control: public; y: 2");
    }
  }

  TEST_CASE("rules that are wrong") {
    CHECK(Messages("x: y\n") == Texts{"1 Path should come before header (x: y)"});
    CHECK(Messages("word\n") ==
          Texts{"1 Expected a path beginning with at least one forward-slash"});
    CHECK(Messages("/a\n  X: 1\n  word\n") ==
          Texts{"3 Expected a colon-separated header pair (e.g. name: value)"});
    CHECK(Messages("/a\n  X Y: 1\n  : 2\n  Z:\n  Q: 1\n") ==
          Texts{"2 Header name cannot include spaces", "3 No header name specified",
                "4 No header value specified"});
    CHECK(Messages("/a\n/b\n  X: 1\n/c\n") ==
          Texts{"1 No headers specified", "4 No headers specified"});
    CHECK(Messages("/*/*\n  X: 1\n/b\n  X: 1\n") ==
          Texts{"1 Only one wildcard is allowed per rule. Use a named placeholder (e.g. :project) "
                "instead. Skipping /*/*."});
    CHECK(Messages("/*/:splat\n  X: 1\n") ==
          Texts{"1 Cannot combine a wildcard * with a :splat placeholder because wildcards are "
                "converted to :splat at runtime. Skipping /*/:splat."});
    CHECK(Messages("https://ex.com:8080/\n  X: 1\n") ==
          Texts{"1 Specifying ports is not supported. Skipping absolute URL "
                "https://ex.com:8080/."});
    CHECK(Messages("http://ex.com/\n  X: 1\n").size() == 1);
    const std::string character = " The header has a character that HTTP does not allow";
    CHECK(Messages(std::string_view("/a\n  X: a\rb\n  Y: a\0b\n  Z{: c\n  Q: 1\n", 36)) ==
          Texts{"2" + character, "3" + character, "4" + character});
    CHECK(Messages("/:x/:x\n  X: 1\n") ==
          Texts{"1 The path names the same placeholder twice. Skipping /:x/:x."});
  }

  TEST_CASE("the number of rules is 100") {
    std::string text;
    for (int i = 0; i < 102; i++) text += "/" + std::to_string(i) + "\n  X: 1\n";
    CHECK(AssetHeaders(text).size() == 100);
    CHECK(Messages(text) ==
          Texts{"0 Maximum number of rules supported is 100. Skipping remaining 5 lines of file."});
  }

  TEST_CASE("what is said of a file") {
    CHECK(DescribeValidRules("header", 1) == "✨ Parsed 1 valid header rule.");
    CHECK(DescribeValidRules("redirect", 0) == "✨ Parsed 0 valid redirect rules.");
    const AssetHeaders headers("/a\n  X\n  Y: 1\n");
    CHECK(DescribeInvalidRules("header", "public/_headers", headers.invalid()) ==
          "Found 1 invalid header rule:\n▶︎ Expected a colon-separated header pair (e.g. name: "
          "value)\n    at public/_headers:2 | X");
    CHECK(DescribeInvalidRules("header", "f", {}) == "");
  }
}

}  // namespace
}  // namespace isolane::wrangler
