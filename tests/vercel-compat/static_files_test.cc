#include "vercel-compat/static_files.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/runtime/files/fake_host.h"
#include "tests/vercel-compat/project_fixture.h"
#include "tests/wrangler-compat/temp_project.h"

namespace isolane::vercel {
namespace {

using wrangler::TempProject;

struct Got {
  int status = 404;
  std::string type;
  std::string tag;
  std::string body;
};

Got Get(const TempProject& project, const Asked& asked,
        StaticFiles::Extensions extensions = StaticFiles::Extensions::kGiven) {
  const StaticFiles files(project.root() + "/site");
  const std::string head = HeadOf(asked);
  files::FakeHost host;
  base::RouteDecision decision;
  Got got;
  if (!files.Answer(ViewOf(head), ViewOf(head).path, extensions, host, decision)) return got;
  got.status = decision.status;
  got.type = HeaderOf(decision.head, "content-type").value_or("");
  got.tag = HeaderOf(decision.head, "etag").value_or("");
  got.body = TextOf(decision.body);
  return got;
}

TEST_SUITE("vercel-compat/static_files") {
  TEST_CASE("files of a folder") {
    TempProject project;
    project.Write("site/index.html", "home");
    project.Write("site/docs/index.html", "docs");
    project.Write("site/a b.css", "css");
    project.Write("site/.env", "secret");
    project.Write("site/node_modules/x/index.js", "secret");
    project.Write("secret.txt", "secret");
    SUBCASE("are served with their type") {
      const Got got = Get(project, {.path = "/a%20b.css"});
      CHECK(got.status == 200);
      CHECK(got.type == "text/css; charset=utf-8");
      CHECK(got.body == "css");
    }
    SUBCASE("a folder is its index.html") {
      CHECK(Get(project, {.path = "/"}).body == "home");
      CHECK(Get(project, {.path = "/docs"}).body == "docs");
      CHECK(Get(project, {.path = "/docs/"}).body == "docs");
    }
    SUBCASE("may lack their extension where URLs are clean") {
      project.Write("site/about.html", "about");
      constexpr auto kMayLack = StaticFiles::Extensions::kMayLack;
      CHECK(Get(project, {.path = "/about"}).status == 404);
      CHECK(Get(project, {.path = "/about"}, kMayLack).body == "about");
      CHECK(Get(project, {.path = "/about/"}, kMayLack).body == "about");
      CHECK(Get(project, {.path = "/docs"}, kMayLack).body == "docs");
      CHECK(Get(project, {.path = "/none"}, kMayLack).status == 404);
    }
    SUBCASE("are not sent again to who has them") {
      const std::string tag = Get(project, {.path = "/"}).tag;
      const Got again = Get(project, {.path = "/", .headers = {{"if-none-match", tag}}});
      CHECK(again.status == 304);
      CHECK(again.body.empty());
      project.Write("site/index.html", "other");
      CHECK(Get(project, {.path = "/", .headers = {{"if-none-match", tag}}}).status == 200);
    }
    SUBCASE("are sent in part to who has the rest") {
      const Got part = Get(project, {.path = "/", .headers = {{"range", "bytes=1-2"}}});
      CHECK(part.status == 206);
      CHECK(part.body == "om");
    }
    SUBCASE("of no known type are sent without one") {
      project.Write("site/LICENSE", "words");
      CHECK(Get(project, {.path = "/LICENSE"}).type.empty());
    }
    SUBCASE("are read only") { CHECK(Get(project, {.method = "POST", .path = "/"}).status == 405); }
    SUBCASE("nothing outside of the folder is, and nothing private in it") {
      std::filesystem::create_symlink(project.root() + "/secret.txt",
                                      project.root() + "/site/link.txt");
      for (const char* path :
           {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/link.txt", "/.env",
            "/node_modules/x/index.js", "/none", "/index.html%00.png"}) {
        CAPTURE(path);
        CHECK(Get(project, {.path = path}).status == 404);
      }
    }
  }
}

}  // namespace
}  // namespace isolane::vercel
