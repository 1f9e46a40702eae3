#include "runtime/js/isolate.h"

#include <string>

#include "tests/runtime/js/js_fixture.h"

namespace isolane::js {
namespace {

TEST_SUITE("runtime/js/isolate") {
  TEST_CASE("an isolate starts with what the snapshot holds") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    SUBCASE("globals of the builtins") { CHECK(isolate.Run("builtin") == "here"); }
    SUBCASE("what the index exports, modules and natives included") {
      CpuMeter meter{0, watchdog.CyclesOf(1000)};
      Enter enter(isolate.get(), watchdog, meter);
      v8::Isolate* v8 = isolate.get().v8();
      v8::Local<v8::Object> exports = isolate.get().builtins();
      v8::Local<v8::Value> four =
          exports->Get(enter.context(), Literal(v8, "four")).ToLocalChecked();
      v8::Local<v8::Value> result =
          four.As<v8::Function>()->Call(enter.context(), exports, 0, nullptr).ToLocalChecked();
      CHECK(Describe(v8, result) == "4");
      CHECK(Describe(v8, exports->Get(enter.context(), Literal(v8, "name")).ToLocalChecked()) ==
            "from lib/name");
    }
    SUBCASE("and no door to the natives for others") {
      CHECK(isolate.Run("typeof native + typeof require + typeof module") ==
            "undefinedundefinedundefined");
    }
  }

  TEST_CASE("From finds the isolate, owner() whoever made it") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    CHECK(&Isolate::From(isolate.get().v8()) == &isolate.get());
    CHECK(isolate.get().owner() == &isolate);
  }

  TEST_CASE("isolates share nothing") {
    Watchdog watchdog;
    TestIsolate one(watchdog);
    TestIsolate two(watchdog);
    CHECK(one.Run("globalThis.mine = 1; Array.prototype.x = 2; 'set'") == "set");
    CHECK(two.Run("typeof mine + typeof [].x") == "undefinedundefined");
  }

  TEST_CASE("code from strings is refused") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    CHECK(isolate.Run("eval('1')").starts_with("threw EvalError"));
    CHECK(isolate.Run("new Function('')").starts_with("threw EvalError"));
  }

  TEST_CASE("a heap that is full condemns the isolate, and no other") {
    Watchdog watchdog;
    TestIsolate full(watchdog, 16);
    TestIsolate other(watchdog, 16);
    CHECK(full.Run("const all = []; for (;;) all.push([all.length, {}]);") == "terminated");
    CHECK(full.get().condemned() == Condemned::kMemory);
    CHECK(other.get().condemned() == Condemned::kNo);
    CHECK(other.Run("1 + 1") == "2");
  }

  TEST_CASE("garbage does not") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog, 16);
    CHECK(isolate.Run("for (let i = 0; i < 2000000; i++) [i, {}]; 'done'") == "done");
    CHECK(isolate.get().condemned() == Condemned::kNo);
  }

  TEST_CASE("array buffers have a limit of their own") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog, 64, 8);
    SUBCASE("beyond which there is a RangeError") {
      CHECK(isolate.Run("new ArrayBuffer(9 << 20)").starts_with("threw RangeError"));
      CHECK(isolate.Run("const all = []; for (;;) all.push(new Uint8Array(1 << 20));")
                .starts_with("threw RangeError"));
      CHECK(isolate.get().condemned() == Condemned::kNo);
    }
    SUBCASE("which counts what is alive") {
      CHECK(isolate.Run("new ArrayBuffer(4 << 20).byteLength") == "4194304");
      CHECK(isolate.get().buffers().used() >= (4u << 20));
      CHECK(isolate.Run("for (let i = 0; i < 100; i++) new ArrayBuffer(1 << 20); 'done'") ==
            "done");
    }
    SUBCASE("and gives all of it back") {
      auto buffers = isolate.get().shared_buffers();
      {
        TestIsolate other(watchdog);
        other.Run("globalThis.kept = new ArrayBuffer(1 << 20)");
        buffers = other.get().shared_buffers();
        CHECK(buffers->used() >= (1u << 20));
      }
      CHECK(buffers->used() == 0);
    }
  }

  TEST_CASE("a snapshot of another version makes no isolate") {
    std::string blob = TestSnapshot();
    const size_t version = blob.find(v8::V8::GetVersion());
    REQUIRE(version != std::string::npos);
    blob[version] = '0';
    IsolateOptions options;
    options.snapshot = {blob.data(), static_cast<int>(blob.size())};
    options.external_references = ExternalReferences(kTestNatives);
    CHECK(Isolate::Create(options) == nullptr);
  }
}

}  // namespace
}  // namespace isolane::js
