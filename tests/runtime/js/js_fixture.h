// Isolates with a tiny built-in half of their own: a few modules, one native.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <v8.h>

#include "runtime/js/builtin_sources.h"
#include "runtime/js/convert.h"
#include "runtime/js/enter.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/isolate.h"
#include "runtime/js/platform.h"
#include "runtime/js/snapshot.h"

namespace isolane::js {

inline void Twice(const v8::FunctionCallbackInfo<v8::Value>& info) {
  info.GetReturnValue().Set(info[0].As<v8::Number>()->Value() * 2);
}

inline constexpr NativeFunction kTestNatives[] = {{"twice", Twice}};

// `exports.four` is made by a native, `exports.name` comes from another module. The globals `late`,
// `endless` and `bad` are loaded when they are read.
inline const std::vector<Builtin>& TestBuiltins() {
  static const std::vector<Builtin> builtins{
      {"index",
       "'use strict';\nglobalThis.builtin = 'here';\nfor (const name of ['late', 'endless', "
       "'bad']) require.define(globalThis, name, "
       "'lib/' + name);\nmodule.exports = { four: () => "
       "native.twice(2), name: require('lib/name') };"},
      {"lib/bad", "throw new Error('not today');"},
      {"lib/endless", "for (;;) {}"},
      {"lib/late",
       "'use strict';\nglobalThis.loads = (globalThis.loads ?? 0) + 1;\n"
       "const deep = (n) => (n === 0 ? 0 : deep(n - 1));\ndeep(500);\n"
       "module.exports = { late: { name: 'late', twice: (n) => native.twice(n) } };"},
      {"lib/name", "module.exports = 'from lib/name';"}};
  return builtins;
}

inline const std::string& TestSnapshot() {
  static const std::string snapshot = [] {
    Platform::Start();
    auto made = CreateSnapshot(TestBuiltins(), kTestNatives);
    if (!made.ok()) FAIL(made.error().ToString());
    return std::move(made).value();
  }();
  // Another test may have made a snapshot of something else meanwhile.
  std::vector<BuiltinText> texts;
  for (const Builtin& builtin : TestBuiltins()) texts.push_back({builtin.id, builtin.source, {}});
  SetSources(texts);
  return snapshot;
}

class TestIsolate {
 public:
  explicit TestIsolate(Watchdog& watchdog, size_t heap_mb = 64, size_t buffer_mb = 64)
      : watchdog_(watchdog) {
    const std::string& blob = TestSnapshot();
    IsolateOptions options;
    options.snapshot = {blob.data(), static_cast<int>(blob.size())};
    options.external_references = ExternalReferences(kTestNatives);
    options.heap_limit = heap_mb << 20;
    options.buffer_limit = buffer_mb << 20;
    options.watchdog = &watchdog;
    options.owner = this;
    isolate_ = Isolate::Create(options);
    REQUIRE(isolate_ != nullptr);
  }

  // The value of `source` as text; "threw X" for an exception, "terminated" when it was ended.
  std::string Run(const std::string& source, CpuMeter& meter) {
    Enter enter(*isolate_, watchdog_, meter);
    v8::Isolate* v8 = isolate_->v8();
    v8::TryCatch try_catch(v8);
    v8::Local<v8::Script> script;
    v8::Local<v8::Value> value;
    if (v8::Script::Compile(enter.context(), FromUtf8(v8, source).ToLocalChecked())
            .ToLocal(&script) &&
        script->Run(enter.context()).ToLocal(&value)) {
      enter.RunMicrotasks();
      return Describe(v8, value);
    }
    if (try_catch.HasTerminated()) return "terminated";
    return "threw " + Describe(v8, try_catch.Exception());
  }
  std::string Run(const std::string& source, int64_t budget_ms = 10000) {
    CpuMeter meter{0, watchdog_.CyclesOf(budget_ms)};
    return Run(source, meter);
  }

  Isolate& get() { return *isolate_; }

 private:
  Watchdog& watchdog_;
  std::unique_ptr<Isolate> isolate_;
};

}  // namespace isolane::js
