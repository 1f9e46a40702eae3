#include "cli/dev_worker.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/temporary_directory.h"

namespace isolane::cli {
namespace {

TEST_SUITE("cli/dev_worker") {
  TEST_CASE("what happens in a folder that modules are looked for in") {
    const testing::TemporaryDirectory directory;
    DevWorker worker;
    worker.plan.files.root = directory.path();
    wrangler::ModuleRule rule;
    rule.type = "Text";
    rule.globs = {"**/*.txt"};
    worker.plan.files.rules = {rule};
    const auto written = [&](const std::string& name) {
      directory.Write(name, "x");
      worker.needs_build = false;
      worker.NoteChange(directory.path() + "/" + name);
      return worker.needs_build;
    };
    SUBCASE("makes the Worker again if a rule speaks of the file") {
      CHECK(written("page.txt"));
      CHECK(written("deep/page.txt"));
      CHECK_FALSE(worker.needs_custom);
    }
    SUBCASE("does not else: the log of isolane itself may lie there") {
      CHECK_FALSE(written("isolane.log"));
    }
    SUBCASE("counts when something is gone, or a folder comes") {
      worker.NoteChange(directory.path() + "/gone");
      CHECK(worker.needs_build);
    }
    SUBCASE("runs the custom build if that watches the folder") {
      worker.plan.custom.command = "make";
      worker.plan.custom.watch_dirs = {directory.path()};
      CHECK(written("isolane.log"));
      CHECK(worker.needs_custom);
    }
  }
}

}  // namespace
}  // namespace isolane::cli
