// Runtime::Load: what an embedder gets of configuration files.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <isolane/runtime.h>

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

// Workers "one" and "two", each in a folder of its name; "one" is public and calls "two".
struct Files {
  TempProject project;

  Files() {
    for (const std::string name : {"one", "two"}) {
      project.Write(
          name + "/wrangler.toml",
          "name = \"" + name + "\"\nmain = \"index.js\"\n" +
              "compatibility_date = \"2026-01-01\"\n" +
              (name == "one" ? "services = [{ binding = \"TWO\", service = \"two\" }]\n" : ""));
    }
    Write("one", "export default { fetch: (request, env) => env.TWO.fetch(request) };");
    Write("two", "export default { fetch: () => new Response('two') };");
  }

  void Write(const std::string& worker, const std::string& module) {
    project.Write(worker + "/index.js", module);
  }
  Result<std::unique_ptr<Runtime>> Load() const {
    return Runtime::Load({project / "one/wrangler.toml", project / "two/wrangler.toml"});
  }
  // Of a graph that must load: what the public Worker answers.
  std::string Answer() const {
    auto runtime = Load();
    REQUIRE_MESSAGE(runtime.ok(), runtime.error().ToString());
    auto response = (*runtime)->Fetch({.url = "http://one.test/"});
    REQUIRE_MESSAGE(response.ok(), response.error().ToString());
    return response->body;
  }
};

TEST_SUITE("wrangler-compat/runtime_load") {
  TEST_CASE("configuration files") {
    Files files;
    SUBCASE("become Workers that call each other") { CHECK(files.Answer() == "two"); }
    SUBCASE("are built where modules need it") {
      files.project.Write("two/value.ts", "export const value: string = 'typed';");
      files.Write("two",
                  "import { value } from './value';\n"
                  "export default { fetch: () => new Response(value) };");
      CHECK(files.Answer() == "typed");
    }
    SUBCASE("are built, too, where only V8 notices that it is needed") {
      files.Write("two",
                  "const React = { createElement: (tag) => `<${tag}>` };\n"
                  "export default { fetch: () => new Response(<b />) };");
      CHECK(files.Answer() == "<b>");
    }
    SUBCASE("that cannot be built are all told of") {
      files.Write("one", "export default { fetch() { return new Response(<a>); } };");
      files.Write("two", "export default { fetch() { return new Response(<b>); } };");
      const auto runtime = files.Load();
      REQUIRE_FALSE(runtime.ok());
      const std::string said = runtime.error().ToString();
      CHECK(said.find("one/index.js:1:") != std::string::npos);
      CHECK(said.find("two/index.js:1:") != std::string::npos);
    }
    SUBCASE("whose code fails are no matter of building") {
      files.Write("two", "throw new RangeError('at the start');");
      const auto runtime = files.Load();
      REQUIRE_FALSE(runtime.ok());
      CHECK(runtime.error().kind != ErrorKind::kBuild);
      CHECK(runtime.error().ToString().find("at the start") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
