#include "runtime/js/snapshot.h"

#include <string>

#include "tests/runtime/js/js_fixture.h"

namespace isolane::js {
namespace {

Error ErrorOf(const std::vector<Builtin>& builtins) {
  Platform::Start();
  auto made = CreateSnapshot(builtins, kTestNatives);
  REQUIRE_FALSE(made.ok());
  return made.error();
}

TEST_SUITE("runtime/js/snapshot") {
  TEST_CASE("what is wrong with a built-in is told with its name") {
    SUBCASE("a syntax error") {
      const Error error = ErrorOf({{"index", "module.exports = ;"}});
      CHECK(error.ToString().find("index") != std::string::npos);
      CHECK(error.ToString().find("SyntaxError") != std::string::npos);
    }
    SUBCASE("an exception") {
      const Error error =
          ErrorOf({{"index", "require('lib/bad');"}, {"lib/bad", "\nthrow new Error('no');"}});
      CHECK(error.ToString().find("no") != std::string::npos);
    }
    SUBCASE("a part that does not exist") {
      CHECK(ErrorOf({{"index", "require('lib/gone');"}}).ToString().find("lib/gone") !=
            std::string::npos);
    }
  }

  TEST_CASE("the table of external references ends with 0 and is the same every time") {
    const intptr_t* references = ExternalReferences(kTestNatives);
    CHECK(references == ExternalReferences(kTestNatives));
    size_t count = 0;
    while (references[count] != 0) count++;
    CHECK(count >= 1);
  }
}

}  // namespace
}  // namespace isolane::js
