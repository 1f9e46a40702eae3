#include "wrangler-compat/build/esbuild_service.h"

#include <filesystem>

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

const std::string kWayOut =
    std::string("Set ESBUILD_BINARY_PATH to the program esbuild of version ") + kEsbuildVersion +
    ".";

// What the service of a program says, which is a script of the shell, when it is asked something.
std::string ErrorOf(const std::string& script) {
  TempProject project;
  project.Write("esbuild", "#!/bin/sh\n" + script);
  const std::string program = project.root() + "/esbuild";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  auto service = EsbuildService::Start(program);
  REQUIRE(service.ok());
  auto answer = (*service)->Ask(EsbuildValue::Object({{"command", "ping"}}));
  REQUIRE_FALSE(answer.ok());
  CHECK_FALSE((*service)->alive());
  return answer.error().message;
}

TEST_SUITE("wrangler-compat/build/esbuild_service") {
  TEST_CASE("a program that cannot be esbuild") {
    SUBCASE("is not there") {
      auto service = EsbuildService::Start("/nowhere/esbuild");
      REQUIRE_FALSE(service.ok());
      CHECK(service.error().message == "Bundling needs esbuild, and there is no /nowhere/esbuild");
      CHECK(service.error().hint == kWayOut);
    }
    SUBCASE("cannot be run") {
      TempProject project;
      project.Write("esbuild", "no program");
      auto service = EsbuildService::Start(project.root() + "/esbuild");
      REQUIRE_FALSE(service.ok());
      CHECK(service.error().message ==
            "Cannot start " + project.root() + "/esbuild: Permission denied");
      CHECK(service.error().hint == kWayOut);
    }
    SUBCASE("ends") { CHECK(ErrorOf("exit 0\n") == "esbuild's service has ended"); }
    SUBCASE("is of another version") {
      CHECK(ErrorOf("printf '\\005\\000\\000\\0000.1.0'; exec sleep 600\n") ==
            std::string("esbuild's service is of version 0.1.0, and isolane needs ") +
                kEsbuildVersion + ". " + kWayOut);
    }
    SUBCASE("speaks another language") {
      const std::string version = kEsbuildVersion;
      REQUIRE(version.size() == 6);
      CHECK(ErrorOf("printf '\\006\\000\\000\\000" + version +
                    "\\001\\000\\000\\000x'; exec sleep 600\n") ==
            "esbuild's service said something that is no packet");
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
