#include "wrangler-compat/source_map_file.h"

#include <doctest/doctest.h>

#include "runtime/base/source_map.h"
#include "tests/wrangler-compat/module_project.h"

namespace isolane::wrangler {
namespace {

constexpr char kMap[] =
    R"({"version":3,"sources":["../src/orig.ts"],"sourcesContent":["// l1\n"],"names":["a"],)"
    R"("mappings":"AAEA,aAAiB"})";

// The build of a project, "dist/out.js", with what is below its code.
struct Project : ModuleProject {
  Project() : ModuleProject("dist", "out.js") { Write("dist/out.js.map", kMap); }

  std::shared_ptr<const SourceMap> Find(const std::string& below) const {
    return FindSourceMap(
        files, "out.js",
        "function a(){throw new Error(\"mapped\")}export default{fetch(){a()}};" + below);
  }
};

std::string PlaceOf(std::shared_ptr<const SourceMap> map) {
  REQUIRE(map != nullptr);
  const auto place = base::SourceMapReader(std::move(map)).Find(1, 20);
  REQUIRE(place.has_value());
  return place->source + ":" + std::to_string(place->line) + ":" + std::to_string(place->column);
}

TEST_SUITE("wrangler-compat/source_map_file") {
  TEST_CASE("a module's map") {
    Project project;
    SUBCASE("is the file that its last lines name") {
      for (const char* below :
           {"\n//# sourceMappingURL=out.js.map", "\n//# sourceMappingURL=out.js.map\n\n",
            "//# sourceMappingURL=out.js.map", "\r\n//# sourceMappingURL=./out.js.map \r\n// end\n",
            "\n//# sourceMappingURL=out.js%2Emap"}) {
        CAPTURE(below);
        CHECK(PlaceOf(project.Find(below)) == "src/orig.ts:3:18");
      }
    }
    SUBCASE("may be in the module") {
      // kMap in base64, and percent-encoded.
      for (const char* below :
           {"\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,eyJ2ZXJzaW9uIjozLCJz"
            "b3VyY2VzIjpbIi4uL3NyYy9vcmlnLnRzIl0sIm1hcHBpbmdzIjoiQUFFQSxhQUFpQiJ9",
            "\n//# sourceMappingURL=data:application/json,%7B%22sources%22:[%22../src/orig.ts%22],"
            "%22mappings%22:%22AAEA,aAAiB%22%7D"}) {
        CHECK(PlaceOf(project.Find(below)) == "src/orig.ts:3:18");
      }
    }
    SUBCASE("comes with the module") {
      project.Write("dist/out.js", "let a;\n//# sourceMappingURL=out.js.map\n");
      CHECK(PlaceOf(MakeModuleLoader(project.files)("out.js")->source_map) == "src/orig.ts:3:18");
      project.Write("dist/plain.js", "let a;\n");
      CHECK(MakeModuleLoader(project.files)("plain.js")->source_map == nullptr);
    }
    SUBCASE("is none where only code or earlier lines speak of one") {
      for (const char* below :
           {"", "\n//# sourceMappingURL=out.js.map\nlet b;", "\n'//# sourceMappingURL=out.js.map';",
            "\n/# sourceMappingURL=out.js.map", "\n//# sourceMappingURL="}) {
        CAPTURE(below);
        CHECK(project.Find(below) == nullptr);
      }
    }
    SUBCASE("is ignored if it is missing, far away or broken") {
      for (const char* below :
           {"\n//# sourceMappingURL=none.map", "\n//# sourceMappingURL=https://x/out.js.map",
            "\n//# sourceMappingURL=data:application/json;base64,*",
            "\n//# sourceMappingURL=data:", "\n//# sourceMappingURL=.",
            "\n//# sourceMappingURL=data:application/json;base64,e30="}) {
        CAPTURE(below);
        CHECK(project.Find(below) == nullptr);
      }
      for (const char* broken :
           {"", "{", "[]", "{\"sources\":[]}", "{\"mappings\":1,\"sources\":[]}",
            "{\"sections\":[]}", "{\"mappings\":\"\",\"sources\":{}}"}) {
        CAPTURE(broken);
        project.Write("dist/out.js.map", broken);
        CHECK(project.Find("\n//# sourceMappingURL=out.js.map") == nullptr);
      }
    }
  }

  TEST_CASE("a map is read without the texts of its sources, whatever they are") {
    const auto place = [](const std::string& texts) {
      return PlaceOf(ParseSourceMap(
          "{\"sources\":[\"a.ts\"],\"sourcesContent\" : " + texts + ",\"mappings\":\"AAEA,aAAiB\"}",
          "/", [](const std::string& path) { return path; }));
    };
    for (const char* texts :
         {"[]", "[null]", R"(["a"])", R"(["\"", "\\"])", R"(["\\\"]", null , "]" ])",
          R"(["\"sourcesContent\":["])", "null", "1", "[1]"}) {
      CAPTURE(texts);
      CHECK(place(texts) == "/a.ts:3:18");
    }
    CHECK(place(R"([],"names":["mappings"],"x":"\"mappings\":\"AAAA\"")") == "/a.ts:3:18");
    const auto escaped = ParseSourceMap(R"({"sources":[],"mappings" : "AA\u0041A"})", "/",
                                        [](const std::string& path) { return path; });
    REQUIRE(escaped != nullptr);
    CHECK(escaped->mappings == "AAAA");
    for (const char* broken : {"[\"", "[\"\\\"]", "[", "[null"}) {
      CAPTURE(broken);
      CHECK(ParseSourceMap(
                "{\"sources\":[],\"mappings\":\"\",\"sourcesContent\":" + std::string(broken), "/",
                [](const std::string& path) { return path; }) == nullptr);
    }
  }

  TEST_CASE("sources are shown") {
    const auto sources = [](const std::string& json) {
      const auto map = ParseSourceMap(json, "/app/dist",
                                      [](const std::string& path) { return "shown " + path; });
      REQUIRE(map != nullptr);
      return map->sources;
    };
    SUBCASE("as files, from the place of the map") {
      CHECK(sources(
                R"({"mappings":"","sources":["a%20b.ts","../src/b.ts","/c.ts","file:///d.ts"]})") ==
            std::vector<std::string>{"shown /app/dist/a b.ts", "shown /app/src/b.ts", "shown /c.ts",
                                     "shown /d.ts"});
    }
    SUBCASE("below the root that the map gives them") {
      CHECK(sources(R"({"mappings":"","sourceRoot":"../src","sources":["a.ts","/b.ts"]})") ==
            std::vector<std::string>{"shown /app/src/a.ts", "shown /b.ts"});
    }
    SUBCASE("as nothing if they have no name") {
      CHECK(sources(R"({"mappings":"","sourceRoot":"/src","sources":[null,"",1]})") ==
            std::vector<std::string>{"", "", ""});
    }
    SUBCASE("as they are if they are no files") {
      CHECK(sources(R"({"mappings":"","sources":["webpack://app/./src/a.ts"]})") ==
            std::vector<std::string>{"webpack://app/./src/a.ts"});
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
