#include "wrangler-compat/asset_directory.h"

#include <filesystem>

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

TEST_SUITE("wrangler-compat/asset_directory") {
  TEST_CASE("an assets directory") {
    TempProject project;
    project.Write("public/a.txt", "a");
    project.Write("public/b/c.txt", "c");
    project.Write("public/.hidden", "h");
    project.Write("other/d.txt", "d");
    AssetSettings settings;
    settings.directory = project.root() + "/public";
    settings.display = "public/";
    AssetDirectory directory(settings);
    SUBCASE("has its files") {
      CHECK(directory.Refresh().empty());
      CHECK(directory.Has("/a.txt"));
      CHECK(directory.Has("/b/c.txt"));
      CHECK(directory.Has("/.hidden"));
      CHECK(directory.Open("/a.txt")->size() == 1);
    }
    SUBCASE("has nothing else") {
      for (const char* path : {"", "/", "a.txt", "/b", "/b/", "/a.txt/", "/none", "/../other/d.txt",
                               "/b/../a.txt", "/./a.txt", "//a.txt", "/_headers"}) {
        CHECK_FALSE_MESSAGE(directory.Has(path), path);
        CHECK(directory.Open(path) == nullptr);
      }
      CHECK_FALSE(directory.Has(std::string("/a.txt\0.png", 11)));
    }
    SUBCASE("follows links, as those who make them mean it") {
      std::filesystem::create_symlink("../other/d.txt", settings.directory + "/link.txt");
      CHECK(directory.Has("/link.txt"));
    }
    SUBCASE("notices that a file of rules comes, changes and goes") {
      CHECK(directory.Refresh().empty());
      project.Write("public/_headers", "/*\n  X: 1\n");
      REQUIRE(directory.Refresh().size() == 1);
      CHECK(directory.headers().size() == 1);
      CHECK(directory.Refresh().empty());
      project.Write("public/_headers", "wrong\n");
      const auto notes = directory.Refresh();
      REQUIRE(notes.size() == 2);
      CHECK(notes[1].warning);
      std::filesystem::remove(settings.directory + "/_headers");
      CHECK(directory.Refresh().empty());
      CHECK(directory.headers().size() == 0);
    }
    SUBCASE("has sizes of three digits") {
      CHECK(DescribeLargeAsset("big", 26 << 20).ends_with("with a size of 26 MiB."));
      CHECK(DescribeLargeAsset("big", 1'048'271'000).ends_with("with a size of 1000 MiB."));
    }
    SUBCASE("may come later") {
      std::filesystem::rename(settings.directory, project.root() + "/away");
      CHECK_FALSE(directory.Has("/a.txt"));
      std::filesystem::rename(project.root() + "/away", settings.directory);
      CHECK(directory.Has("/a.txt"));
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
