#include "wrangler-compat/asset_responder.h"

#include <filesystem>
#include <utility>

#include <doctest/doctest.h>

#include "runtime/base/packed_head.h"
#include "runtime/files/file_response.h"
#include "tests/runtime/files/fake_host.h"
#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

using base::ResponderUse;
using Headers = std::vector<std::pair<std::string, std::string>>;

class Assets {
 public:
  explicit Assets(AssetSettings settings = {}) {
    project_.Write("index.html", "root");
    project_.Write("foo.html", "foo");
    project_.Write("a b.txt", "blank");
    settings.worker = "w";
    settings.directory = project_.root();
    settings.display = "public/";
    settings_ = std::move(settings);
  }

  void Write(const std::string& path, const std::string& text) { project_.Write(path, text); }
  const std::string& root() const { return project_.root(); }

  // "STATUS BODY", "STATUS -> LOCATION" or "worker".
  std::string Ask(const std::string& path, const std::string& method = "GET",
                  const Headers& headers = {}, ResponderUse use = ResponderUse::kFirst) {
    if (responder_ == nullptr) {
      responder_ = std::make_unique<AssetResponder>(settings_, notes);
      responder_->Start(host);
    }
    std::string head = method + base::kValueMark + "http://localhost:8787" + path;
    for (const auto& [name, value] : headers) base::AppendPackedHeader(head, name, value);
    std::optional<base::PlainResponse> response = responder_->Answer(head, use);
    if (!response) return "worker";
    head_ = response->head;
    const std::string location = Header("location");
    return std::to_string(response->status) + " " +
           (location.empty() ? files::TextOf(response->body, host) : "-> " + location);
  }
  // Of the last answer.
  std::string Header(std::string_view name) const {
    return std::string(files::HeaderOf(head_, name));
  }

  files::FakeHost host;
  std::vector<AssetDirectory::Note> notes;

 private:
  TempProject project_;
  AssetSettings settings_;
  std::unique_ptr<AssetResponder> responder_;
  std::string head_;
};

AssetSettings WithWorker() {
  AssetSettings settings;
  settings.has_worker = true;
  return settings;
}

std::vector<PathPattern> Patterns(std::initializer_list<const char*> texts) {
  std::vector<PathPattern> patterns;
  for (const char* text : texts) {
    patterns.push_back(*PathPattern::Compile(text, PatternSyntax::kStars));
  }
  return patterns;
}

