#include "bindings/file/file_binding.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

using namespace std::string_literals;

// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
const std::string kAdd =
    "\0asm\1\0\0\0\1\7\1\x60\2\x7f\x7f\1\x7f\3\2\1\0\7\7\1\3add\0\0\n\t\1\7\0\x20\0\x20\1\x6a\x0b"s;

testing::TestWorker With(FileBinding binding, const std::string& code) {
  return testing::TestWorker::Handler("w", code).Binding({"F", std::move(binding), "w.toml:3"});
}

FileBinding File(ModuleType type, std::string content) {
  return {type, "the/file", std::make_shared<const std::string>(std::move(content))};
}

TEST_SUITE("bindings/file") {
  TEST_CASE("a file is a value of env") {
    SUBCASE("text is a string") {
      testing::TestRuntime runtime(
          {With(File(ModuleType::kText, "caf\xC3\xA9"), "return new Response(env.F.length)")});
      CHECK(runtime.Text() == "4");
    }
    SUBCASE("data is an ArrayBuffer, of its own for each isolate") {
      testing::TestRuntime runtime({With(
          File(ModuleType::kData, "a\0b"s),
          "return new Response(`${env.F instanceof ArrayBuffer} ${new Uint8Array(env.F)}`)")});
      CHECK(runtime.Text() == "true 97,0,98");
    }
    SUBCASE("WebAssembly is a module that is compiled") {
      testing::TestRuntime runtime(
          {With(File(ModuleType::kWasm, kAdd),
                "return new Response(`${env.F instanceof WebAssembly.Module} ` + "
                "new WebAssembly.Instance(env.F).exports.add(40, 2))")});
      CHECK(runtime.Text() == "true 42");
    }
  }

  TEST_CASE("WebAssembly that is none is refused, with the place that names it") {
    const Error error =
        testing::LoadError({With(File(ModuleType::kWasm, "no wasm"), "return new Response()")});
    CHECK(error.where == "w.toml:3");
    CHECK(error.message.find("the binding F to the/file could not be made") != std::string::npos);
  }
}

}  // namespace
}  // namespace isolane::bindings
