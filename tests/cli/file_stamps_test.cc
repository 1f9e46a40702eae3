#include "cli/file_stamps.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "runtime/config/files.h"

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::cli {
namespace {

using config::FileUses;
using wrangler::TempProject;

TEST_SUITE("cli/file_stamps") {
  TEST_CASE("what was read") {
    const TempProject files;
    files.Write("a", "one");
    // Of what happened in the same tick of the clock nobody can tell whether it came first.
    const int64_t long_ago = config::FileTime() - 1'000'000'000;
    const FileUses uses{.read = {files.root() + "/a", files.root() + "/gone"}, .sought = {}};
    FileStamps stamps;
    CHECK(!stamps.Changed());

    SUBCASE("may have changed while it was read") {
      stamps.Take(uses, long_ago);
      CHECK(stamps.Changed());
    }
    SUBCASE("is what it was") {
      stamps.Take(uses, config::FileTime() + 1'000'000'000);
      CHECK(!stamps.Changed());
      SUBCASE("until it is longer") {
        files.Write("a", "three");
        CHECK(stamps.Changed());
      }
      SUBCASE("until another file is in its place") {
        files.Write("b", "two");
        std::filesystem::rename(files.root() + "/b", files.root() + "/a");
        CHECK(stamps.Changed());
      }
      SUBCASE("until it is removed") {
        std::filesystem::remove(files.root() + "/a");
        CHECK(stamps.Changed());
      }
      SUBCASE("until what was missing comes") {
        files.Write("gone", "");
        CHECK(stamps.Changed());
      }
    }
  }

  TEST_CASE("of what was only looked for, what is in it does not matter") {
    const TempProject files;
    files.Write("a", "one");
    FileStamps stamps;
    stamps.Take({.read = {}, .sought = {files.root() + "/a", files.root() + "/b"}}, 0);
    CHECK(!stamps.Changed());
    files.Write("a", "three");
    CHECK(!stamps.Changed());
    SUBCASE("but that it comes") {
      files.Write("b", "");
      CHECK(stamps.Changed());
    }
    SUBCASE("and that it goes") {
      std::filesystem::remove(files.root() + "/a");
      CHECK(stamps.Changed());
    }
  }
}

}  // namespace
}  // namespace isolane::cli
