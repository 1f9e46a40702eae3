#include <doctest/doctest.h>
#include <libplatform/libplatform.h>
#include <uv.h>
#include <v8.h>

#include <cstdlib>
#include <memory>
#include <string>

TEST_SUITE_BEGIN("third_party/v8");

TEST_CASE("our main replaced the host's, and nothing of node has started") {
  CHECK(v8::Isolate::TryGetCurrent() == nullptr);
  CHECK(std::getenv("LD_PRELOAD") == nullptr);
}

TEST_CASE("V8 runs a script and goes away cleanly") {
  std::unique_ptr<v8::Platform> platform = v8::platform::NewDefaultPlatform(1);
  v8::V8::InitializePlatform(platform.get());
  // Aborts when our headers were compiled for another layout of V8's objects (see the checks in
  // v8.cmake).
  REQUIRE(v8::V8::Initialize());
  {
    std::unique_ptr<v8::ArrayBuffer::Allocator> allocator(
        v8::ArrayBuffer::Allocator::NewDefaultAllocator());
    v8::Isolate::CreateParams params;
    params.array_buffer_allocator = allocator.get();
    v8::Isolate* isolate = v8::Isolate::New(params);
    {
      v8::Isolate::Scope isolate_scope(isolate);
      v8::HandleScope handle_scope(isolate);
      v8::Local<v8::Context> context = v8::Context::New(isolate);
      v8::Context::Scope context_scope(context);
      v8::Local<v8::String> source = v8::String::NewFromUtf8Literal(
          isolate, "[1, 2, 3].map((x) => x * 2n ** 0n === x ? 0 : x * 14).at(-1)");
      v8::TryCatch try_catch(isolate);
      v8::Local<v8::Script> script = v8::Script::Compile(context, source).ToLocalChecked();
      // BigInt and Number do not mix: an exception has to come through as one.
      CHECK(script->Run(context).IsEmpty());
      CHECK(try_catch.HasCaught());
      try_catch.Reset();

      source = v8::String::NewFromUtf8Literal(isolate, "`${[1, 2, 3].findLast((x) => x < 3)}`");
      v8::Local<v8::Value> value =
          v8::Script::Compile(context, source).ToLocalChecked()->Run(context).ToLocalChecked();
      v8::String::Utf8Value text(isolate, value);
      CHECK(std::string(*text, text.length()) == "2");
    }
    isolate->Dispose();
  }
  v8::V8::Dispose();
  v8::V8::DisposePlatform();
}

TEST_CASE("a libuv loop of our own runs") {
  uv_loop_t loop;
  REQUIRE(uv_loop_init(&loop) == 0);
  uv_timer_t timer;
  int fired = 0;
  timer.data = &fired;
  REQUIRE(uv_timer_init(&loop, &timer) == 0);
  uv_timer_start(
      &timer,
      [](uv_timer_t* self) {
        ++*static_cast<int*>(self->data);
        uv_close(reinterpret_cast<uv_handle_t*>(self), nullptr);
      },
      1, 0);
  CHECK(uv_run(&loop, UV_RUN_DEFAULT) == 0);
  CHECK(fired == 1);
  CHECK(uv_loop_close(&loop) == 0);
}

TEST_SUITE_END();
