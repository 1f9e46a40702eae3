#include "runtime/worker/rpc_clone.h"

#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "runtime/js/convert.h"
#include "runtime/js/enter.h"
#include "runtime/js/scratch.h"
#include "runtime/worker/graph.h"
#include "runtime/worker/worker.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

// An isolate that is entered outside of any request.
struct Fixture {
  testing::TestRuntime runtime{{testing::TestWorker::Handler("a", "")}};
  Worker& worker = runtime.worker(0);
  js::CpuMeter meter{0, std::numeric_limits<int64_t>::max()};
  js::Enter enter{*worker.isolate(), runtime.graph().dispatcher().watchdog(), meter};
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Context> context = enter.context();

  v8::Local<v8::Value> Eval(const std::string& source) {
    return v8::Script::Compile(context, js::FromUtf8(isolate, source).ToLocalChecked())
        .ToLocalChecked()
        ->Run(context)
        .ToLocalChecked();
  }
  // What `inspect`, a function, says of the clone of `value`.
  std::string Trip(const std::string& value, const std::string& inspect) {
    RpcMessage message;
    REQUIRE(CloneTo(worker, Eval(value), message));
    CHECK(message.cloned);
    v8::Local<v8::Value> arguments[] = {CloneFrom(worker, message).ToLocalChecked()};
    v8::Local<v8::Value> answer = Eval("(" + inspect + ")")
                                      .As<v8::Function>()
                                      ->Call(context, v8::Undefined(isolate), 1, arguments)
                                      .ToLocalChecked();
    return js::Describe(isolate, answer);
  }
  // The text of the refusal.
  std::string Refusal(const std::string& value) {
    RpcMessage message;
    const v8::TryCatch try_catch(isolate);
    CHECK_FALSE(CloneTo(worker, Eval(value), message));
    CHECK(js::Scratch(isolate)[0] == 1);
    CHECK_FALSE(message.cloned);
    CHECK(message.attachments.empty());
    REQUIRE(try_catch.Exception()->IsString());
    return js::Describe(isolate, try_catch.Exception());
  }
};

TEST_SUITE("runtime/worker/rpc_clone") {
  TEST_CASE_FIXTURE(Fixture, "a clone") {
    SUBCASE("has plain data, and keeps identity") {
      CHECK(Trip("(() => { const a = { n: [1, 'x'] }; return [a, a, a.n]; })()",
                 "(r) => [r[0] === r[1], r[0].n === r[2], JSON.stringify(r[0])].join()") ==
            "true,true,{\"n\":[1,\"x\"]}");
    }
    SUBCASE("has objects of the web, made of the receiver's classes") {
      CHECK(Trip("[new Headers({ a: 'b' }), new Blob(['xy'], { type: 't/t' })]",
                 "([h, b]) => [h instanceof Headers, h.get('a'), b instanceof Blob, b.size, "
                 "b.type].join()") == "true,b,true,2,t/t");
    }
    SUBCASE("of a DOMException keeps name and message") {
      CHECK(Trip("new DOMException('m', 'AbortError')",
                 "(r) => [r instanceof DOMException, r.name, r.message].join()") ==
            "true,AbortError,m");
    }
    SUBCASE("copies the bytes of a part of a buffer") {
      CHECK(Trip("new Uint8Array([1, 2, 3, 4]).subarray(1, 3)", "(r) => r.join()") == "2,3");
    }
  }

  TEST_CASE_FIXTURE(Fixture, "what is refused says why") {
    CHECK(Refusal("() => 1").find("could not be cloned") != std::string::npos);
    CHECK(Refusal("[Symbol('s')]") == "Symbol(s) could not be cloned.");
    CHECK(
        Refusal("new (class Point {})()") ==
        "Could not serialize object of type \"Point\". This type does not support serialization.");
    CHECK(Refusal("Object.create(null)").find("type \"Object\"") != std::string::npos);
    CHECK(Refusal("({ deep: [new URL('http://x/')] })").find("type \"URL\"") != std::string::npos);
  }

  TEST_CASE_FIXTURE(Fixture, "an exception of a getter is no refusal") {
    RpcMessage message;
    const v8::TryCatch try_catch(isolate);
    CHECK_FALSE(CloneTo(worker, Eval("({ get x() { throw 'text'; } })"), message));
    CHECK(js::Scratch(isolate)[0] == 0);
    CHECK(js::Describe(isolate, try_catch.Exception()) == "text");
    CHECK(MessageBeingWritten() == nullptr);
  }

  TEST_CASE_FIXTURE(Fixture, "bytes that are no clone are refused") {
    RpcMessage whole;
    REQUIRE(CloneTo(worker, Eval("[{ a: 1 }, new Headers({ b: 'c' }), 'text']"), whole));
    const std::string bytes(whole.clone.data(), whole.clone.size());
    const auto read = [&](const std::string& text) {
      RpcMessage message;
      message.cloned = true;
      message.clone = base::Chunk::Copy(text);
      const v8::TryCatch try_catch(isolate);
      const bool empty = CloneFrom(worker, message).IsEmpty();
      CHECK(MessageBeingRead() == nullptr);
      return !empty;
    };
    CHECK(read(bytes));
    SUBCASE("when they are cut") {
      for (size_t size = 0; size < bytes.size(); size++) CHECK_FALSE(read(bytes.substr(0, size)));
    }
    SUBCASE("or at least do no harm, when one of them is another") {
      for (size_t i = 0; i < bytes.size(); i++) {
        for (const int flip : {1, 0x80, 0xff}) {
          std::string changed = bytes;
          changed[i] = static_cast<char>(changed[i] ^ flip);
          read(changed);
        }
      }
    }
  }
}

}  // namespace
}  // namespace isolane::worker
