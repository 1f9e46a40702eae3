// How streaming tail Workers take what they are told, and what holds when they do not.
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/tail_stream.h"
#include "tests/runtime/worker/tail_stream_workers.h"

namespace isolane::worker {
namespace {

using namespace tails;

TEST_SUITE("runtime/worker/tail_stream_handlers") {
  TEST_CASE("what tailStream() returns") {
    const auto told = [](const std::string& tail_stream, const std::string& path = "/log") {
      TestRuntime runtime({Front(), TestWorker("logger", R"js(
        import { WorkerEntrypoint } from 'cloudflare:workers';
        const note = (...all) => console.log('TAIL ' + all.join());
        )js" + tail_stream)
                                        .Date("2026-11-01")
                                        .Var("V", "1")});
      CHECK(runtime.Get(path).status < 300);
      Texts lines = Wait(runtime);
      for (const auto& line : runtime.observer().lines) {
        if (line.worker == "logger" && !line.text.starts_with("TAIL ")) {
          lines.push_back(line.text.substr(0, line.text.find('\n')));
        }
      }
      return lines;
    };
    SUBCASE("may be an object of functions") {
      CHECK(told("export default { tailStream: (onset, env, ctx) => ({ tag: [env.V, typeof "
                 "ctx.waitUntil], log({ event }) { note(this.tag, event.level); }, "
                 "outcome: ({ event }) => note(event.outcome), return: 5 }) };") ==
            Texts{"1,function,log", "1,function,warn", "1,function,debug", "ok"});
    }
    SUBCASE("may be a promise") {
      CHECK(told("export default { async tailStream() { await scheduler.wait(1); "
                 "return ({ event }) => note(event.type); } };") ==
            Texts{"log", "log", "log", "return", "outcome"});
    }
    SUBCASE("may be nothing, and then there are no more events") {
      CHECK(told("export default { tailStream() { note('onset'); } };") == Texts{"onset"});
    }
    SUBCASE("is warned of when it is something else") {
      CHECK(
          told("export default { tailStream: () => 5 };") ==
          Texts{"tailStream() handler returned an unusable value. The tailStream() handler is "
                "expected to return either a function, an object, or undefined. Received number"});
    }
    SUBCASE("is waited for batch by batch") {
      CHECK(told("export default { tailStream: () => async ({ event }) => { note('begin', "
                 "event.type); await scheduler.wait(1); note('end', event.type); } };",
                 "/log") == Texts{"begin,log", "begin,log", "begin,log", "begin,return",
                                  "begin,outcome", "end,log", "end,log", "end,log", "end,return",
                                  "end,outcome"});
      // The line comes while the return is being handled.
      const Texts lines = told(
          "export default { tailStream: () => async ({ event }) => { note('begin', event.type); "
          "await scheduler.wait(9); note('end', event.type); } };",
          "/wait");
      CHECK(std::find(lines.begin(), lines.end(), "end,return") <
            std::find(lines.begin(), lines.end(), "begin,log"));
    }
    SUBCASE("may come from an entrypoint's class, whose constructor has env") {
      CHECK(told("export default class extends WorkerEntrypoint { tailStream() { return () => "
                 "note(this.env.V); } }",
                 "/") == Texts{"1", "1"});
    }
    SUBCASE("may extend the invocation") {
      CHECK(told("export default { tailStream: (onset, env, ctx) => ({ outcome() { "
                 "ctx.waitUntil(scheduler.wait(1).then(() => note('done'))); } }) };") ==
            Texts{"done"});
    }
    SUBCASE("is missing, which is warned of once") {
      TestRuntime runtime({Front(), TestWorker("logger", "export default { fetch() {} };")});
      runtime.Get();
      runtime.Get();
      Wait(runtime);
      CHECK(runtime.observer().Count("A worker configured to act as a streaming tail worker does "
                                     "not export a tailStream() handler.") == 1);
    }
    SUBCASE("is missing in a Service Worker script, too") {
      CHECK(told("addEventListener('fetch', () => {});").size() == 1);
    }
  }

  TEST_CASE("a handler that fails is logged, and nobody else is touched") {
    const auto fails = [](const std::string& tail_stream, const std::string& text) {
      TestRuntime runtime({Front(), TestWorker("logger", "export default {" + tail_stream + "};")});
      CHECK(runtime.Text("/log") == "logged");
      Wait(runtime);
      const auto* line = runtime.observer().Find(text);
      REQUIRE_MESSAGE(line != nullptr, runtime.observer().Text());
      CHECK(line->worker == "logger");
      CHECK(runtime.observer().Count("Uncaught") == 1);
    };
    fails("tailStream() { throw new Error('begun'); }", "Uncaught (in tailStream) Error: begun");
    fails("async tailStream() { throw new Error('later'); }",
          "Uncaught (in tailStream) Error: later");
    fails("tailStream: () => () => { throw new Error('event'); }",
          "Uncaught (in tailStream) Error: event");
    fails("tailStream: () => ({ async log() { throw new Error('async'); } })",
          "Uncaught (in tailStream) Error: async");
  }

  TEST_CASE("a tail Worker that hangs or runs for too long ends alone") {
    SUBCASE("in a promise that never settles") {
      TestRuntime runtime({Front(), TestWorker("logger",
                                               "export default { tailStream: () => () => new "
                                               "Promise(() => {}) };")});
      CHECK(runtime.Text("/log") == "logged");
      Wait(runtime);
      CHECK(runtime.observer().Find("hung") != nullptr);
    }
    SUBCASE("in a loop") {
      TestRuntime runtime({Front(), TestWorker("logger",
                                               "export default { tailStream: () => () => { for "
                                               "(;;); } };")
                                        .CpuMs(50)});
      CHECK(runtime.Text("/log") == "logged");
      Wait(runtime);
      CHECK(runtime.observer().Find("cpu_ms") != nullptr);
      CHECK(runtime.Text("/log") == "logged");
    }
  }

  TEST_CASE("events that nobody takes in time are dropped, and the stream says how many") {
    CHECK(Tell("/much",
               "(() => { let logs = 0; return (told, { type, diagnostic }) => { "
               "if (type === 'log') logs++; return type === 'streamDiagnostic' ? "
               "[told.sequence, diagnostic.diagnosticsType, logs + diagnostic.count] : "
               "type === 'outcome' ? told.sequence : undefined; }; })()") ==
          Texts{R"([42,"droppedEvents",40])", "43"});
  }

  TEST_CASE("more streams than can be under way are dropped, and the log says so") {
    TestRuntime runtime({TestWorker::Handler("front", R"js(
      return request.url.endsWith('/open') ? env.LOGGER.fetch(request) : new Response();)js")
                             .Service("LOGGER", "logger")
                             .StreamingTail("logger"),
                         TestWorker("logger", R"js(
      let open = false;
      export default {
        fetch() { open = true; return new Response(); },
        async tailStream() { while (!open) await scheduler.wait(1); console.log('TAIL'); },
      };)js")});
    for (size_t i = 0; i < Tails::kMaxUnderWay + 3; i++) runtime.Get();
    runtime.Get("/open");
    Wait(runtime);
    CHECK(runtime.observer().Count("TAIL") == Tails::kMaxUnderWay);
    CHECK(runtime.observer().Find("1 tail streams were dropped so far, because 1000 of them are "
                                  "under way at one Worker.") != nullptr);
  }

  TEST_CASE("streams that last are not in the way of tail events") {
    TestRuntime runtime({TestWorker::Handler("front", R"js(
      return request.url.endsWith('/open') ? env.LOGGER.fetch(request) : new Response();)js")
                             .Service("LOGGER", "logger")
                             .Tail("logger")
                             .StreamingTail("logger"),
                         TestWorker("logger", R"js(
      let open = false;
      export default {
        fetch() { open = true; return new Response(); },
        tail() { console.log('TAIL'); },
        async tailStream() { while (!open) await scheduler.wait(1); },
      };)js")});
    constexpr size_t kCount = Tails::kMaxUnderWay + 3;
    for (size_t i = 0; i < kCount; i++) runtime.Get();
    CHECK(PollUntil(runtime, [&] { return runtime.observer().Count("TAIL") == kCount; }));
    CHECK(runtime.observer().Find("tail streams were dropped") != nullptr);
    CHECK(runtime.observer().Find("tail events were dropped") == nullptr);
    runtime.Get("/open");
    Wait(runtime);
  }
}

}  // namespace
}  // namespace isolane::worker
