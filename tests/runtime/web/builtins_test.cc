// Runs tests/js/web/*.test.js, each in an isolate of its own, from a snapshot of the built-in half
// without the worker layer.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <v8.h>
#include <nlohmann/json.hpp>

#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/isolate.h"
#include "runtime/js/platform.h"
#include "runtime/js/snapshot.h"
#include "runtime/web/natives.h"

namespace isolane::web {

namespace {

namespace fs = std::filesystem;

const fs::path kSource = ISOLANE_SOURCE_DIR;

// Stands for builtins/index.js: this layer's globals, and doors for the tests.
constexpr std::string_view kIndex = R"JS('use strict';
native.consoleWrite = (level, text) => { internals.lines.push([level, text]); };
const { Frame, getFrame, setFrame } = require('internal/context');
const io = { label: () => 'request #1 (GET http://test/)' };
const internals = {
  require, native, lines: [], io,
  // Code runs as that of a request, or in global scope.
  setCurrent(current) { setFrame(current === null ? undefined : new Frame(current, undefined, 1)); },
  getCurrent: () => getFrame()?.io ?? null,
};
require('internal/bytes');
require('internal/primordials');
require('web/globals').install(globalThis);
require('web/timers');
globalThis.internals = internals;
globalThis.self = globalThis;
module.exports = {};
)JS";

// Stands for builtins/web/timers.js: a timer fires when a test says so.
constexpr std::string_view kTimers = R"JS('use strict';
const pending = [];
module.exports = {
  setTimeout(callback, delay) { pending.push({ callback, delay }); },
  fire() { for (const { callback } of pending.splice(0)) callback(); },
  delays() { return pending.map((timer) => timer.delay); },
};
)JS";

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const std::string& Snapshot() {
  static const std::string snapshot = [] {
    // The isolates read these texts where they are.
    static std::vector<js::Builtin> builtins{{"index", std::string(kIndex)},
                                             {"web/timers", std::string(kTimers)}};
    const fs::path root = kSource / "runtime/builtins";
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".js") continue;
      const std::string id = fs::relative(entry.path(), root).replace_extension().generic_string();
      if (id != "index" && id != "web/timers") builtins.push_back({id, ReadFile(entry.path())});
    }
    const fs::path packages = kSource / "third_party/npm/node_modules";
    builtins.push_back(
        {"third_party/web-streams", ReadFile(packages / "web-streams-polyfill/dist/ponyfill.js")});
    builtins.push_back({"third_party/url-pattern",
                        ReadFile(packages / "urlpattern-polyfill/dist/urlpattern.cjs")});
    // runtime/snapshot.cmake
    builtins.push_back({"third_party/html-rewriter",
                        ReadFile(fs::path(ISOLANE_BINARY_DIR) / "runtime/html_rewriter.js")});
    Result<std::string> result = js::CreateSnapshot(builtins, Natives());
    if (!result.ok()) FAIL("snapshot: ", result.error().where, ": ", result.error().message);
    return std::move(result).value();
  }();
  return snapshot;
}

// Keeps what the harness tells tests about rejections.
void CountRejection(js::Isolate& isolate, const v8::PromiseRejectMessage& message) {
  const v8::PromiseRejectEvent event = message.GetEvent();
  const int change = event == v8::kPromiseRejectWithNoHandler       ? 1
                     : event == v8::kPromiseHandlerAddedAfterReject ? -1
                                                                    : 0;
  v8::Isolate* v8 = isolate.v8();
  const v8::HandleScope handles(v8);
  v8::Local<v8::Context> context = isolate.context();
  v8::Local<v8::Object> global = context->Global();
  v8::Local<v8::String> name = js::Literal(v8, "unhandledRejections");
  const int count = global->Get(context, name).ToLocalChecked()->Int32Value(context).FromJust();
  global->Set(context, name, v8::Integer::New(v8, count + change)).Check();
}

