#include "cli/registry.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "tests/support/temporary_directory.h"

namespace isolane::cli {
namespace {

TEST_SUITE("cli/registry") {
  TEST_CASE("the directory of the registry") {
    CliOptions dev;
    dev.command = Command::kDev;
    SUBCASE("is what is said, or nothing if nothing is said") {
      CHECK(RegistryDirectory(dev, {{"ISOLANE_REGISTRY_PATH", "/r"}, {"HOME", "/h"}}) == "/r");
      CHECK(RegistryDirectory(dev, {{"ISOLANE_REGISTRY_PATH", ""}, {"HOME", "/h"}}).empty());
      CHECK(RegistryDirectory(dev, {}).empty());
    }
    SUBCASE("is beside that of wrangler, else the session's, else the user's") {
      CHECK(RegistryDirectory(dev, {{"WRANGLER_REGISTRY_PATH", "/w"}, {"HOME", "/h"}}) ==
            "/w/isolane");
      CHECK(RegistryDirectory(dev, {{"MINIFLARE_REGISTRY_PATH", "/m"}}) == "/m/isolane");
      CHECK(RegistryDirectory(dev, {{"XDG_RUNTIME_DIR", "/run/user/1"}, {"HOME", "/h"}}) ==
            "/run/user/1/isolane");
      CHECK(RegistryDirectory(dev, {{"HOME", "/h"}}) == "/h/.isolane/registry");
    }
    SUBCASE("is for developing only") {
      CliOptions serve;
      serve.command = Command::kServe;
      CHECK(RegistryDirectory(serve, {{"HOME", "/h"}}).empty());
    }
  }

  TEST_CASE("a directory that cannot be used is told of and done without") {
    const testing::TemporaryDirectory directory;
    std::string warning;
    Neighbours made(directory / "made");
    CHECK(made.Usable(&warning) == directory / "made");
    CHECK(warning.empty());
    CHECK(made.Names().empty());
    directory.Write("file", "x");
    CHECK(Neighbours(directory / "file/below").Usable(&warning).empty());
    CHECK(warning.find(directory / "file/below") != std::string::npos);
    CHECK(warning.find("ISOLANE_REGISTRY_PATH") != std::string::npos);
    CHECK(warning.ends_with(
        "\nWorkers of other isolane processes cannot be called, and cannot call these."));
    CHECK(Neighbours(directory / "none").Names().empty());
    CHECK_FALSE(std::filesystem::exists(directory / "none"));
  }
}

}  // namespace
}  // namespace isolane::cli
