// Two Runtimes in one process: each has its watchdog and its loop, V8 is shared.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/poll_until.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

TestWorker App(const std::string& name) {
  return TestWorker(name, R"js(
           import module from './add.wasm';
           const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
           let collected = 0;
           const registry = new FinalizationRegistry(() => { collected++; });
           export default { async fetch(request) {
             switch (new URL(request.url).pathname) {
               case '/loop':
                 for (;;);
               case '/sleep':
                 await sleep(20);
                 return new Response('awake');
               case '/wasm': {
                 const { exports } = await WebAssembly.instantiate(module);
                 return new Response(String(exports.add(40, 2)));
               }
               case '/drop':
                 for (let i = 0; i < 100; i++) registry.register({}, i);
                 return new Response('dropped');
               case '/collected':
                 return new Response(collected > 0 ? 'some' : 'none');
             }
             return new Response('fine');
           } };
         )js")
      .Module("add.wasm", ModuleType::kWasm,
              std::string("\0asm\1\0\0\0\1\7\1\x60\2\x7f\x7f\1\x7f\3\2\1\0\7\7"
                          "\1\3add\0\0\n\t\1\7\0 \0 \1j\v",
                          41))
      .Date("2026-01-01")
      .CpuMs(40);
}

void CheckLimit(TestRuntime& runtime) {
  const Response response = runtime.Get("/loop");
  CHECK(response.status == 503);
  CHECK(response.body == "Worker exceeded CPU time limit.");
  CHECK(runtime.Text() == "fine");
}

// A finalizer is a task of V8 that no request waits for: only the loop's waker runs it.
void CheckTasks(TestRuntime& runtime) {
  CHECK(runtime.Text("/wasm") == "42");
  CHECK(runtime.Text("/sleep") == "awake");
  CHECK(runtime.Text("/drop") == "dropped");
  runtime.HeapOf(0);
  CHECK(PollUntil(runtime, [&] { return runtime.Text("/collected") == "some"; }));
}

TEST_SUITE("runtime/worker/two_runtimes") {
  TEST_CASE("two Runtimes in one process") {
    std::optional<TestRuntime> one(std::in_place, std::vector{App("one")});
    std::optional<TestRuntime> two(std::in_place, std::vector{App("two")});

    SUBCASE("both have their CPU limit, in any order") {
      CheckLimit(*one);
      CheckLimit(*two);
      CheckLimit(*one);
    }
    SUBCASE("the first keeps its CPU limit when the second is gone") {
      two.reset();
      CheckLimit(*one);
      CheckLimit(*one);
    }
    SUBCASE("the second keeps its CPU limit when the first is gone") {
      one.reset();
      CheckLimit(*two);
      CheckLimit(*two);
    }
    SUBCASE("both run timers and V8's tasks") {
      CheckTasks(*one);
      CheckTasks(*two);
    }
    SUBCASE("the first still does when the second is gone") {
      two.reset();
      CheckTasks(*one);
    }
    SUBCASE("the second still does when the first is gone") {
      one.reset();
      CheckTasks(*two);
    }
    SUBCASE("requests of both are under way at the same time") {
      auto first = one->Start("/sleep");
      auto second = two->Start("/sleep");
      CHECK(PollUntil(*one, [&] {
        two->Poll();
        return first->done() && second->done();
      }));
      CHECK(first->response().body == "awake");
      CHECK(second->response().body == "awake");
    }
    SUBCASE("one may end while a request of the other is under way") {
      auto pending = one->Start("/sleep");
      one->Poll();
      two.reset();
      CHECK(PollUntil(*one, [&] { return pending->done(); }));
      CHECK(pending->response().body == "awake");
    }
    SUBCASE("a third may follow") {
      one.reset();
      two.reset();
      TestRuntime three({App("three")});
      CheckLimit(three);
      CheckTasks(three);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
