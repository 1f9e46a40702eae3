// scheduled() and queue() over bindings, as service_binding_extra_handlers gives them. What they
// answer was compared with workerd.
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

constexpr char kFlag[] = "service_binding_extra_handlers";

// The value of `code`, with env.S and env.CLS, as JSON; or "Name: message" of what it throws.
TestWorker Caller(const std::string& code) {
  return TestWorker::Evaluating("caller", R"js(
    const at = (id, body) => ({ id, timestamp: new Date(1000), attempts: 1, body });
)js",
                                R"js(
        const { S, CLS } = env;
)js" + code)
      .Date("2026-11-01")
      .Flag(kFlag)
      .Service("S", "target")
      .Service("CLS", "target", "Cls");
}

constexpr char kTarget[] = R"js(
  import { WorkerEntrypoint } from 'cloudflare:workers';
  let seen;
  export default {
    seen(_) { return seen; },
    async scheduled(controller, env, ctx) {
      seen = [controller.scheduledTime, controller.cron, Object.keys(env), typeof ctx.waitUntil];
      switch (controller.cron) {
        case 'throw': throw new TypeError('not today');
        case 'no retry': controller.noRetry(); return;
        case 'late': ctx.waitUntil(scheduler.wait(2).then(() => { throw new Error('late'); })); return;
        case 'long': ctx.waitUntil(scheduler.wait(2).then(() => { seen = 'done'; })); return;
        case 'hang': return new Promise(() => {});
        case 'deep': return env.SELF?.scheduled({ cron: 'deep' });
      }
    },
    async queue(batch, env, ctx) {
      seen = [batch.queue, batch.metadata,
              batch.messages.map((m) => [m.id, m.timestamp.getTime(), m.body, m.attempts])];
      const [first, second] = batch.messages;
      switch (batch.queue) {
        case 'ack': first.ack(); second.ack(); return;
        case 'retry': first.retry(); second.retry({ delaySeconds: 6 }); return;
        case 'ack all': batch.ackAll(); return;
        case 'retry all': batch.retryAll({ delaySeconds: 7 }); return;
        case 'first wins': first.ack(); first.retry(); second.retry(); second.ack(); return;
        case 'throw': first.ack(); throw new Error('no');
        case 'late': ctx.waitUntil(scheduler.wait(2).then(() => { throw new Error('late'); }));
      }
    },
  };
  export class Cls extends WorkerEntrypoint {
    async scheduled(controller) {
      seen = [arguments.length, controller.cron, Object.keys(this.env), this.ctx.props];
    }
    async queue(batch) { batch.ackAll(); }
    seen() { return seen; }
  })js";

TestWorker Target() { return TestWorker("target", kTarget).Date("2026-11-01").Var("V", "1"); }

std::string Ask(const std::string& code) {
  TestRuntime runtime({Caller(code), Target()});
  return runtime.Text();
}

constexpr char kOk[] = R"({"outcome":"ok","noRetry":false})";
constexpr char kException[] = R"({"outcome":"exception","noRetry":false})";
constexpr char kNothing[] =
    R"("ackAll":false,"retryBatch":{"retry":false},"explicitAcks":[],"retryMessages":[]})";

