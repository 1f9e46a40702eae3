#include "runtime/js/watchdog.h"

#include <string>

#include "tests/runtime/js/js_fixture.h"

namespace isolane::js {
namespace {

const std::string kBurn = "{ const end = Date.now() + 20; while (Date.now() < end); } 'burnt'";

TEST_SUITE("runtime/js/watchdog") {
  TEST_CASE("code that never returns is ended when its budget is spent") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    CpuMeter meter{0, watchdog.CyclesOf(20)};
    std::string code;
    SUBCASE("an empty loop") { code = "for (;;);"; }
    SUBCASE("a loop around one that V8 unrolls") { code = "for (;;) new Array(100).fill(1);"; }
    SUBCASE("a loop of calls") { code = "const f = (n) => n + 1; let n = 0; for (;;) n = f(n);"; }
    SUBCASE("a loop that catches") { code = "for (;;) { try { null.x; } catch {} }"; }
    SUBCASE("recursion without end") {
      code = "const f = () => { try { f(); } finally { f(); } }; f();";
    }
    SUBCASE("a regular expression") { code = "/^(a+)+$/.test('a'.repeat(64) + 'b')"; }
    SUBCASE("a sort") {
      code =
          "for (;;) Array.from({ length: 100000 }, (_, i) => (i * 7919) % 100003).sort((a, b) => a "
          "- b);";
    }
    CAPTURE(code);
    CHECK(isolate.Run(code, meter) == "terminated");
    CHECK(meter.exhausted());
    CHECK(isolate.get().condemned() == Condemned::kCpu);
  }

  TEST_CASE("so are microtasks that make microtasks") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    CpuMeter meter{0, watchdog.CyclesOf(20)};
    isolate.Run("const again = () => Promise.resolve().then(again); again(); 1", meter);
    CHECK(meter.exhausted());
    CHECK(isolate.get().condemned() == Condemned::kCpu);
  }

  TEST_CASE("an entry that has ended is never interrupted afterwards") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    // Each ends just when its budget does, so that the watchdog's request may come late.
    for (int i = 0; i < 10; i++) {
      CpuMeter tight{0, watchdog.CyclesOf(20)};
      const std::string first = isolate.Run(kBurn, tight);
      CHECK((first == "burnt" || first == "terminated"));
      CpuMeter ample{0, watchdog.CyclesOf(10000)};
      CHECK(isolate.Run(kBurn, ample) == "burnt");
      CHECK_FALSE(ample.exhausted());
    }
  }

  TEST_CASE("nor is another isolate that is entered meanwhile") {
    Watchdog watchdog;
    TestIsolate looping(watchdog);
    TestIsolate other(watchdog);
    CHECK(looping.Run("for (;;);", 20) == "terminated");
    CHECK(other.Run(kBurn) == "burnt");
    CHECK(other.get().condemned() == Condemned::kNo);
  }

  TEST_CASE("the meter adds up over entries") {
    Watchdog watchdog;
    TestIsolate one(watchdog);
    TestIsolate two(watchdog);
    CpuMeter meter{0, watchdog.CyclesOf(10000)};
    one.Run(kBurn, meter);
    const uint64_t after_one = meter.spent;
    CHECK(after_one >= watchdog.CyclesOf(1));
    two.Run(kBurn, meter);
    CHECK(meter.spent > after_one);
    CHECK_FALSE(meter.exhausted());
  }

  TEST_CASE("it wakes up after a rest") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    CHECK(isolate.Run("1") == "1");
    // It has gone to sleep for good by then, or not: both must work.
    for (int i = 0; i < 3; i++) {
      TestIsolate fresh(watchdog);
      CHECK(fresh.Run("for (;;);", 20) == "terminated");
    }
  }
}

}  // namespace
}  // namespace isolane::js