class WebIsolate {
 public:
  WebIsolate() {
    const std::string& blob = Snapshot();
    js::IsolateOptions options;
    options.snapshot = {blob.data(), static_cast<int>(blob.size())};
    options.external_references = js::ExternalReferences(Natives());
    options.heap_limit = size_t{128} << 20;
    options.buffer_limit = size_t{128} << 20;
    isolate_ = js::Isolate::Create(options);
    REQUIRE(isolate_ != nullptr);
    isolate_->on_promise_reject = CountRejection;
  }

  js::Isolate& get() { return *isolate_; }

 private:
  std::unique_ptr<js::Isolate> isolate_;
};

// Runs a script and the microtasks; the value as text. An exception fails the test.
std::string Run(js::Isolate& isolate, const std::string& source, const std::string& name) {
  v8::Isolate* v8 = isolate.v8();
  v8::HandleScope handles(v8);
  v8::Local<v8::Context> context = isolate.context();
  v8::TryCatch try_catch(v8);
  v8::ScriptOrigin origin(js::Literal(v8, name));
  v8::ScriptCompiler::Source text(js::FromUtf8(v8, source).ToLocalChecked(), origin);
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> value;
  if (!v8::ScriptCompiler::Compile(context, &text).ToLocal(&script) ||
      !script->Run(context).ToLocal(&value)) {
    FAIL_CHECK(name, ": ", js::StackOf(v8, try_catch.Exception()));
    return {};
  }
  v8->PerformMicrotaskCheckpoint();
  return js::Describe(v8, value);
}

void SetGlobal(js::Isolate& isolate, std::string_view name, const std::string& text) {
  v8::Isolate* v8 = isolate.v8();
  v8::HandleScope handles(v8);
  v8::Local<v8::Context> context = isolate.context();
  context->Global()
      ->Set(context, js::Literal(v8, name), js::FromUtf8(v8, text).ToLocalChecked())
      .Check();
}

// The data of the Web Platform Tests is not part of this repository.
fs::path UrlData() {
  const char* path = std::getenv("ISOLANE_WPT_URL");
  return path != nullptr ? path : "/work/shared/data/url";
}

void RunFile(const fs::path& path) {
  WebIsolate owner;
  js::Isolate& isolate = owner.get();
  const v8::Isolate::Scope isolate_scope(isolate.v8());
  const v8::HandleScope handles(isolate.v8());
  const v8::Context::Scope context_scope(isolate.context());
  if (path.filename() == "url_wpt.test.js") {
    if (!fs::exists(UrlData())) {
      MESSAGE("skipped: no WPT data in ", UrlData().string());
      return;
    }
    SetGlobal(isolate, "urlTestData", ReadFile(UrlData() / "urltestdata.json"));
    SetGlobal(isolate, "setterTestData", ReadFile(UrlData() / "setters_tests.json"));
    SetGlobal(isolate, "toAsciiData", ReadFile(UrlData() / "toascii.json"));
  }
  Run(isolate, ReadFile(kSource / "tests/js/harness.js"), "harness.js");
  const std::string name = path.filename().string();
  Run(isolate, ReadFile(path), name);
  Run(isolate, "runTests()", "run");
  const std::string text = Run(isolate, "testResult", "result");
  const auto results = nlohmann::json::parse(text, nullptr, false);
  REQUIRE_MESSAGE(results.is_array(), name << ": " << text);
  CHECK_MESSAGE(!results.empty(), name << " has no tests");
  for (const auto& result : results) {
    CAPTURE(name);
    const std::string title = result[0].get<std::string>();
    CHECK_MESSAGE(result[1].is_null(), title << "\n" << result[1].dump());
  }
  MESSAGE(name, ": ", results.size(), " tests");
}

}  // namespace

TEST_SUITE("runtime/web/builtins") {
  TEST_CASE("tests/js/web") {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(kSource / "tests/js/web")) {
      if (entry.path().string().ends_with(".test.js")) files.push_back(entry.path());
    }
    REQUIRE(!files.empty());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      SUBCASE(file.filename().c_str()) { RunFile(file); }
    }
  }
}

}  // namespace isolane::web
