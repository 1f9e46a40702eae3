#include "wrangler-compat/config_assets.h"

#include <filesystem>

#include "tests/wrangler-compat/schema_fixture.h"
#include "tests/wrangler-compat/temp_project.h"
#include "wrangler-compat/project.h"

namespace isolane::wrangler {
namespace {

constexpr char kNoMain[] = "name = \"w\"\ncompatibility_date = \"2026-01-01\"\n";

LoadedProject Load(const TempProject& project, const std::string& toml,
                   std::optional<std::string> assets = std::nullopt, bool refuses_large = true) {
  project.Write("wrangler.toml", toml);
  ProjectOptions options;
  options.cwd = project.root();
  options.configs = {"wrangler.toml"};
  options.assets = std::move(assets);
  options.refuses_large_assets = refuses_large;
  return LoadProject(options);
}

std::string Errors(const LoadedProject& loaded) {
  return RenderDiagnostics(loaded.diagnostics, Severity::kError, Colours::kNever);
}

TEST_SUITE("wrangler-compat/config_assets") {
  TEST_CASE("a list is no directory of assets") {
    CHECK(ReadTomlAfterHead("assets = []\n").Errors() ==
          Texts{"The `assets` property in your configuration is missing the required `directory` "
                "property. @wrangler.toml:4"});
  }

  TEST_CASE("the section [assets]") {
    SUBCASE("has wrangler's defaults") {
      const ReadConfig read = ReadTomlAfterHead("[assets]\ndirectory = \"d\"\n");
      REQUIRE(read.config.assets);
      const AssetSettings& settings = read.config.assets->settings;
      CHECK(read.Errors().empty());
      CHECK(settings.html_handling == HtmlHandling::kAutoTrailingSlash);
      CHECK(settings.not_found_handling == NotFoundHandling::kNone);
      CHECK(settings.has_worker);
      CHECK_FALSE(settings.worker_first);
      CHECK_FALSE(settings.has_patterns);
      CHECK(settings.base_path == "/");
    }
    SUBCASE("is read whole") {
      const ReadConfig read = ReadTomlAfterHead(
          "[assets]\ndirectory = \"d\"\nbinding = \"A\"\nhtml_handling = \"none\"\n"
          "not_found_handling = \"404-page\"\nbase_path = \"app\"\n"
          "run_worker_first = [\"/api/*\", \"!/api/docs/*\"]\n");
      CHECK(read.Errors().empty());
      CHECK(read.Warnings().empty());
      const AssetSettings& settings = read.config.assets->settings;
      CHECK(settings.html_handling == HtmlHandling::kNone);
      CHECK(settings.not_found_handling == NotFoundHandling::kNotFoundPage);
      CHECK(settings.base_path == "/app/");
      CHECK(settings.worker_patterns.size() == 1);
      CHECK(settings.asset_patterns.front().Match("/api/docs/x"));
      REQUIRE(read.config.bindings.size() == 1);
      CHECK(std::holds_alternative<AssetsBinding>(read.config.bindings[0].value));
    }
    SUBCASE("knows from the date or a flag who gets navigations") {
      const auto navigation = [](const std::string& head) {
        return ReadWholeToml("name = \"w\"\nmain = \"i.js\"\n" + head +
                             "\n[assets]\ndirectory = \"d\"\n")
            .config.assets->settings.navigation_prefers_assets;
      };
      CHECK_FALSE(navigation("compatibility_date = \"2025-03-31\""));
      CHECK(navigation("compatibility_date = \"2025-04-01\""));
      CHECK(
          navigation("compatibility_date = \"2025-03-31\"\ncompatibility_flags = "
                     "[\"assets_navigation_prefers_asset_serving\"]"));
      CHECK_FALSE(
          navigation("compatibility_date = \"2025-04-01\"\ncompatibility_flags = "
                     "[\"assets_navigation_has_no_effect\"]"));
    }
  }

  TEST_CASE("mistakes in [assets]") {
    const auto errors = [](const std::string& text) {
      return ReadTomlAfterHead("[assets]\n" + text).Errors();
    };
    SUBCASE("types") {
      CHECK(errors("directory = 1\nhtml_handling = \"x\"\n").size() == 3);
      CHECK(errors("directory = \"d\"\nrun_worker_first = 1\n") ==
            Texts{"The field \"assets.run_worker_first\" should be an array of strings or a "
                  "boolean, but got 1. @wrangler.toml:6"});
      CHECK(errors("directory = \"d\"\nrun_worker_first = [1]\n") ==
            Texts{"Expected \"assets.run_worker_first.[0]\" to be of type string but got 1. "
                  "@wrangler.toml:6"});
      CHECK(errors("directory = \"d\"\nbase_path = \"//x\"\n") ==
            Texts{"Invalid assets base_path: The value must be a pathname, not a URL. "
                  "@wrangler.toml:6"});
    }
    SUBCASE("no directory") {
      CHECK(errors("binding = \"A\"\n") ==
            Texts{"The `assets` property in your configuration is missing the required `directory` "
                  "property. @wrangler.toml:4"});
      CHECK(errors("directory = \"\"\n") ==
            Texts{"The assets directory cannot be an empty string. @wrangler.toml:5"});
    }
    SUBCASE("what needs code") {
      CHECK(ReadWholeToml(std::string(kNoMain) +
                          "[assets]\ndirectory = \"d\"\nbinding = \"A\"\nrun_worker_first = true\n")
                .Errors() ==
            Texts{"Cannot use assets with a binding in an assets-only Worker.\nPlease remove the "
                  "asset binding from your configuration file, or provide a Worker script in your "
                  "configuration file (`main`). @wrangler.toml:3",
                  "Cannot set run_worker_first without a Worker script.\nPlease remove "
                  "run_worker_first from your configuration file, or provide a Worker script in "
                  "your configuration file (`main`). @wrangler.toml:6"});
    }
    SUBCASE("code before assets that it cannot reach") {
      CHECK(
          ReadTomlAfterHead("[assets]\ndirectory = \"d\"\nrun_worker_first = true\n").Warnings() ==
          Texts{"run_worker_first=true set without an assets binding\nSetting run_worker_first to "
                "true will always invoke your Worker script.\nTo fetch your assets from your "
                "Worker, please set the [assets.binding] key in your configuration file.\n\nRead "
                "more: https://developers.cloudflare.com/workers/static-assets/binding/#binding "
                "@wrangler.toml:6"});
    }
    SUBCASE("with Workers Sites") {
      CHECK(ReadTomlAfterHead("site = { bucket = \"b\" }\nassets = { directory = \"d\" }\n")
                .Errors() ==
            Texts{"Cannot use assets and Workers Sites in the same Worker.\nPlease remove either "
                  "the `site` or `assets` field from your configuration file. @wrangler.toml:4"});
    }
  }

  TEST_CASE("the patterns of run_worker_first") {
    const auto error = [](const std::string& rules) {
      const Texts errors = ReadTomlAfterHead(
                               "[assets]\ndirectory = \"d\"\nbinding = \"A\"\n"
                               "run_worker_first = " +
                               rules + "\n")
                               .Errors();
      return errors.empty() ? std::string() : errors[0].substr(0, errors[0].find(" @wrangler"));
    };
    CHECK(error("[\"/a\", \"!/b\"]") == "");
    CHECK(error("[]") ==
          "No `run_worker_first` rules were provided; must provide at least 1 rule.");
    CHECK(error("[\"!/b\"]") ==
          "Only negative `run_worker_first` rules were provided; must provide at least 1 "
          "non-negative rule");
    CHECK(error("[\"x\", \"!y\"]") ==
          "Invalid routes in `run_worker_first`:\n'x': rules must start with '/' or '!/'\n"
          "'!y': negative rules must start with '!/'");
    CHECK(error("[\"/a/*\", \"/a/b\", \"/c\", \"/c\"]") ==
          "Invalid routes in `run_worker_first`:\n'/a/b': rule '/a/*' makes it redundant\n"
          "'/c': rule is a duplicate; rules must be unique");
    const std::string path(101, 'x');
    CHECK(error("[\"/" + path + "\"]") ==
          "Invalid routes in `run_worker_first`:\n'/" + path +
              "': all rules must be less than 100 characters in length");
    std::string many, copies;
    for (int i = 0; i < 101; i++) {
      many += "\"/" + std::to_string(i) + "\",";
      copies += "\"/" + std::to_string(i % 95) + "\",";
    }
    CHECK(
        error("[" + many + "]") ==
        "Too many `run_worker_first` rules were provided; 101 rules provided exceeds max of 100.");
    CHECK(error("[" + copies + "]") ==
          "Too many `run_worker_first` rules were provided; 101 rules provided (95 distinct, 6 "
          "duplicate entries) exceeds max of 100. Note: duplicate entries count towards the route "
          "limit. Ensure that no duplicate rules are present in your `run_worker_first` "
          "configuration.\n\nThe duplicated rules found are:\n- \"/0\"\n- \"/1\"\n- \"/2\"\n- "
          "\"/3\"\n- \"/4\"\n...and 1 more duplicated rule.");
  }

  TEST_CASE("the directory") {
    TempProject project;
    project.Write("public/a.txt", "a");
    project.Write("public/_redirects", "/x /y\nwrong\n");
    SUBCASE("makes a Worker without code") {
      const LoadedProject loaded =
          Load(project, std::string(kNoMain) + "[assets]\ndirectory = \"./public\"\n");
      REQUIRE_MESSAGE(loaded.ok(), Errors(loaded));
      const WorkerSpec& worker = loaded.project.workers[0];
      CHECK(worker.responder != nullptr);
      CHECK(worker.modules(worker.main_module).ok());
      CHECK(loaded.notes == Texts{"✨ Parsed 1 valid redirect rule."});
      CHECK(RenderDiagnostics(loaded.diagnostics, Severity::kWarning, Colours::kNever)
                .find("at public/_redirects:2 | wrong") != std::string::npos);
    }
    SUBCASE("must be there") {
      CHECK(Errors(Load(project, std::string(kNoMain) + "[assets]\ndirectory = \"dist\"\n")) ==
            "✘ [ERROR] The directory specified by the \"assets.directory\" field in your "
            "configuration file does not exist:\n  " +
                project.root() + "/dist\n  (wrangler.toml:4)\n\n");
      CHECK(Errors(
                Load(project, std::string(kNoMain) + "[assets]\ndirectory = \"public/a.txt\"\n")) ==
            "✘ [ERROR] The path specified by the \"assets.directory\" field in your configuration "
            "file doesn't point to a directory:\n  " +
                project.root() + "/public/a.txt\n  (wrangler.toml:4)\n\n");
    }
    SUBCASE("has no file that could not be deployed, unless it is ignored") {
      const std::string settings = std::string(kNoMain) + "[assets]\ndirectory = \"public\"\n";
      for (const char* name : {"public/b/big.bin", "public/c/big.bin", "public/fits.bin"}) {
        project.Write(name, "");
        const int over = std::string_view(name).ends_with("fits.bin") ? 0 : 3 << 19;
        std::filesystem::resize_file(project.root() + "/" + name, (25 << 20) + over);
      }
      project.Write("public/.assetsignore", "c\n");
      CHECK(
          Errors(Load(project, settings)) ==
          "✘ [ERROR] Asset too large.\n  Cloudflare Workers supports assets with sizes of up to "
          "25 MiB. We found a file public/b/big.bin with a size of 26.5 MiB.\n  Ensure all assets "
          "in your assets directory \"public/\" conform with the Workers maximum size "
          "requirement.\n  (wrangler.toml:4)\n  What is not to be served can be named in "
          "public/.assetsignore.\n\n");
      CHECK(Load(project, settings, std::nullopt, false).ok());
      // It may be another one after the build.
      CHECK(Errors(Load(project, "build.command = \"make\"\n" + settings)) == "");
    }
    SUBCASE("may be made by a custom build") {
      const LoadedProject loaded =
          Load(project, std::string(kNoMain) +
                            "[build]\ncommand = \"make\"\n[assets]\ndirectory = \"dist\"\n");
      CHECK_MESSAGE(loaded.ok(), Errors(loaded));
    }
    SUBCASE("may come from the command line") {
      const LoadedProject loaded = Load(project, kNoMain, "public");
      CHECK(loaded.ok());
      CHECK(Errors(Load(project, kNoMain, "dist"))
                .find("The directory specified by the \"--assets\" command line argument does not "
                      "exist:") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
