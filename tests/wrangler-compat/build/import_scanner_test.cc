#include "wrangler-compat/build/import_scanner.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

using Names = std::vector<std::string>;

Names Imports(std::string_view source) {
  const auto outline = ScanModule(source);
  REQUIRE_MESSAGE(outline, source);
  return outline->imports;
}

bool IsPlain(std::string_view source) { return ScanModule(source).has_value(); }

TEST_SUITE("wrangler-compat/build/import_scanner") {
  TEST_CASE("imports are found") {
    SUBCASE("in all their forms") {
      CHECK(Imports("import './a.js'") == Names{"./a.js"});
      CHECK(Imports("import a from \"./a.js\";import * as b from './b.js'") ==
            Names{"./a.js", "./b.js"});
      CHECK(Imports("import d, { a as b, default as c } from './a.js'") == Names{"./a.js"});
      CHECK(Imports("export * from './a.js';export * as n from './b.js'") ==
            Names{"./a.js", "./b.js"});
      CHECK(Imports("export { a, b as c } from './a.js'\nexport { d };") == Names{"./a.js"});
      CHECK(Imports("const m = await import('./a.js')") == Names{"./a.js"});
      CHECK(Imports("import/**/a/*x*/from// y\n'./a.js'") == Names{"./a.js"});
    }
    SUBCASE("but not where none are") {
      CHECK(Imports("// import './a.js'\n/* import './b.js' */").empty());
      CHECK(Imports("const s = \"import './a.js'\", t = 'it\\'s'").empty());
      CHECK(Imports("const t = `import './a.js' ${`${1}` + '}'} import './b.js'`").empty());
      CHECK(Imports("const r = /import '.[/]a.js'/g; a / b / c").empty());
      CHECK(Imports("x.import('./a.js'); y = { import: 1, export: 2 }; import.meta.url").empty());
      CHECK(Imports("#!/usr/bin/env import './a.js'\nlet a = 1").empty());
    }
    SUBCASE("inside of code and of templates") {
      CHECK(Imports("const f = async () => { const a = `${await import('./a.js')}`; }") ==
            Names{"./a.js"});
    }
  }

  TEST_CASE("exports are found") {
    const auto outline = [](std::string_view source) { return *ScanModule(source); };
    CHECK_FALSE(outline("addEventListener('fetch', () => {})").has_exports);
    CHECK(outline("addEventListener('fetch', () => {})").names_listener);
    CHECK(outline("export const a = 1").has_exports);
    CHECK_FALSE(Exports(outline("export const a = 1"), "default"));
    CHECK(Exports(outline("export default {}"), "default"));
    CHECK(Exports(outline("const a = {}; export { a as default }"), "default"));
    CHECK(Exports(outline("export { default } from './a.js'"), "default"));
    CHECK(Exports(outline("export { x, default, y } from './a.js'"), "default"));
    CHECK_FALSE(Exports(outline("export { default as a } from './a.js'"), "default"));
    CHECK_FALSE(Exports(outline("export * from './a.js'"), "default"));
    CHECK(Exports(outline("export * as default from './a.js'"), "default"));
    CHECK(Exports(outline("export class A {}"), "A"));
    CHECK(Exports(outline("export const A = class {}"), "A"));
    CHECK(Exports(outline("class a {} export { b, a as A }"), "A"));
    CHECK_FALSE(Exports(outline("class A {} export { A as b }"), "A"));
    CHECK_FALSE(Exports(outline("export default class A {}"), "A"));
  }

  TEST_CASE("what needs the bundler, or a parser, is not plain") {
    SUBCASE("CommonJS and names of Node.js") {
      CHECK_FALSE(IsPlain("const a = require('a')"));
      CHECK_FALSE(IsPlain("module.exports = 1"));
      CHECK_FALSE(IsPlain("if (process.env.NODE_ENV === 'x') {}"));
      CHECK_FALSE(IsPlain("Buffer.from('a')"));
      CHECK(IsPlain("a.require('x'); b.process.env; c?.module"));
      CHECK(IsPlain("class Queue { process(job) { this.#process(job); } #process() {} }"));
    }
    SUBCASE("JSX and decorators") {
      CHECK_FALSE(IsPlain("const a = <b/>"));
      CHECK_FALSE(IsPlain("return <b>c</b>"));
      CHECK_FALSE(IsPlain("@d class A {}"));
      CHECK(IsPlain("a < b; f(a) < c; x[1] < 2"));
    }
    SUBCASE("imports that are computed, or have attributes") {
      CHECK_FALSE(IsPlain("import(name)"));
      CHECK_FALSE(IsPlain("import('./' + name)"));
      CHECK_FALSE(IsPlain("import a from './a.json' with { type: 'json' }"));
      CHECK_FALSE(IsPlain("import a from './a\\x2ejs'"));
    }
    SUBCASE("a slash that may be either") {
      CHECK_FALSE(IsPlain("if (a) /b'/.test(c)"));
      CHECK_FALSE(IsPlain("}\n/b'/.test(c)"));
      CHECK_FALSE(IsPlain("a++ / b"));
      CHECK(IsPlain("f(a) / 2"));
    }
    SUBCASE("text that ends too early") {
      for (const char* source : {"'a", "`a", "/* a", "f(", "{", "`${", "/a", ")", "'a\n'", "(]"}) {
        CHECK_FALSE_MESSAGE(IsPlain(source), source);
      }
    }
  }

  TEST_CASE("every prefix of a module is read to its end") {
    const std::string source =
        "import a, { b } from './a.js';\nexport { c } from \"./c.js\";\nconst d = `x ${a / b} y`;\n"
        "export default { fetch: (r) => /[/]\\//.test(r.url) ? import('./e.js') : 1.5e3 };\n";
    REQUIRE(IsPlain(source));
    for (size_t length = 0; length < source.size(); length++) {
      static_cast<void>(ScanModule(std::string_view(source).substr(0, length)));
    }
    CHECK(Imports(source) == Names{"./a.js", "./c.js", "./e.js"});
  }
}

}  // namespace
}  // namespace isolane::wrangler
