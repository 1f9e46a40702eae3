#include "wrangler-compat/config_file.h"

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

Error Refusal(const TempProject& project, const std::string& path) {
  auto file = ReadConfigFile(project.root(), path);
  REQUIRE_FALSE(file.ok());
  return file.error();
}

std::string Found(const std::string& cwd) {
  auto found = FindConfigFile(cwd);
  REQUIRE(found.ok());
  return found.value();
}

TEST_SUITE("wrangler-compat/config_file") {
  TEST_CASE("a configuration file") {
    TempProject project;
    SUBCASE("may be TOML") {
      project.Write("a/wrangler.toml", "name = \"x\"\n");
      auto file = ReadConfigFile(project.root(), "a/wrangler.toml");
      REQUIRE(file.ok());
      CHECK(file->format == ConfigFormat::kToml);
      CHECK(file->path == project.root() + "/a/wrangler.toml");
      CHECK(file->Where({3, 1}) == "a/wrangler.toml:3");
      CHECK(file->Where({}) == "a/wrangler.toml");
      CHECK(file->BaseName() == "wrangler.toml");
    }
    SUBCASE("may be JSON with comments under both names, with a byte order mark") {
      for (const char* name : {"wrangler.json", "wrangler.jsonc"}) {
        project.Write(name, "\xEF\xBB\xBF{ \"name\": \"x\", /* y */ }");
        auto file = ReadConfigFile(project.root(), name);
        REQUIRE(file.ok());
        CHECK(file->format == ConfigFormat::kJson);
      }
    }
    SUBCASE("is named by an absolute path as well") {
      project.Write("wrangler.toml", "");
      CHECK(ReadConfigFile("/", project.root() + "/wrangler.toml").ok());
    }
  }

  TEST_CASE("a configuration that cannot be read") {
    TempProject project;
    SUBCASE("does not exist") {
      const Error error = Refusal(project, "a/wrangler.toml");
      CHECK(error.message == "The configuration file a/wrangler.toml does not exist");
      CHECK(error.hint ==
            "Check the path given with -c; it is relative to " + project.root() + ".");
    }
    SUBCASE("is a directory without one") {
      project.Write("a/y", "");
      const Error error = Refusal(project, "a");
      CHECK(error.message == "There is no configuration in the directory a");
      CHECK(error.hint == "It would be called wrangler.json, wrangler.jsonc or wrangler.toml.");
    }
    SUBCASE("is neither a file nor a folder") {
      CHECK(Refusal(project, "nothere").message == "The configuration file nothere does not exist");
    }
    SUBCASE("is of no known format") {
      project.Write("wrangler.yaml", "");
      const Error error = Refusal(project, "wrangler.yaml");
      CHECK(error.message == "The configuration file wrangler.yaml is of no known format");
      CHECK(error.hint == "Its name must end with .toml, .json or .jsonc.");
    }
    SUBCASE("is no object") {
      project.Write("wrangler.json", "[1]");
      CHECK(Refusal(project, "wrangler.json").ToString() ==
            "wrangler.json:1: The configuration must be an object, but is [1]");
    }
    SUBCASE("is in another encoding") {
      project.Write("wrangler.toml", std::string("\xFF\xFEn\0", 4));
      const Error error = Refusal(project, "wrangler.toml");
      CHECK(error.message == "Configuration file contains UTF-16 LE byte order marker");
      CHECK(
          error.hint ==
          "The file \"wrangler.toml\" appears to be encoded as UTF-16 LE. Please save the file as "
          "UTF-8 without BOM.");
      CHECK(error.where == "wrangler.toml:1");
      project.Write("wrangler.json", std::string("\xFF\xFE\0\0n\0\0\0", 8));
      CHECK(Refusal(project, "wrangler.json").message ==
            "Configuration file contains UTF-32 LE byte order marker");
      project.Write("wrangler.json", "\xEF\xBB\xBF{}");
      CHECK(ReadConfigFile(project.root(), "wrangler.json").ok());
    }
    SUBCASE("has a syntax error") {
      project.Write("a/wrangler.toml", "a = \n");
      CHECK(Refusal(project, "a/wrangler.toml").where.starts_with("a/wrangler.toml:1:"));
    }
  }

  TEST_CASE("a directory stands for the configuration in it") {
    TempProject project;
    project.Write("a/wrangler.toml", "");
    CHECK(ConfigPathOf(project.root(), "a") == "a/wrangler.toml");
    project.Write("a/wrangler.jsonc", "");
    CHECK(ConfigPathOf(project.root(), "a/") == "a/wrangler.jsonc");
    CHECK(ConfigPathOf(project.root(), project / "a") == project / "a/wrangler.jsonc");
    CHECK(ConfigPathOf(project.root(), "a/wrangler.toml") == "a/wrangler.toml");
    CHECK(ConfigPathOf(project.root(), "b") == "b");
  }

  TEST_CASE("the search for a configuration") {
    TempProject project;
    const std::string below = project.root() + "/a/b";
    project.Write("a/b/index.js", "");
    SUBCASE("goes upwards") {
      project.Write("wrangler.toml", "");
      CHECK(Found(below) == project.root() + "/wrangler.toml");
    }
    SUBCASE("takes the nearest") {
      project.Write("wrangler.toml", "");
      project.Write("a/wrangler.toml", "");
      CHECK(Found(below) == project.root() + "/a/wrangler.toml");
    }
    SUBCASE("takes JSON above before TOML here") {
      project.Write("wrangler.json", "");
      project.Write("a/b/wrangler.toml", "");
      project.Write("a/b/wrangler.jsonc", "");
      CHECK(Found(below) == project.root() + "/wrangler.json");
    }
    SUBCASE("says what it looked for") {
      auto found = FindConfigFile(below);
      REQUIRE_FALSE(found.ok());
      CHECK(found.error().message ==
            "No wrangler.json, wrangler.jsonc or wrangler.toml in " + below + " or above it");
      CHECK(found.error().hint ==
            "Name the configuration of each Worker: -c path/to/wrangler.toml");
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
