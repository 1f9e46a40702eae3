#include "runtime/js/builtin_loader.h"

#include <string>

#include "tests/runtime/js/js_fixture.h"

namespace isolane::js {
namespace {

TEST_SUITE("runtime/js/builtin_loader") {
  TEST_CASE("a late built-in") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    SUBCASE("is loaded when its global is read, once") {
      CHECK(isolate.Run("'late' in globalThis && typeof loads") == "undefined");
      CHECK(isolate.Run("late.name + late.twice(2) + loads") == "late41");
      CHECK(isolate.Run("late === late && loads") == "1");
    }
    SUBCASE("is a data property before and after") {
      const std::string shape =
          "JSON.stringify(Object.getOwnPropertyDescriptor(globalThis, 'late'))";
      const std::string before = isolate.Run(shape);
      CHECK(before ==
            "{\"value\":{\"name\":\"late\"},\"writable\":true,\"enumerable\":false,"
            "\"configurable\":true}");
      CHECK(isolate.Run(shape) == before);
    }
    SUBCASE("gives way to what is written over it") {
      CHECK(isolate.Run("late = 3; late + typeof loads") == "3undefined");
    }
    SUBCASE("is read in a hot loop like any other global") {
      CHECK(
          isolate.Run("let n = 0; function f() { return late.twice(1); } for (let i = 0; i < 1e5; "
                      "i++) n += f(); n + ' ' + loads") == "200000 1");
    }
    SUBCASE("throws what its module throws, each time") {
      CHECK(isolate.Run("bad") == "threw Error: not today");
      CHECK(isolate.Run("bad") == "threw Error: not today");
    }
    SUBCASE("is loaded later when there was too little stack") {
      CHECK(isolate.Run("let failed = 0; function f() { try { f(); } catch { try { late; } catch { "
                        "failed++; } } } f(); (failed > 0) + late.name") == "truelate");
      CHECK(isolate.Run("late.twice(4)") == "8");
    }
    SUBCASE("is ended by the watchdog like any code") {
      CHECK(isolate.Run("endless", 20) == "terminated");
      CHECK(isolate.get().condemned() == Condemned::kCpu);
    }
    SUBCASE("is loaded by each isolate for itself") {
      TestIsolate other(watchdog);
      CHECK(isolate.Run("late.name = 'mine'; loads") == "1");
      CHECK(other.Run("late.name + loads") == "late1");
    }
  }

  TEST_CASE("the loader has no way in from a script") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    CHECK(isolate.Run("typeof require + typeof native + typeof module") ==
          "undefinedundefinedundefined");
    // Not by a stack frame either.
    CHECK(isolate.Run(R"(
            Error.prepareStackTrace = (error, frames) =>
                frames.map((f) => f.getFileName()?.startsWith('isolane:') ? 'ours' : 'own').join();
            let stack = '';
            globalThis.__defineSetter__('loads', function () { stack = new Error().stack; });
            late;
            stack)") == "own,own");
  }
}

}  // namespace
}  // namespace isolane::js
