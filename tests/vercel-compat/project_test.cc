#include "vercel-compat/project.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "tests/vercel-compat/regexes.h"
#include "tests/wrangler-compat/temp_project.h"

namespace isolane::vercel {
namespace {

const std::string kJson = R"x({ "services": { "web": { "root": "." } } })x";

Variables VariablesOf(const wrangler::TempProject& project, ProjectOptions options) {
  options.directory = project.root();
  const auto loaded = LoadProject(options, Regexes());
  REQUIRE_MESSAGE(loaded.ok(), (loaded.ok() ? "" : loaded.error().message));
  return loaded.value().variables;
}

std::string Of(const Variables& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? "-" : found->second;
}

TEST_SUITE("vercel-compat/project") {
  TEST_CASE("a folder is a project by vercel.json, or else by vercel.toml") {
    wrangler::TempProject project;
    CHECK_FALSE(HasVercelConfig(project.root()));
    project.Write("vercel.toml", "[services.shop]\nroot = \".\"\n");
    CHECK(HasVercelConfig(project.root()));
    CHECK(ServiceNames(project.root()) == std::vector<std::string>{"shop"});
    const auto loaded = LoadProject({.directory = project.root()}, Regexes());
    REQUIRE(loaded.ok());
    CHECK(loaded.value().config_path == project.root() + "/vercel.toml");
    project.Write("vercel.json", kJson);
    CHECK(ServiceNames(project.root()) == std::vector<std::string>{"web"});
  }

  TEST_CASE("the environment of all services") {
    wrangler::TempProject project;
    project.Write("vercel.json", kJson);
    SUBCASE("says what it is, and where") {
      const Variables variables = VariablesOf(project, {.address = "localhost:3000"});
      CHECK(Of(variables, "VERCEL") == "1");
      CHECK(Of(variables, "VERCEL_ENV") == "development");
      CHECK(Of(variables, "NODE_ENV") == "development");
      CHECK(Of(variables, "NOW_REGION") == "dev1");
      CHECK(Of(variables, "VERCEL_URL") == "localhost:3000");
      CHECK(Of(variables, "BROWSER") == "none");
      CHECK(Of(variables, "FORCE_COLOR") == "0");
      CHECK(Of(VariablesOf(project, {.colours = true}), "FORCE_COLOR") == "1");
      CHECK(Of(VariablesOf(project, {}), "VERCEL_URL") == "-");
    }
    SUBCASE("has what .env says, and over that what the process has") {
      project.Write(".env", "A=file\nB=file\nBROWSER=lynx\n");
      const Variables variables =
          VariablesOf(project, {.process = {{"B", "process"}}, .address = "localhost:3000"});
      CHECK(Of(variables, "A") == "file");
      CHECK(Of(variables, "B") == "process");
      CHECK(Of(variables, "BROWSER") == "lynx");
      // As with `vercel dev`: who has a .env says so there.
      CHECK(Of(variables, "VERCEL_URL") == "-");
    }
  }
}

}  // namespace
}  // namespace isolane::vercel