TEST_SUITE("runtime/worker/events") {
  TEST_CASE("scheduled()") {
    SUBCASE("calls the handler with time, cron, env and ctx") {
      CHECK(Ask("await S.scheduled({ scheduledTime: new Date(5), cron: '* * * * *' });"
                "return S.seen(0);") == R"([5,"* * * * *",["V"],"function"])");
    }
    SUBCASE("says what became of it") {
      CHECK(Ask("return S.scheduled({});") == kOk);
      CHECK(Ask("return S.scheduled();") == kOk);
      CHECK(Ask("return S.scheduled({ cron: 'no retry' });") ==
            R"({"outcome":"ok","noRetry":true})");
    }
    SUBCASE("does not reject when the handler throws") {
      TestRuntime runtime({Caller("return S.scheduled({ cron: 'throw' });"), Target()});
      CHECK(runtime.Text() == kException);
      CHECK(runtime.observer().Find("Uncaught (in scheduled) TypeError: not today") != nullptr);
    }
    SUBCASE("waits for waitUntil tasks") {
      CHECK(Ask("await S.scheduled({ cron: 'long' }); return S.seen(0);") == "done");
      CHECK(Ask("return S.scheduled({ cron: 'late' });") == kException);
    }
    SUBCASE("has an outcome even of a handler that hangs") {
      CHECK(Ask("return S.scheduled({ cron: 'hang' });") == kException);
    }
    SUBCASE("makes an instance of a class") {
      CHECK(Ask("await CLS.scheduled({ cron: 'c' }); return CLS.seen();") == R"([3,"c",["V"],{}])");
    }
    SUBCASE("wants a date") {
      CHECK(Ask("return S.scheduled({ scheduledTime: 'x' });") ==
            "TypeError: Incorrect type for the 'scheduledTime' field on 'ScheduledOptions': the "
            "provided value is not of type 'date'.");
    }
    SUBCASE("is a call like others: the depth counts") {
      TestRuntime runtime({Caller("return S.scheduled({ cron: 'deep' });").Depth(4),
                           Target().Flag(kFlag).Service("SELF", "target")});
      CHECK(runtime.Text() == kOk);
      CHECK(runtime.observer().Count("Subrequest depth limit exceeded") > 0);
    }
    SUBCASE("is a call like others: subrequests count") {
      TestRuntime runtime(
          {Caller("await S.scheduled(); await S.scheduled(); return 'two';").Subrequests(1),
           Target()});
      CHECK(runtime.Text().find("Too many subrequests") != std::string::npos);
    }
    SUBCASE("without a handler is an exception and not to be repeated") {
      TestRuntime runtime(
          {Caller("return S.scheduled({});"), TestWorker("target",
                                                         "export default { fetch() {} };"
                                                         "export const Cls = {};")});
      CHECK(runtime.Text() == R"({"outcome":"exception","noRetry":true})");
      CHECK(runtime.observer().Find("Received a ScheduledEvent but we lack a handler") != nullptr);
    }
  }

  TEST_CASE("queue()") {
    SUBCASE("brings messages to the handler") {
      CHECK(
          Ask("await S.queue('q', [at('a', [1n, new Date(3)].length), at('b', 'B')]);"
              "return S.seen(0);") ==
          R"(["q",{"metrics":{"backlogCount":0,"backlogBytes":0}},[["a",1000,2,1],["b",1000,"B",1]]])");
    }
    SUBCASE("says that nothing was decided") {
      CHECK(Ask("return S.queue('q', [at('a', 1)]);") ==
            std::string(R"({"outcome":"ok",)") + kNothing);
    }
    SUBCASE("says what was acknowledged and what is to be tried again") {
      CHECK(
          Ask("return S.queue('ack', [at('a', 1), at('b', 1)]);") ==
          R"({"outcome":"ok","ackAll":false,"retryBatch":{"retry":false},"explicitAcks":["a","b"],"retryMessages":[]})");
      CHECK(
          Ask("return S.queue('retry', [at('a', 1), at('b', 1)]);") ==
          R"({"outcome":"ok","ackAll":false,"retryBatch":{"retry":false},"explicitAcks":[],"retryMessages":[{"msgId":"a"},{"msgId":"b","delaySeconds":6}]})");
      CHECK(
          Ask("return S.queue('ack all', [at('a', 1)]);") ==
          R"({"outcome":"ok","ackAll":true,"retryBatch":{"retry":false},"explicitAcks":[],"retryMessages":[]})");
      CHECK(
          Ask("return S.queue('retry all', [at('a', 1)]);") ==
          R"({"outcome":"ok","ackAll":false,"retryBatch":{"retry":true,"delaySeconds":7},"explicitAcks":[],"retryMessages":[]})");
    }
    SUBCASE("keeps the first decision about a message, and warns") {
      TestRuntime runtime(
          {Caller("return S.queue('first wins', [at('a', 1), at('b', 1)]);"), Target()});
      CHECK(
          runtime.Text() ==
          R"({"outcome":"ok","ackAll":false,"retryBatch":{"retry":false},"explicitAcks":["a"],"retryMessages":[{"msgId":"b"}]})");
      CHECK(runtime.observer().Count("has no effect.") == 2);
    }
    SUBCASE("keeps decisions when the handler throws") {
      CHECK(
          Ask("return S.queue('throw', [at('a', 1)]);") ==
          R"({"outcome":"exception","ackAll":false,"retryBatch":{"retry":false},"explicitAcks":["a"],"retryMessages":[]})");
    }
    SUBCASE("waits for waitUntil tasks") {
      CHECK(Ask("return S.queue('late', []);") ==
            std::string(R"({"outcome":"exception",)") + kNothing);
    }
    SUBCASE("reaches a class") {
      CHECK(Ask("return (await CLS.queue('q', [])).ackAll;") == "true");
    }
    SUBCASE("wants complete messages") {
      CHECK(Ask("return S.queue('q');") ==
            "TypeError: Failed to execute 'queue' on 'Fetcher': parameter 2 is not of type "
            "'Array'.");
      CHECK(Ask("return S.queue('q', [{ id: 'a', timestamp: new Date(), attempts: 1 }]);") ==
            "TypeError: Expected one of body or serializedBody for each message");
      CHECK(Ask("return S.queue('q', [{ ...at('a', 1), attempts: -1 }]);") ==
            "TypeError: The value cannot be converted because it is negative and this API expects "
            "a positive number.");
      CHECK(Ask("return S.queue('q', [at('a', () => 1)]);").starts_with("DataCloneError: "));
    }
  }

  TEST_CASE("without the flag both are method calls") {
    TestRuntime runtime({TestWorker::Handler("caller", R"js(
      const results = [await env.S.scheduled('a'), await env.S.queue('b')];
      return new Response(results.join());)js")
                             .Date("2026-11-01")
                             .Service("S", "target"),
                         TestWorker("target", R"js(
      export default { scheduled: (one) => 'scheduled ' + one, queue: (one) => 'queue ' + one };)js")
                             .Date("2026-11-01")});
    CHECK(runtime.Text() == "scheduled a,queue b");
  }

  TEST_CASE("Service Worker scripts listen for events") {
    constexpr char kScript[] = R"js(
      let seen = [];
      addEventListener('fetch', (event) => event.respondWith(Response.json(seen)));
      addEventListener('scheduled', (event) => {
        if (event.cron === 'throw') throw new Error('no');
        seen.push(event.type, event.constructor.name, event.cron, event.scheduledTime);
        event.waitUntil(Promise.resolve());
      });
      addEventListener('queue', (event) => { seen.push(event.queue); event.messages[0].ack(); });)js";
    CHECK(TestRuntime({TestWorker::Handler("caller", R"js(
            const outcomes = [
              await env.S.scheduled({ cron: 'c', scheduledTime: new Date(7) }),
              await env.S.scheduled({ cron: 'throw' }),
              await env.S.queue('q', [{ id: 'a', timestamp: 0, attempts: 1, body: 1 }])];
            return Response.json([outcomes.map((one) => one.outcome), outcomes[2].explicitAcks,
                                  await (await env.S.fetch('http://s')).json()]);)js")
                           .Flag(kFlag)
                           .Service("S", "target"),
                       TestWorker("target", kScript)})
              .Text() ==
          R"([["ok","exception","ok"],["a"],["scheduled","ScheduledEvent","c",7,"q"]])");
  }

  TEST_CASE("a Durable Object gets no events, and says so") {
    TestRuntime runtime({TestWorker("caller", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject { scheduled() {} }
      export default { async fetch(request, env) {
        const error = await env.ROOM.getByName('a').scheduled({}).catch((error) => error);
        return new Response(error.message);
      } };)js")
                             .Date("2026-11-01")
                             .Flag(kFlag)
                             .Objects("ROOM", "Room")});
    CHECK(runtime.Text() ==
          "A Durable Object gets no scheduled events in isolane: fetch() and the methods of its "
          "class can be called.");
  }
}

}  // namespace
}  // namespace isolane::worker
