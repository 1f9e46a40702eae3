// Alarms of Durable Objects.
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

TestWorker Caller() {
  return TestWorker("caller", R"js(
    import { DurableObject } from 'cloudflare:workers';
    const log = [];
    export class Clock extends DurableObject {
      async set(ms) { await this.ctx.storage.setAlarm(Date.now() + ms); return 'set'; }
      async fail(times) { await this.ctx.storage.put('fail', times); return this.set(0); }
      async again() { await this.ctx.storage.put('again', 1); return this.set(0); }
      async cancel() { await this.ctx.storage.deleteAlarm(); return 'cancelled'; }
      async rollBack() {
        await this.ctx.storage.transaction(async (txn) => { await txn.setAlarm(Date.now()); txn.rollback(); });
        return 'rolled back';
      }
      pending() { return this.ctx.storage.getAlarm(); }
      async alarm({ isRetry, retryCount, scheduledTime }) {
        console.log('alarm!');
        const { storage } = this.ctx;
        log.push([isRetry, retryCount, typeof scheduledTime, await storage.getAlarm()]);
        await storage.put('fired', (await storage.get('fired') ?? 0) + 1);
        const left = await storage.get('fail') ?? 0;
        if (left > 0) { await storage.put('fail', left - 1); throw new RangeError('not now'); }
        if (await storage.delete('again')) await storage.setAlarm(Date.now());
      }
      fired() { return this.ctx.storage.get('fired'); }
    }
    export default { async fetch(request, env) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === '/log') return Response.json(log);
      const value = await env.CLOCK.getByName('a')[pathname.slice(1)](Number(searchParams.get('n')));
      return new Response(String(value));
    } })js")
      .Date("2026-11-01")
      .Objects("CLOCK", "Clock");
}

// Calls `set` with a time in milliseconds, each time with a longer one, until it says that the
// alarm has not gone off before the test could go on.
template <typename Set>
void SetInTime(Set set) {
  for (int ms = 20; ms < 10'000; ms *= 4) {
    if (set(std::to_string(ms))) return;
  }
  FAIL("the alarm always went off before the test could go on");
}

TEST_SUITE("runtime/worker/alarms") {
  TEST_CASE("an alarm calls alarm() once, and is no longer set then") {
    TestRuntime runtime({Caller()});
    CHECK(runtime.Text("/set?n=1") == "set");
    CHECK(PollUntil(runtime, [&] { return runtime.Text("/fired") == "1"; }));
    CHECK(runtime.Text("/log") == R"([[false,0,"number",null]])");
    CHECK(runtime.Text("/pending") == "null");
  }

  TEST_CASE("a later alarm waits, and may be deleted") {
    TestRuntime runtime({Caller()});
    CHECK(runtime.Text("/set?n=100000") == "set");
    CHECK(runtime.Text("/pending") != "null");
    CHECK(runtime.Text("/cancel") == "cancelled");
    CHECK(runtime.Text("/pending") == "null");
    CHECK(runtime.graph().dispatcher().NextTimer() > 1000);
  }

  TEST_CASE("alarm() may set the next one") {
    TestRuntime runtime({Caller()});
    CHECK(runtime.Text("/again") == "set");
    CHECK(PollUntil(runtime, [&] { return runtime.Text("/fired") == "2"; }));
  }

  TEST_CASE("a handler that fails is tried again, and told so") {
    TestRuntime runtime({Caller()});
    runtime.graph().dispatcher().set_alarm_retry_ms(1);
    CHECK(runtime.Text("/fail?n=2") == "set");
    CHECK(PollUntil(runtime, [&] { return runtime.Text("/fired") == "3"; }));
    CHECK(runtime.Text("/log") ==
          R"([[false,0,"number",null],[true,1,"number",null],[true,2,"number",null]])");
    CHECK(runtime.Text("/pending") == "null");
    CHECK(runtime.observer().Count("RangeError: not now") == 2);
  }

  TEST_CASE("after six retries the alarm is dropped, with a word in the log") {
    TestRuntime runtime({Caller()});
    runtime.graph().dispatcher().set_alarm_retry_ms(0.1);
    CHECK(runtime.Text("/fail?n=100") == "set");
    CHECK(PollUntil(runtime, [&] {
      return runtime.observer().Find("has failed 7 times; the alarm is dropped.") != nullptr;
    }));
    CHECK(runtime.Text("/pending") == "null");
    CHECK(runtime.Text("/fired") == "7");
  }

  TEST_CASE("an alarm of a transaction that is rolled back does not go off") {
    TestRuntime runtime({Caller()});
    CHECK(runtime.Text("/rollBack") == "rolled back");
    CHECK(runtime.Text("/pending") == "null");
    for (int i = 0; i < 20; i++) runtime.Poll();
    CHECK(runtime.Text("/log") == "[]");
  }

  TEST_CASE("an alarm wakes an object that was evicted") {
    std::optional<TestRuntime> runtime;
    SetInTime([&](const std::string& ms) {
      runtime.emplace(std::vector<TestWorker>{Caller()});
      CHECK(runtime->Text("/set?n=" + ms) == "set");
      Dispatcher& dispatcher = runtime->graph().dispatcher();
      dispatcher.EndIdleActors();
      return dispatcher.live_actors() == 0 && runtime->observer().Count("alarm!") == 0;
    });
    CHECK(PollUntil(*runtime, [&] { return runtime->observer().Count("alarm!") == 1; }));
    CHECK(PollUntil(*runtime, [&] { return runtime->Text("/fired") == "1"; }));
  }

  TEST_CASE("an alarm goes off in the process after the one that set it") {
    std::optional<testing::TemporaryDirectory> state;
    SetInTime([&](const std::string& ms) {
      state.emplace();
      TestRuntime before({Caller()}, RuntimeOptions{.persist_to = state->path()});
      CHECK(before.Text("/set?n=" + ms) == "set");
      before.Abandon();
      return before.observer().Count("alarm!") == 0;
    });
    TestRuntime after({Caller()}, RuntimeOptions{.persist_to = state->path()});
    // Nobody calls the object until its alarm has.
    CHECK(PollUntil(after, [&] { return after.graph().dispatcher().live_actors() == 1; }));
    CHECK(PollUntil(after, [&] { return after.Text("/log") == R"([[false,0,"number",null]])"; }));
    CHECK(after.Text("/fired") == "1");
  }

  TEST_CASE("an alarm that is due when the process ends goes off once, there or in the next one") {
    testing::TemporaryDirectory state;
    {
      TestRuntime before({Caller()}, RuntimeOptions{.persist_to = state.path()});
      CHECK(before.Text("/set?n=0") == "set");
      before.Abandon();
    }
    TestRuntime after({Caller()}, RuntimeOptions{.persist_to = state.path()});
    CHECK(PollUntil(after, [&] { return after.Text("/fired") == "1"; }));
  }
}

}  // namespace
}  // namespace isolane::worker
