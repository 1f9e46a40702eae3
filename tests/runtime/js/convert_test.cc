#include "runtime/js/convert.h"

#include <string>

#include "tests/runtime/js/js_fixture.h"

namespace isolane::js {
namespace {

TEST_SUITE("runtime/js/convert") {
  TEST_CASE("strings") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    CpuMeter meter{0, watchdog.CyclesOf(10000)};
    Enter enter(isolate.get(), watchdog, meter);
    v8::Isolate* v8 = isolate.get().v8();
    const auto length = [&](v8::MaybeLocal<v8::String> text) {
      return text.ToLocalChecked()->Length();
    };
    SUBCASE("UTF-8 there and back") {
      for (const std::string text :
           {"", "ascii", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
        CHECK(ToUtf8(v8, FromUtf8(v8, text).ToLocalChecked()) == text);
      }
      CHECK(length(FromUtf8(v8, "caf\xc3\xa9")) == 4);
      CHECK(length(FromUtf8(v8, "\xf0\x9f\x98\x80")) == 2);
      CHECK(length(FromUtf8(v8, std::string_view("a\0b", 3))) == 3);
    }
    SUBCASE("bytes that are no UTF-8, and lone surrogates, become U+FFFD") {
      CHECK(ToUtf8(v8, FromUtf8(v8, "a\xff").ToLocalChecked()) == "a\xef\xbf\xbd");
      const uint16_t lone[] = {0xd800, 'x'};
      v8::Local<v8::String> text =
          v8::String::NewFromTwoByte(v8, lone, v8::NewStringType::kNormal, 2).ToLocalChecked();
      CHECK(ToUtf8(v8, text) == "\xef\xbf\xbdx");
    }
    SUBCASE("Latin-1 keeps every byte") {
      std::string bytes;
      for (int i = 0; i < 256; i++) bytes += static_cast<char>(i);
      v8::Local<v8::String> text = FromLatin1(v8, bytes).ToLocalChecked();
      CHECK(text->Length() == 256);
      std::string back = "replaced";
      ToLatin1(v8, text, back);
      CHECK(back == bytes);
    }
    SUBCASE("a long string") {
      const std::string text(1 << 20, 'x');
      CHECK(ToUtf8(v8, FromUtf8(v8, text).ToLocalChecked()) == text);
    }
  }

  TEST_CASE("Describe never throws") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    CpuMeter meter{0, watchdog.CyclesOf(10000)};
    Enter enter(isolate.get(), watchdog, meter);
    v8::Isolate* v8 = isolate.get().v8();
    const auto describe = [&](const char* source) {
      v8::Local<v8::Value> value = v8::Script::Compile(enter.context(), Literal(v8, source))
                                       .ToLocalChecked()
                                       ->Run(enter.context())
                                       .ToLocalChecked();
      v8::TryCatch try_catch(v8);
      const std::string text = Describe(v8, value, "fallback");
      CHECK_FALSE(try_catch.HasCaught());
      return text;
    };
    CHECK(describe("1 + 1") == "2");
    CHECK(describe("null") == "null");
    CHECK(describe("({})") == "[object Object]");
    CHECK(describe("({ toString() { throw 1; } })") == "fallback");
    CHECK(describe("Object.create(null)") == "fallback");
    CHECK(Describe(v8, {}, "fallback") == "fallback");
  }

  TEST_CASE("an exception becomes an Error with its place and source line") {
    Watchdog watchdog;
    TestIsolate isolate(watchdog);
    CpuMeter meter{0, watchdog.CyclesOf(10000)};
    Enter enter(isolate.get(), watchdog, meter);
    v8::Isolate* v8 = isolate.get().v8();
    v8::TryCatch try_catch(v8);
    v8::ScriptOrigin origin(Literal(v8, "src/file.js"));
    v8::ScriptCompiler::Source source(Literal(v8, "const a = 1;\n\tthrow new TypeError('no');"),
                                      origin);
    v8::Local<v8::Script> script =
        v8::ScriptCompiler::Compile(enter.context(), &source).ToLocalChecked();
    REQUIRE(script->Run(enter.context()).IsEmpty());
    const Error error = ErrorFrom(v8, try_catch);
    CHECK(error.message == "TypeError: no");
    CHECK(error.where == "src/file.js:2:2");
    CHECK(error.excerpt == "  \tthrow new TypeError('no');\n  \t^");
    CHECK(StackOf(v8, try_catch.Exception()).starts_with("TypeError: no\n    at src/file.js:2:8"));
  }
}

}  // namespace
}  // namespace isolane::js
