#include "runtime/worker/rpc_values.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/js/convert.h"
#include "runtime/js/enter.h"
#include "runtime/worker/graph.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

// An isolate that is entered.
struct Fixture {
  testing::TestRuntime runtime{{testing::TestWorker::Handler("a", "")}};
  js::CpuMeter meter{0, std::numeric_limits<int64_t>::max()};
  js::Enter enter{*runtime.worker(0).isolate(), runtime.graph().dispatcher().watchdog(), meter};
  v8::Isolate* isolate = v8::Isolate::GetCurrent();

  v8::Local<v8::String> Text(const std::u16string& text) {
    return v8::String::NewFromTwoByte(isolate, reinterpret_cast<const uint16_t*>(text.data()),
                                      v8::NewStringType::kNormal, static_cast<int>(text.size()))
        .ToLocalChecked();
  }
  // `value`, written and read again.
  v8::Local<v8::Value> Trip(v8::Local<v8::Value> value) {
    std::string bytes;
    REQUIRE(AppendValue(isolate, value, bytes));
    ValueReader reader(isolate, bytes);
    v8::Local<v8::Value> read;
    REQUIRE(reader.Read().ToLocal(&read));
    CHECK(reader.at_end());
    return read;
  }
};

TEST_SUITE("runtime/worker/rpc_values") {
  TEST_CASE_FIXTURE(Fixture, "primitive values come back as they were") {
    SUBCASE("undefined, null, true and false") {
      CHECK(Trip(v8::Undefined(isolate))->IsUndefined());
      CHECK(Trip(v8::Null(isolate))->IsNull());
      CHECK(Trip(v8::True(isolate))->IsTrue());
      CHECK(Trip(v8::False(isolate))->IsFalse());
    }
    SUBCASE("numbers") {
      for (const double number : {0.0, 1.0, -1.0, 0.5, 2147483647.0, 2147483648.0, -2147483648.0,
                                  1e300, 5e-324, HUGE_VAL, -HUGE_VAL}) {
        CHECK(Trip(v8::Number::New(isolate, number)).As<v8::Number>()->Value() == number);
      }
      CHECK(std::isnan(Trip(v8::Number::New(isolate, std::nan(""))).As<v8::Number>()->Value()));
      CHECK(std::signbit(Trip(v8::Number::New(isolate, -0.0)).As<v8::Number>()->Value()));
    }
    SUBCASE("strings, also with what is no Unicode") {
      for (const std::u16string& text :
           {std::u16string(), std::u16string(u"a"), std::u16string(u"caf\u00e9"),
            std::u16string(u"\u4e2d\U0001f680"), std::u16string(1, char16_t{0xd800}),
            std::u16string(3, u'\0'), std::u16string(100'001, u'x'),
            std::u16string(100'001, u'\u4e2d')}) {
        CHECK(Trip(Text(text))->StrictEquals(Text(text)));
      }
    }
  }

  TEST_CASE_FIXTURE(Fixture, "other values are not taken, and nothing is appended") {
    const std::vector<v8::Local<v8::Value>> others = {
        v8::Object::New(isolate), v8::Array::New(isolate), v8::Symbol::New(isolate),
        v8::BigInt::New(isolate, 1), v8::NumberObject::New(isolate, 1)};
    for (v8::Local<v8::Value> other : others) {
      std::string bytes = "before";
      CHECK_FALSE(AppendValue(isolate, other, bytes));
      CHECK(bytes == "before");
    }
  }

  TEST_CASE_FIXTURE(Fixture, "values are read one after the other") {
    std::string bytes;
    AppendValue(isolate, v8::Integer::New(isolate, 7), bytes);
    AppendValue(isolate, Text(u"\u4e2d"), bytes);
    AppendValue(isolate, Text(u"ab"), bytes);
    AppendValue(isolate, v8::Number::New(isolate, 0.5), bytes);
    ValueReader reader(isolate, bytes);
    CHECK(reader.Read().ToLocalChecked().As<v8::Int32>()->Value() == 7);
    CHECK(reader.Read().ToLocalChecked()->StrictEquals(Text(u"\u4e2d")));
    CHECK(reader.Read().ToLocalChecked()->StrictEquals(Text(u"ab")));
    CHECK(reader.Read().ToLocalChecked().As<v8::Number>()->Value() == 0.5);
    CHECK(reader.at_end());
    CHECK(reader.Read().IsEmpty());
  }

  TEST_CASE_FIXTURE(Fixture, "bytes that are no value are refused") {
    SUBCASE("cut at any place") {
      for (v8::Local<v8::Value> value :
           {v8::Integer::New(isolate, 7).As<v8::Value>(),
            v8::Number::New(isolate, 0.5).As<v8::Value>(), Text(u"abc").As<v8::Value>(),
            Text(u"\u4e2d\u4e2d").As<v8::Value>()}) {
        std::string bytes;
        AppendValue(isolate, value, bytes);
        for (size_t size = 0; size < bytes.size(); size++) {
          ValueReader reader(isolate, std::string_view(bytes).substr(0, size));
          CHECK(reader.Read().IsEmpty());
        }
      }
    }
    SUBCASE("with a length beyond all bounds") {
      for (const char tag : {'s', 'w'}) {
        const std::string bytes = std::string(1, tag) + "\xff\xff\xff\xff" + "abc";
        CHECK(ValueReader(isolate, bytes).Read().IsEmpty());
      }
    }
    SUBCASE("of any unknown tag") {
      const std::string known = "untfidsw";
      for (int tag = 0; tag < 256; tag++) {
        const char c = static_cast<char>(tag);
        if (known.find(c) != std::string::npos) continue;
        CHECK(ValueReader(isolate, std::string(9, c)).Read().IsEmpty());
      }
    }
  }
}

}  // namespace
}  // namespace isolane::worker