TEST_SUITE("wrangler-compat/asset_responder") {
  TEST_CASE("a Worker of nothing but assets") {
    Assets assets;
    SUBCASE("sends files with their headers") {
      CHECK(assets.Ask("/foo") == "200 foo");
      CHECK(assets.Header("content-type") == "text/html; charset=utf-8");
      CHECK(assets.Header("cache-control") == "public, max-age=0, must-revalidate");
      CHECK(assets.Header("cf-cache-status") == "HIT");
      CHECK(assets.Header("etag") != "");
    }
    SUBCASE("says nothing of caching to who asks for a range or has authorized itself") {
      CHECK(assets.Ask("/foo", "GET", {{"authorization", "x"}}) == "200 foo");
      CHECK(assets.Header("cache-control") == "");
      CHECK(assets.Ask("/foo", "GET", {{"range", "bytes=1-"}}) == "206 oo");
      CHECK(assets.Header("cache-control") == "");
    }
    SUBCASE("has one address for each") {
      CHECK(assets.Ask("/foo.html?a=1&b") == "307 -> /foo?a=1&b");
      CHECK(assets.Ask("/foo/?") == "307 -> /foo");
      CHECK(assets.Ask("/a%20b.txt") == "200 blank");
      CHECK(assets.Ask("/a%20b%2Etxt") == "307 -> /a%20b.txt");
      CHECK(assets.Ask("//foo") == "307 -> /foo");
    }
    SUBCASE("takes GET and HEAD") {
      CHECK(assets.Ask("/foo", "HEAD") == "200 (none)");
      CHECK(assets.Header("content-length") == "3");
      CHECK(assets.Ask("/foo", "POST") == "405 (none)");
      CHECK(assets.Ask("/nope", "POST") == "404 (none)");
    }
    SUBCASE("never leaves its directory") {
      assets.Write("../isolane-outside.txt", "secret");
      CHECK(assets.Ask("/..%2fisolane-outside.txt") == "404 (none)");
      CHECK(assets.Ask("/x/..%2f..%2fisolane-outside.txt") == "404 (none)");
      CHECK(assets.Ask("/foo%00.html") == "404 (none)");
      CHECK(assets.Ask("/.%2ffoo.html") == "404 (none)");
      std::filesystem::remove(assets.root() + "/../isolane-outside.txt");
    }
    SUBCASE("sees what changes at once") {
      CHECK(assets.Ask("/new.txt") == "404 (none)");
      assets.Write("new.txt", "1");
      CHECK(assets.Ask("/new.txt") == "200 1");
      assets.Write("new.txt", "12");
      CHECK(assets.Ask("/new.txt") == "200 12");
      std::filesystem::remove(assets.root() + "/new.txt");
      CHECK(assets.Ask("/new.txt") == "404 (none)");
    }
    SUBCASE("warns once of a file that cannot be deployed") {
      assets.Write("big.bin", "");
      std::filesystem::resize_file(assets.root() + "/big.bin", (25 << 20) + 1);
      CHECK(assets.Ask("/big.bin", "HEAD") == "200 (none)");
      CHECK(assets.Ask("/big.bin", "HEAD") == "200 (none)");
      REQUIRE(assets.host.lines.size() == 1);
      CHECK(assets.host.lines[0].ends_with(
          "Asset too large.\nCloudflare Workers supports assets with sizes of up to 25 MiB. We "
          "found a file public/big.bin with a size of 25 MiB. It is served here, and cannot be "
          "deployed."));
    }
  }

  TEST_CASE("the files of rules") {
    Assets assets;
    assets.Write("_headers", "/*\n  X-All: 1\n/foo\n  Cache-Control: no-store\n");
    assets.Write("_redirects",
                 "/old /new?x=1\n/q /new\n/away https://ex.com/p#h 301\n/page /foo 200\n"
                 "/gone /nothing 200\nbad\n/a/* /b/:splat\n");
    assets.Write(".assetsignore", "secret/\n*.map\n");
    assets.Write("secret/a.txt", "x");
    assets.Write("app.js.map", "x");
    SUBCASE("are told of and not served") {
      CHECK(assets.Ask("/_headers") == "404 (none)");
      CHECK(assets.Ask("/_redirects") == "404 (none)");
      CHECK(assets.Ask("/.assetsignore") == "404 (none)");
      REQUIRE(assets.notes.size() == 3);
      CHECK(assets.notes[0].text == "✨ Parsed 6 valid redirect rules.");
      CHECK(assets.notes[1].warning);
      CHECK(assets.notes[2].text == "✨ Parsed 2 valid header rules.");
    }
    SUBCASE("set headers, of every answer") {
      CHECK(assets.Ask("/foo") == "200 foo");
      CHECK(assets.Header("x-all") == "1");
      CHECK(assets.Header("cache-control") == "no-store");
      CHECK(assets.Ask("/nope") == "404 (none)");
      CHECK(assets.Header("x-all") == "1");
    }
    SUBCASE("redirect, and keep the query unless they have one") {
      CHECK(assets.Ask("/old?z") == "302 -> /new?x=1");
      CHECK(assets.Ask("/q?z") == "302 -> /new?z");
      CHECK(assets.Ask("/away?z") == "301 -> https://ex.com/p?z#h");
      CHECK(assets.Ask("/a/x/y") == "302 -> /b/x/y");
      CHECK(assets.Ask("/old", "POST") == "302 -> /new?x=1");
    }
    SUBCASE("send another asset") {
      CHECK(assets.Ask("/page") == "200 foo");
      CHECK(assets.Ask("/gone") == "404 (none)");
    }
    SUBCASE("leave out what is ignored") {
      CHECK(assets.Ask("/secret/a.txt") == "404 (none)");
      CHECK(assets.Ask("/app.js.map") == "404 (none)");
    }
    SUBCASE("are read again when they change") {
      CHECK(assets.Ask("/old") == "302 -> /new?x=1");
      assets.Write("_redirects", "/old /newer\n");
      std::filesystem::remove(assets.root() + "/_headers");
      std::filesystem::remove(assets.root() + "/.assetsignore");
      CHECK(assets.Ask("/old") == "302 -> /newer");
      CHECK(assets.Header("x-all") == "");
      CHECK(assets.Ask("/app.js.map") == "200 x");
      CHECK(assets.host.lines == std::vector<std::string>{"w: ✨ Parsed 1 valid redirect rule."});
    }
  }

  TEST_CASE("a Worker with code") {
    SUBCASE("is asked for what is missing") {
      Assets assets(WithWorker());
      assets.Write("_redirects", "/gone /nothing 200\n");
      CHECK(assets.Ask("/foo") == "200 foo");
      CHECK(assets.Ask("/nope") == "worker");
      CHECK(assets.Ask("/nope", "POST") == "worker");
      CHECK(assets.Ask("/foo", "POST") == "405 (none)");
      CHECK(assets.Ask("/gone") == "404 (none)");
    }
    SUBCASE("is never asked by its own binding") {
      AssetSettings settings = WithWorker();
      settings.worker_first = true;
      Assets assets(settings);
      CHECK(assets.Ask("/nope", "GET", {}, ResponderUse::kOnly) == "404 (none)");
      CHECK(assets.Ask("/foo", "GET", {}, ResponderUse::kOnly) == "200 foo");
    }
    SUBCASE("may come first") {
      AssetSettings settings = WithWorker();
      settings.worker_first = true;
      CHECK(Assets(settings).Ask("/foo") == "worker");
    }
    SUBCASE("may come first for some paths") {
      AssetSettings settings = WithWorker();
      settings.has_patterns = true;
      settings.worker_patterns = Patterns({"/f*"});
      settings.asset_patterns = Patterns({"/f/docs/*"});
      Assets assets(settings);
      CHECK(assets.Ask("/foo") == "worker");
      CHECK(assets.Ask("/") == "200 root");
      CHECK(assets.Ask("/f/docs/x") == "404 (none)");
      CHECK(assets.Ask("/nope") == "worker");
    }
    SUBCASE("comes before the page for what is missing, but not for a browser's navigation") {
      AssetSettings settings = WithWorker();
      settings.not_found_handling = NotFoundHandling::kSinglePageApplication;
      const Headers navigate{{"sec-fetch-mode", "navigate"}};
      CHECK(Assets(settings).Ask("/x", "GET", navigate) == "worker");
      settings.navigation_prefers_assets = true;
      CHECK(Assets(settings).Ask("/x", "GET", navigate) == "200 root");
      CHECK(Assets(settings).Ask("/x") == "worker");
      settings.has_patterns = true;
      CHECK(Assets(settings).Ask("/x") == "200 root");
    }
  }

  TEST_CASE("base_path") {
    AssetSettings settings;
    settings.base_path = "/app/";
    SUBCASE("stands before every path") {
      Assets assets(settings);
      CHECK(assets.Ask("/app/foo") == "200 foo");
      CHECK(assets.Ask("/app/foo.html") == "307 -> /app/foo");
      CHECK(assets.Ask("/app") == "307 -> /app/");
      CHECK(assets.Ask("/app/") == "200 root");
      CHECK(assets.Ask("/foo") == "404 (none)");
      CHECK(assets.Ask("/apple") == "404 (none)");
    }
    SUBCASE("loses its slash as other paths do") {
      settings.html_handling = HtmlHandling::kDropTrailingSlash;
      Assets assets(settings);
      CHECK(assets.Ask("/app/?q") == "307 -> /app?q");
      CHECK(assets.Ask("/app") == "200 root");
    }
    SUBCASE("leaves the rest to the code") {
      settings.has_worker = true;
      Assets assets(settings);
      CHECK(assets.Ask("/foo") == "worker");
      CHECK(assets.Ask("/foo", "GET", {}, ResponderUse::kOnly) == "404 (none)");
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
