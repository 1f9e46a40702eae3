#include "cli/types_command.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "tests/cli/captured_output.h"
#include "tests/support/temporary_directory.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {
namespace {

struct Types {
  testing::TemporaryDirectory directory;
  CliOptions options;
  int status = -1;

  Types() {
    directory.Write("wrangler.toml",
                    "name = \"w\"\nmain = \"index.js\"\ncompatibility_date = \"2026-01-01\"\n");
    directory.Write("index.js", "export default {};");
    options.types.include_runtime = false;
  }
  // What the command writes to `file_descriptor`; sets `status`.
  std::string Write(int file_descriptor) {
    wrangler::ProjectOptions project;
    project.cwd = directory.path();
    project.configs = {"wrangler.toml"};
    const wrangler::LoadedProject loaded = wrangler::LoadProject(project);
    REQUIRE(loaded.ok());
    return Captured(file_descriptor,
                    [&] { status = WriteTypes(options, directory.path(), loaded); });
  }
};

TEST_SUITE("cli/types_command") {
  TEST_CASE("isolane types") {
    Types types;
    SUBCASE("says what it wrote, and what it need not") {
      CHECK(types.Write(STDOUT_FILENO) == "Wrote worker-configuration.d.ts\n");
      CHECK(types.Write(STDOUT_FILENO) == "Unchanged worker-configuration.d.ts\n");
      CHECK(types.status == 0);
    }
    SUBCASE("with --check writes nothing and says what it would") {
      types.options.types.check = true;
      CHECK(types.Write(STDERR_FILENO) ==
            "✘ [ERROR] worker-configuration.d.ts is missing: run isolane types to write it.\n");
      CHECK(types.status == 1);
      CHECK_FALSE(std::filesystem::exists(types.directory / "worker-configuration.d.ts"));
      types.directory.Write("worker-configuration.d.ts", "old");
      CHECK(types.Write(STDERR_FILENO) ==
            "✘ [ERROR] worker-configuration.d.ts is out of date: run isolane types to write "
            "it.\n");
    }
    SUBCASE("says what it cannot write, and why") {
      types.options.types.path = "gone/env.d.ts";
      CHECK(types.Write(STDERR_FILENO) ==
            "✘ [ERROR] gone/env.d.ts cannot be written: No such file or directory\n");
      CHECK(types.status == 1);
    }
  }
}

}  // namespace
}  // namespace isolane::cli
