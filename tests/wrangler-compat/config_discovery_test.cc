#include "wrangler-compat/config_discovery.h"

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

std::string ErrorOf(const std::string& cwd) {
  auto found = DiscoverConfig(cwd);
  REQUIRE_FALSE(found.ok());
  return found.error().message;
}

TEST_SUITE("wrangler-compat/config_discovery") {
  TEST_CASE("without a pointer") {
    TempProject project;
    project.Write("app/src/x", "");
    SUBCASE("the nearest configuration is found") {
      project.Write("app/wrangler.toml", "");
      auto found = DiscoverConfig(project.root() + "/app/src");
      REQUIRE(found.ok());
      CHECK(found->path == project.root() + "/app/wrangler.toml");
      CHECK(found->directory == project.root() + "/app");
      CHECK_FALSE(found->redirected);
      CHECK(found->notes.empty());
    }
    SUBCASE("there may be none") {
      auto found = DiscoverConfig(project.root() + "/app");
      REQUIRE(found.ok());
      CHECK(found->path.empty());
    }
  }

  TEST_CASE("a pointer of a build tool") {
    TempProject project;
    project.Write("wrangler.toml", "");
    project.Write("dist/wrangler.json", "{}");
    project.Write("sub/x", "");
    const auto point = [&](const std::string& text) {
      project.Write(".wrangler/deploy/config.json", text);
    };
    SUBCASE("is followed, and said to be") {
      point("{\"configPath\": \"../../dist/wrangler.json\"}");
      auto found = DiscoverConfig(project.root() + "/sub");
      REQUIRE(found.ok());
      CHECK(found->path == project.root() + "/dist/wrangler.json");
      CHECK(found->directory == project.root());
      CHECK(found->redirected);
      REQUIRE(found->notes.size() == 1);
      CHECK(found->notes[0] ==
            "Using redirected Wrangler configuration.\n"
            " - Configuration being used: \"../dist/wrangler.json\"\n"
            " - Original user's configuration: \"../wrangler.toml\"\n"
            " - Deploy configuration file: \"../.wrangler/deploy/config.json\"");
    }
    SUBCASE("must lead somewhere") {
      point("{\"configPath\": \"gone.json\"}");
      CHECK(ErrorOf(project.root()) ==
            "There is a deploy configuration at \".wrangler/deploy/config.json\".\nBut the "
            "redirected configuration path it points to, \".wrangler/deploy/gone.json\", does not "
            "exist.");
    }
    SUBCASE("must be JSON") {
      point("{");
      CHECK(ErrorOf(project.root())
                .starts_with("Failed to parse the deploy configuration file at "
                             ".wrangler/deploy/config.json"));
    }
    SUBCASE("must have a path") {
      point("{\"path\": 1}");
      CHECK(ErrorOf(project.root()) ==
            "A deploy configuration file was found at \".wrangler/deploy/config.json\".\nBut this "
            "is not valid - the required \"configPath\" property was not found.\nInstead this file "
            "contains:\n```\n{\"path\": 1}\n```");
    }
    SUBCASE("must stand beside the user's configuration") {
      point("{\"configPath\": \"../../dist/wrangler.json\"}");
      project.Write("sub/wrangler.toml", "");
      CHECK(
          ErrorOf(project.root() + "/sub")
              .starts_with("Found both a user configuration file at \"wrangler.toml\"\nand a "
                           "deploy configuration file at \"../.wrangler/deploy/config.json\".\n"));
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
