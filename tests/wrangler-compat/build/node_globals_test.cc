#include "wrangler-compat/build/node_globals.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

TEST_SUITE("wrangler-compat/build/node_globals") {
  TEST_CASE("a script asks for globals of Node.js") {
    SUBCASE("by their names") {
      CHECK(NamesNodeGlobals("process.exit()"));
      CHECK(NamesNodeGlobals("typeof Buffer"));
      CHECK(NamesNodeGlobals("[...process.argv]"));
      CHECK(NamesNodeGlobals("a\n  .b(setImmediate, clearImmediate)"));
      CHECK(NamesNodeGlobals("global"));
    }
    SUBCASE("of the global object") {
      CHECK(NamesNodeGlobals("globalThis.process"));
      CHECK(NamesNodeGlobals("globalThis?.process"));
      CHECK(NamesNodeGlobals("self\n  .Buffer"));
    }
    SUBCASE("with a name that is not known before") {
      CHECK(NamesNodeGlobals("globalThis[name]"));
      CHECK(NamesNodeGlobals("const { process: p } = globalThis"));
      CHECK(NamesNodeGlobals("'Buf' + 'fer' in globalThis"));
      CHECK(NamesNodeGlobals("globalThis?.[name]"));
      CHECK(NamesNodeGlobals("use(self)"));
    }
    SUBCASE("and not by what looks like it") {
      CHECK_FALSE(NamesNodeGlobals(""));
      CHECK_FALSE(NamesNodeGlobals("this.process(order.Buffer)"));
      CHECK_FALSE(NamesNodeGlobals("queue?.process()"));
      CHECK_FALSE(NamesNodeGlobals("processed; reprocess; ArrayBuffer; $process; globals"));
      CHECK_FALSE(NamesNodeGlobals("globalThis.fetch; globalThis . counter ||= 0; self.crypto"));
      CHECK_FALSE(NamesNodeGlobals("this.self[name]; myself[name]"));
    }
  }

  TEST_CASE("a module imports packages") {
    SUBCASE("by any kind of import") {
      CHECK(ImportsPackages("import x from 'pkg';"));
      CHECK(ImportsPackages("import\"pkg/register\""));
      CHECK(ImportsPackages("export * from \"@scope/pkg\";"));
      CHECK(ImportsPackages("await import ( 'pkg' )"));
      CHECK(ImportsPackages("require('pkg')"));
      CHECK(ImportsPackages("import fs from 'node:fs';"));
    }
    SUBCASE("unless all are files of the project, or of the runtime") {
      CHECK_FALSE(ImportsPackages("import x from './x'; import('../y.js'); require(\"./z\")"));
      CHECK_FALSE(ImportsPackages("import { env } from 'cloudflare:workers';"));
      CHECK_FALSE(ImportsPackages("import { AsyncLocalStorage } from 'node:async_hooks';"));
      CHECK_FALSE(ImportsPackages("Array.from(list); const from = 'pkg';"));
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
