// Handlers that can never settle are noticed at once: runtime/worker/dispatcher.cc, CheckForHang.
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

constexpr char kHung[] =
    "The Workers runtime canceled this request because it detected that your Worker's code had "
    "hung and would never generate a response.";

// A single turn answers, so nothing was waited for.
void CheckAnsweredAtOnce(TestRuntime& runtime, int status) {
  auto pending = runtime.Start();
  runtime.Poll();
  REQUIRE(pending->done());
  REQUIRE(pending->answer->ok());
  CHECK(pending->response().status == status);
}

TEST_SUITE("runtime/worker/hang") {
  TEST_CASE("a handler that never settles gets 500 at once") {
    TestRuntime runtime({TestWorker::Handler("a", "await new Promise(() => {});")});
    CheckAnsweredAtOnce(runtime, 500);
    REQUIRE(runtime.observer().Find(kHung) != nullptr);
    CHECK(runtime.observer().Find(kHung)->worker == "a");
  }

  TEST_CASE("so does one that awaits a cycle of promises") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      let wake;
      const other = new Promise((resolve) => { wake = resolve; });
      const one = (async () => { await other; })();
      await one;
      wake();
    )js")});
    CheckAnsweredAtOnce(runtime, 500);
  }

  TEST_CASE("a child that hangs rejects its caller's fetch") {
    const TestWorker front = TestWorker::Handler("front", R"js(
                               try { return await env.B.fetch('http://b/'); }
                               catch (error) { return new Response(error.name + ': ' + error.message); }
                             )js")
                                 .Service("B", "b");
    TestRuntime runtime({front, TestWorker::Handler("b", "await new Promise(() => {});")});
    CheckAnsweredAtOnce(runtime, 200);
    CHECK(runtime.Text().starts_with(std::string("Error: ") + kHung));
  }

  TEST_CASE("two Workers that wait for each other are both noticed") {
    // b calls back into a, which waits for what only its first call could give.
    TestRuntime runtime(
        {TestWorker("a", R"js(
                           let wake;
                           const never = new Promise((resolve) => { wake = resolve; });
                           export default { async fetch(request, env) {
                             if (new URL(request.url).pathname === '/back') await never;
                             await env.B.fetch('http://b/');
                             wake();
                             return new Response();
                           } };
                         )js")
             .Service("B", "b"),
         TestWorker::Handler("b", "return env.A.fetch('http://a/back');").Service("A", "a")});
    CheckAnsweredAtOnce(runtime, 500);
  }

  TEST_CASE("a response stream that never ends") {
    SUBCASE("and has nothing more to come breaks off") {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
        return new Response(new ReadableStream({
          start(controller) { controller.enqueue(new TextEncoder().encode('part')); },
        }));
      )js")});
      auto pending = runtime.Start();
      runtime.Poll();
      REQUIRE(pending->done());
      CHECK_FALSE(pending->answer->ok());
      CHECK(runtime.observer().Find("The response's body was begun") != nullptr);
    }
    SUBCASE("of a child rejects the caller's read") {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
                             const answer = await env.B.fetch('http://b/');
                             try { return new Response(await answer.text()); }
                             catch (error) { return new Response('caught ' + error.name); }
                           )js")
                               .Service("B", "b"),
                           TestWorker::Handler("b", R"js(
                             return new Response(new ReadableStream({
                               start(controller) {
                                 controller.enqueue(new TextEncoder().encode('part'));
                               },
                             }));
                           )js")});
      auto pending = runtime.Start();
      runtime.Poll();
      REQUIRE(pending->done());
    }
  }

  TEST_CASE("a waitUntil task that never settles is dropped with a warning") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      ctx.waitUntil(new Promise(() => {}));
      return new Response('fine');
    )js")});
    CheckAnsweredAtOnce(runtime, 200);
    const auto* line = runtime.observer().Find("A waitUntil() task can never settle");
    REQUIRE(line != nullptr);
    CHECK(line->level == LogLevel::kWarn);
    CHECK(line->worker == "a");
  }

  TEST_CASE("waiting for something is no hang") {
    SUBCASE("a timer") {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
        await new Promise((resolve) => setTimeout(resolve, 200));
        return new Response('woken');
      )js")});
      auto pending = runtime.Start();
      runtime.Poll();
      CHECK_FALSE(pending->done());
      while (!pending->done()) runtime.Poll();
      CHECK(pending->response().body == "woken");
    }
    SUBCASE("another Worker's timer") {
      TestRuntime runtime(
          {TestWorker::Handler("a", "return env.B.fetch(request);").Service("B", "b"),
           TestWorker::Handler("b", R"js(
                             await new Promise((resolve) => setTimeout(resolve, 200));
                             return new Response('woken');
                           )js")});
      CHECK(runtime.Text() == "woken");
    }
    SUBCASE("an asynchronous WebAssembly instance, which V8 makes in the background") {
      TestRuntime runtime(
          {TestWorker("a", R"js(
                             import module from './add.wasm';
                             export default { async fetch() {
                               const { exports } = await WebAssembly.instantiate(module);
                               return new Response(String(exports.add(40, 2)));
                             } };
                           )js")
               .Module("add.wasm", ModuleType::kWasm,
                       std::string("\0asm\1\0\0\0\1\7\1\x60\2\x7f\x7f\1\x7f\3\2\1\0\7\7"
                                   "\1\3add\0\0\n\t\1\7\0 \0 \1j\v",
                                   41))});
      CHECK(runtime.Text() == "42");
    }
  }

  TEST_CASE("others are served while one hangs") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      if (new URL(request.url).pathname === '/hang') await new Promise(() => {});
      return new Response('fine');
    )js")});
    auto hanging = runtime.Start("/hang");
    auto fine = runtime.Start("/");
    runtime.Poll();
    REQUIRE(hanging->done());
    REQUIRE(fine->done());
    CHECK(hanging->response().status == 500);
    CHECK(fine->response().body == "fine");
  }
}

}  // namespace
}  // namespace isolane::worker
