#include "wrangler-compat/build/node_globals.h"

#include <doctest/doctest.h>

#include <iterator>

namespace isolane::wrangler {
namespace {

const NodeNames kAll = {std::begin(kNodeGlobalNames), std::end(kNodeGlobalNames)};

TEST_SUITE("wrangler-compat/build/node_globals") {
  TEST_CASE("a script asks for globals of Node.js") {
    SUBCASE("by their names") {
      CHECK(NodeGlobalsIn("process.exit()") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("typeof Buffer") == NodeNames{"Buffer"});
      CHECK(NodeGlobalsIn("[...process.argv]") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("a\n  .b(setImmediate, clearImmediate)") ==
            NodeNames{"clearImmediate", "setImmediate"});
      CHECK(NodeGlobalsIn("setImmediate(run)") == NodeNames{"setImmediate"});
      CHECK(NodeGlobalsIn("a ? process : b") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("`${process.pid}`") == NodeNames{"process"});
    }
    SUBCASE("behind a name that is declared") {
      CHECK(NodeGlobalsIn("for (const k in process.env) {}") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("for (const k of process.argv) {}") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("for (const of of process.argv) {}") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("class Mine extends Buffer {}") == NodeNames{"Buffer"});
      CHECK(NodeGlobalsIn("a(class extends Buffer {})") == NodeNames{"Buffer"});
      CHECK(NodeGlobalsIn("let a\nprocess.exit()") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("let a, b = 1, c = [process]") == NodeNames{"process"});
    }
    SUBCASE("of the global object") {
      CHECK(NodeGlobalsIn("globalThis.process") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("globalThis?.process") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("self\n  .Buffer") == NodeNames{"Buffer"});
      CHECK(NodeGlobalsIn("self['Buffer']") == NodeNames{"Buffer"});
      CHECK(NodeGlobalsIn("typeof globalThis.process") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("global.Buffer") == NodeNames{"Buffer", "global"});
    }
    SUBCASE("with a name that is not known before") {
      CHECK(NodeGlobalsIn("globalThis[name]") == kAll);
      CHECK(NodeGlobalsIn("const { process: p } = globalThis") == kAll);
      CHECK(NodeGlobalsIn("'Buf' + 'fer' in globalThis") == kAll);
      CHECK(NodeGlobalsIn("globalThis?.[name]") == kAll);
      CHECK(NodeGlobalsIn("use(self)") == kAll);
      CHECK(NodeGlobalsIn("globalThis.self[name]") == kAll);
      CHECK(NodeGlobalsIn("globalThis['pro\\u0063ess']") == kAll);
      CHECK(NodeGlobalsIn("globalThis") == kAll);
    }
    SUBCASE("and not by what looks like it") {
      CHECK(NodeGlobalsIn("").empty());
      CHECK(NodeGlobalsIn("// process the request\n/* Buffer */ f('process', \"Buffer\", `global`)")
                .empty());
      CHECK(NodeGlobalsIn("this.process(order.Buffer); this.#process").empty());
      CHECK(NodeGlobalsIn("queue?.process()").empty());
      CHECK(NodeGlobalsIn("({ process: 1, global: 2 })").empty());
      CHECK(NodeGlobalsIn("({ a, self: 1, Buffer: 2, globalThis: 3 })").empty());
      CHECK(NodeGlobalsIn("class Queue { process(job) {} }").empty());
      CHECK(NodeGlobalsIn("processed; reprocess; ArrayBuffer; $process; globals").empty());
      CHECK(NodeGlobalsIn("globalThis.fetch; globalThis . counter ||= 0; self.crypto").empty());
      CHECK(NodeGlobalsIn("this.self[name]; myself[name]").empty());
      CHECK(NodeGlobalsIn("const self = this; use(self)").empty());
      CHECK(NodeGlobalsIn("typeof globalThis === 'object' && typeof self").empty());
      CHECK(NodeGlobalsIn("Object.defineProperty(globalThis, name, { value })").empty());
      CHECK(NodeGlobalsIn("for (let i = 0; i++ < count; ) {}").empty());
    }
    SUBCASE("or by any word, where only a parser knows what is a text") {
      CHECK(NodeGlobalsIn("{} /'/; 'process'") == NodeNames{"process"});
      CHECK(NodeGlobalsIn("{} /'/; 'processes'").empty());
      CHECK(NodeGlobalsIn("{} /'/; self.fetch") == kAll);
    }
  }

  TEST_CASE("a bundle asks for globals of Node.js") {
    const auto in = [](std::string_view bundle) {
      return NodeGlobalsInBundle(bundle,
                                 [](const std::string& path) { return path == "node.mjs"; });
    };
    SUBCASE("that no variable of it has the name of") {
      CHECK(in("// a.js\nprocess.exit();\n\n// b.js\nBuffer.from(a);\n") ==
            NodeNames{"Buffer", "process"});
      CHECK(in("// a.js\nvar a, Buffer, c;\n\n// b.js\nBuffer.from(process);\n") ==
            NodeNames{"process"});
      CHECK(in("// a.js\nclass Buffer {}\n\n// b.js\nglobalThis.Buffer;\n") == NodeNames{"Buffer"});
      CHECK(in("var a = Buffer, process;\n") == NodeNames{"Buffer", "process"});
      CHECK(in("class Buffer extends process {}\n") == NodeNames{"process"});
      CHECK(in("function process() {}\n\n// b.js\nprocess;\n").empty());
    }
    SUBCASE("by a name that is computed in a file of the Worker") {
      CHECK(in("// a.js\nglobalThis[name];\n") == kAll);
      CHECK(in("globalThis[name];\n") == kAll);
    }
    SUBCASE("and not so in the modules of Node.js") {
      CHECK(in("// node.mjs\nglobalThis[name]; process;\n\n// a.js\na();\n") ==
            NodeNames{"process"});
      CHECK(in("var start;\n\n// node.mjs\nglobalThis[name];\n").empty());
    }
    SUBCASE("and only of one file by any word") {
      CHECK(in("// a.js\n{} /'/; 'process'\n\n// b.js\n'Buffer';\n") == NodeNames{"process"});
    }
  }

  TEST_CASE("the module that defines them asks for none itself") {
    CHECK(NodeGlobalsIn(NodeGlobalsSource(kAll)).empty());
  }

  TEST_CASE("the module that defines them has no others") {
    const std::string source = NodeGlobalsSource({"Buffer"});
    CHECK(source.find("return require(\"node:buffer\").Buffer;") != std::string::npos);
    CHECK(source.find("process") == std::string::npos);
  }
}

}  // namespace
}  // namespace isolane::wrangler
