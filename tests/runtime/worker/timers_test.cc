#include "runtime/worker/timers.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// The heap of timers alone, under a clock that the test turns.
struct Fixture {
  Fixture() { owner = invocations.Take(); }
  ~Fixture() {
    timers.StopAllOf(*owner);
    CHECK(timers.NextDelay(now) == -1);
  }

  uint32_t Set(double delay) { return timers.Start(*owner, now, delay, false); }

  // The timers that fire when the clock moves on by `ms`.
  std::vector<uint32_t> Advance(double ms) {
    now += ms;
    timers.QueueDue(now);
    std::vector<uint32_t> fired;
    Event event{};
    while (queue.Pop(event)) {
      if (timers.Fire(event.a, now) != nullptr) fired.push_back(event.a);
    }
    return fired;
  }

  RunQueue queue;
  base::SlotPool<Invocation> invocations;
  Timers timers{queue, invocations};
  Invocation* owner = nullptr;
  double now = 1000;
};

using Ids = std::vector<uint32_t>;

TEST_SUITE("runtime/worker/timers") {
  TEST_CASE("a timer fires once, when it is due") {
    Fixture fixture;
    const uint32_t id = fixture.Set(10);
    CHECK(fixture.owner->timers == 1);
    CHECK(fixture.Advance(9).empty());
    CHECK(fixture.timers.NextDelay(fixture.now) == 1);
    CHECK(fixture.Advance(1) == Ids{id});
    CHECK(fixture.owner->timers == 0);
    CHECK(fixture.Advance(100).empty());
  }

  TEST_CASE("timers fire in the order of their times, then in the order they were set") {
    Fixture fixture;
    const uint32_t late = fixture.Set(20);
    const uint32_t one = fixture.Set(10);
    const uint32_t two = fixture.Set(10);
    const uint32_t now = fixture.Set(0);
    CHECK(fixture.Advance(30) == Ids{now, one, two, late});
  }

  TEST_CASE("a stopped timer does not fire") {
    Fixture fixture;
    const uint32_t one = fixture.Set(10);
    const uint32_t two = fixture.Set(10);
    SUBCASE("before it is due") {
      fixture.timers.Stop(*fixture.owner, one);
      CHECK(fixture.Advance(10) == Ids{two});
    }
    SUBCASE("by another invocation it cannot be stopped") {
      Invocation* stranger = fixture.invocations.Take();
      fixture.timers.Stop(*stranger, one);
      CHECK(fixture.Advance(10) == Ids{one, two});
    }
    SUBCASE("when it is queued already") {
      fixture.now += 10;
      fixture.timers.QueueDue(fixture.now);
      fixture.timers.Stop(*fixture.owner, one);
      CHECK(fixture.timers.Fire(one, fixture.now) == nullptr);
      CHECK(fixture.timers.Fire(two, fixture.now) == fixture.owner);
    }
    SUBCASE("twice is harmless") {
      fixture.timers.Stop(*fixture.owner, one);
      fixture.timers.Stop(*fixture.owner, one);
      CHECK(fixture.owner->timers == 1);
    }
  }

  TEST_CASE("an interval fires again and again, and does not make up for what was late") {
    Fixture fixture;
    const uint32_t id = fixture.timers.Start(*fixture.owner, fixture.now, 10, true);
    CHECK(fixture.Advance(10) == Ids{id});
    CHECK(fixture.Advance(10) == Ids{id});
    CHECK(fixture.Advance(100) == Ids{id});
    CHECK(fixture.owner->timers == 1);
    fixture.timers.Stop(*fixture.owner, id);
    CHECK(fixture.Advance(100).empty());
  }

  TEST_CASE("an interval of 0 ms lets others run") {
    Fixture fixture;
    const uint32_t id = fixture.timers.Start(*fixture.owner, fixture.now, 0, true);
    CHECK(fixture.Advance(0) == Ids{id});
    CHECK(fixture.Advance(0).empty());
    CHECK(fixture.Advance(1) == Ids{id});
    CHECK(fixture.Advance(0).empty());
  }

  TEST_CASE("in a Worker") {
    const auto run = [](const std::string& body) {
      TestRuntime runtime({TestWorker::Handler("a", R"js(
        const log = [];
        const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      )js" + body + "return new Response(log.join());")});
      return runtime.Text();
    };
    SUBCASE("callbacks run in order, after microtasks") {
      CHECK(run(R"js(
        setTimeout(() => { log.push('one'); Promise.resolve().then(() => log.push('micro')); }, 1);
        setTimeout(() => log.push('two'), 1);
        setTimeout(() => log.push('three'), 1);
        queueMicrotask(() => log.push('first'));
        await sleep(5);
      )js") == "first,one,micro,two,three");
    }
    SUBCASE("arguments are passed on") {
      CHECK(run("setTimeout((...all) => log.push(all.join('+')), 0, 1, 'b'); await sleep(1);") ==
            "1+b");
    }
    SUBCASE("clearTimeout takes it back, also from within another") {
      CHECK(run(R"js(
        const one = setTimeout(() => log.push('one'), 1);
        let three;
        setTimeout(() => { log.push('two'); clearTimeout(three); }, 1);
        three = setTimeout(() => log.push('three'), 1);
        clearTimeout(one); clearTimeout(one); clearTimeout(undefined); clearTimeout(12345);
        await sleep(5);
      )js") == "two");
    }
    SUBCASE("an interval clears itself") {
      CHECK(run(R"js(
        let n = 0;
        await new Promise((resolve) => {
          const id = setInterval(() => { log.push(++n); if (n === 3) { clearInterval(id); resolve(); } }, 1);
        });
        await sleep(5);
      )js") == "1,2,3");
    }
    SUBCASE("what is no function is a TypeError") {
      CHECK(run("try { setTimeout('code', 0); } catch (error) { log.push(error.name); }") ==
            "TypeError");
    }
    SUBCASE("strange delays are 0") {
      CHECK(run("for (const ms of [-1, NaN, 'x', null]) { await sleep(ms); log.push(String(ms)); "
                "}") == "-1,NaN,x,null");
    }
    SUBCASE("ids are numbers") {
      CHECK(run("log.push(typeof setTimeout(() => {}, 0));") == "number");
    }
  }

  TEST_CASE("an exception in a callback is logged and ends nothing") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      setTimeout(() => { throw new RangeError('in a timer'); }, 0);
      await new Promise((resolve) => setTimeout(resolve, 2));
      return new Response('fine');
    )js")});
    CHECK(runtime.Text() == "fine");
    const auto* line = runtime.observer().Find("RangeError: in a timer");
    REQUIRE(line != nullptr);
    CHECK(line->worker == "a");
    CHECK(line->request == 1);
  }

  TEST_CASE("timers end with their request") {
    TestRuntime runtime({TestWorker("a", R"js(
      let fired = 0;
      export default { async fetch(request) {
        if (request.url.endsWith('/set')) setInterval(() => fired++, 1);
        else await new Promise((resolve) => setTimeout(resolve, 10));
        return new Response(String(fired));
      } };
    )js")});
    CHECK(runtime.Text("/set") == "0");
    CHECK(runtime.Text("/") == "0");
  }

  TEST_CASE("one request cannot clear the timer of another") {
    TestRuntime runtime({TestWorker("a", R"js(
      let id;
      export default { async fetch(request) {
        if (request.url.endsWith('/clear')) { clearTimeout(id); return new Response(); }
        await new Promise((resolve) => { id = setTimeout(resolve, 10); });
        return new Response('woken');
      } };
    )js")});
    auto waiting = runtime.Start("/");
    runtime.Poll();
    runtime.Get("/clear");
    while (!waiting->done()) runtime.Poll();
    CHECK(waiting->response().body == "woken");
  }

  TEST_CASE("many timers at once") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
      let fired = 0;
      await Promise.all(Array.from({ length: 10000 }, (_, i) =>
          new Promise((resolve) => setTimeout(() => { fired++; resolve(); }, i % 7))));
      return new Response(String(fired));
    )js")});
    CHECK(runtime.Text() == "10000");
  }
}

}  // namespace
}  // namespace isolane::worker
