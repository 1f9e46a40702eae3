#include <doctest/doctest.h>

#include <isolane/runtime.h>

#include "tests/support/test_runtime.h"

namespace isolane::testing {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A Worker whose lines 1 to 3 came from lines 11, 21 and 31 of the source, column by column.
WorkerSpec Mapped(const std::string& second_line) {
  WorkerSpec spec;
  spec.name = "mapped";
  spec.main_module = "out.js";
  spec.display_root = "app/";
  spec.compatibility_date = "2026-01-01";
  const std::string code =
      "const f = () => { throw new Error('boom'); };\n" + second_line + "\nexport {};\n";
  auto map = std::make_shared<SourceMap>();
  map->sources = {"app/src/in.ts"};
  // AAUA: line 11. AAUA again, by difference: lines 21 and 31.
  map->mappings = "AAUA;AAUA;AAUA";
  spec.modules = [code, map](const std::string&) -> Result<ModuleSource> {
    return ModuleSource{ModuleType::kEsModule, code, "out.js", map};
  };
  return spec;
}

std::string Answer(const WorkerSpec& spec) {
  auto runtime = Runtime::LoadSpecs({spec});
  REQUIRE_MESSAGE(runtime.ok(), runtime.error().ToString());
  auto response = (*runtime)->Fetch({.url = "http://x/"});
  REQUIRE(response.ok());
  return response->body;
}

std::string Handler(const std::string& body) {
  return "export default { fetch() { try { f(); } catch (error) { " + body + " } } };";
}

TEST_SUITE("runtime/worker/source_maps") {
  TEST_CASE("the stack of an error tells places of the sources") {
    const std::string stack = Answer(Mapped(Handler("return new Response(error.stack);")));
    CHECK(stack.starts_with("Error: boom\n    at f (app/src/in.ts:11:1)\n"));
    CHECK(Has(stack, "    at Object.fetch (app/src/in.ts:21:1)"));
    CHECK_FALSE(Has(stack, "out.js"));
  }

  TEST_CASE("it begins as V8's own does") {
    const auto first_line = [](const std::string& change) {
      return Answer(Mapped(Handler("const e = new TypeError('a'); " + change +
                                   " return new Response(e.stack.split('\\n    at ')[0]);")));
    };
    CHECK(first_line("") == "TypeError: a");
    CHECK(first_line("e.message = '';") == "TypeError");
    CHECK(first_line("e.name = 'Mine';") == "Mine: a");
    CHECK(first_line("Object.defineProperty(e, 'name', { get() { throw 1; } });") == "Error: a");
  }

  TEST_CASE("Error.prepareStackTrace is still the Worker's") {
    CHECK(Answer(Mapped("Error.prepareStackTrace = (error, sites) => error.message + ' ' + "
                        "sites[0].getFunctionName(); " +
                        Handler("return new Response(error.stack);"))) == "boom f");
  }

  TEST_CASE("an exception while modules are evaluated has its place in the source") {
    auto runtime = Runtime::LoadSpecs({Mapped("f(); export default {};")});
    REQUIRE_FALSE(runtime.ok());
    CHECK(runtime.error().where == "app/src/in.ts:11:1");
  }
}

}  // namespace
}  // namespace isolane::testing
