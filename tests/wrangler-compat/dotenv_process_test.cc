#include "wrangler-compat/dotenv_process.h"

#include <doctest/doctest.h>

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

TEST_SUITE("wrangler-compat/dotenv_process") {
  TEST_CASE("variables beside the program") {
    TempProject project;
    DotenvSource source{.directory = project.root(), .files = {}, .environment = {}};
    const auto added = [&](const ProcessVariables& process = {}) {
      ProcessVariables added;
      for (const DevVar& var : VariablesBeside(source, process)) added[var.name] = var.value;
      return added;
    };
    SUBCASE("are none without files") { CHECK(added().empty()); }
    SUBCASE("come from .env, and from the files of an environment after it") {
      project.Write(".env", "CLOUDFLARE_ENV=st\nA=1\nB=1\n");
      project.Write(".env.local", "B=2\n");
      project.Write(".env.prod", "B=3\n");
      CHECK(added() == ProcessVariables{{"CLOUDFLARE_ENV", "st"}, {"A", "1"}, {"B", "2"}});
      source.environment = "prod";
      CHECK(added()["B"] == "3");
    }
    SUBCASE("come from the files that are named instead") {
      project.Write(".env", "A=1\n");
      project.Write("own", "B=1\n");
      source.files = {"own", "missing"};
      CHECK(added() == ProcessVariables{{"B", "1"}});
    }
    SUBCASE("do not replace those of the process") {
      project.Write(".env", "NODE_ENV=test\nEMPTY=1\n");
      CHECK(added({{"NODE_ENV", "production"}, {"EMPTY", ""}}) == ProcessVariables{{"EMPTY", "1"}});
    }
    SUBCASE("use those of the process and those before them") {
      project.Write(".env", "A=${HOME}/a\nB=$A/b\n");
      CHECK(added({{"HOME", "/h"}}) == ProcessVariables{{"A", "/h/a"}, {"B", "/h/a/b"}});
    }
    SUBCASE("use an empty one of the process rather than the file's, as dotenv-expand does") {
      project.Write(".env", "A=1\nB=$A/b\n");
      CHECK(added({{"A", ""}}) == ProcessVariables{{"A", "1"}, {"B", "/b"}});
    }
    SUBCASE("tell their places") {
      project.Write(".env", "A=1\n\nB=2\n");
      project.Write(".env.local", "A=3\n");
      const auto vars = VariablesBeside(source, {});
      REQUIRE(vars.size() == 2);
      CHECK(vars[0].where == ".env.local:1");
      CHECK(vars[1].where == ".env:3");
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
