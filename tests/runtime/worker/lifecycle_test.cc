// The life of an invocation and its pipeline: runtime/worker/dispatcher.cc.
#include <string>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// Keeps a log over requests: GET /log gives it, GET /NAME?ms=N logs "NAME start", waits, logs
// "NAME end". With &later=1 the wait is in its own waitUntil.
TestWorker Target() {
  return TestWorker("target", R"js(
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const log = [];
    export default { async fetch(request, env, ctx) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === '/log') return new Response(log.join());
      const name = pathname.slice(1);
      const work = async () => {
        log.push(name + ' start');
        await sleep(Number(searchParams.get('ms') ?? 1));
        log.push(name + ' end');
      };
      if (searchParams.has('later')) ctx.waitUntil(work());
      else await work();
      return new Response(name);
    } };
  )js");
}

// Its handler has `sleep`; /log goes to the target.
TestWorker Front(const std::string& body) {
  return TestWorker::Handler("front", R"js(
           const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
           if (new URL(request.url).pathname === '/log') return env.TARGET.fetch(request);
         )js" + body)
      .Service("TARGET", "target");
}

TEST_SUITE("runtime/worker/lifecycle") {
  TEST_CASE("a child call that nobody awaits") {
    SUBCASE("starts, and is dropped at its first pending await when the request is over") {
      TestRuntime runtime(
          {Front("env.TARGET.fetch('http://t/lost'); return new Response('done');"), Target()});
      CHECK(runtime.Text() == "done");
      CHECK(runtime.Text("/log") == "lost start");
    }
    SUBCASE("takes what it awaits in a grandchild with it") {
      TestRuntime runtime({TestWorker::Handler("top", R"js(
             if (new URL(request.url).pathname === '/log') return env.FRONT.fetch(request);
             env.FRONT.fetch('http://f/');
             return new Response('done');
           )js")
                               .Service("FRONT", "front"),
                           Front("await env.TARGET.fetch('http://t/lost'); return new Response();"),
                           Target()});
      CHECK(runtime.Text() == "done");
      CHECK(runtime.Text("/log").find("lost end") == std::string::npos);
    }
    SUBCASE("runs no finally and is no error") {
      TestRuntime runtime({TestWorker("a", R"js(
        let log = [];
        export default { async fetch(request, env) {
          const { pathname } = new URL(request.url);
          if (pathname === '/log') return new Response(log.join());
          if (pathname === '/child') {
            try { await new Promise((resolve) => setTimeout(resolve, 1)); }
            finally { log.push('finally'); }
          }
          env.SELF.fetch('http://self/child');
          return new Response('done');
        } };
      )js")
                               .Service("SELF", "a")});
      CHECK(runtime.Text() == "done");
      CHECK(runtime.Text("/log") == "");
      CHECK(runtime.observer().lines.empty());
    }
    SUBCASE("goes on while a waitUntil task keeps the request open") {
      TestRuntime runtime({Front(R"js(
                             env.TARGET.fetch('http://t/lost?ms=1');
                             ctx.waitUntil(sleep(200));
                             return new Response('done');
                           )js"),
                           Target()});
      CHECK(runtime.Text() == "done");
      CHECK(runtime.Text("/log") == "lost start,lost end");
    }
    SUBCASE("goes on while the response is being sent") {
      TestRuntime runtime({Front(R"js(
                             const { readable, writable } = new TransformStream();
                             (async () => {
                               const writer = writable.getWriter();
                               await sleep(200);
                               await writer.write(new TextEncoder().encode('late'));
                               await writer.close();
                             })();
                             env.TARGET.fetch('http://t/lost?ms=1');
                             return new Response(readable);
                           )js"),
                           Target()});
      CHECK(runtime.Text() == "late");
      CHECK(runtime.Text("/log") == "lost start,lost end");
    }
  }

  TEST_CASE("waitUntil") {
    SUBCASE("runs to its end after the response") {
      TestRuntime runtime({Front(R"js(
                             ctx.waitUntil(env.TARGET.fetch('http://t/kept'));
                             return new Response('done');
                           )js"),
                           Target()});
      CHECK(runtime.Text() == "done");
      CHECK(runtime.Text("/log") == "kept start,kept end");
    }
    SUBCASE("does not hold up the response") {
      TestRuntime runtime({Front(R"js(
                             ctx.waitUntil(sleep(5).then(() => console.log('late')));
                             console.log('answered');
                             return new Response('done');
                           )js"),
                           Target()});
      runtime.Text();
      REQUIRE(runtime.observer().lines.size() == 2);
      CHECK(runtime.observer().lines[0].text == "answered");
      CHECK(runtime.observer().lines[1].text == "late");
    }
    SUBCASE("runs although the handler threw") {
      TestRuntime runtime({Front(R"js(
                             ctx.waitUntil(env.TARGET.fetch('http://t/kept'));
                             throw new Error('no');
                           )js"),
                           Target()});
      CHECK(runtime.Get().status == 500);
      CHECK(runtime.Text("/log") == "kept start,kept end");
    }
    SUBCASE("a rejection changes nothing but the log") {
      TestRuntime runtime({Front(R"js(
                             ctx.waitUntil(Promise.reject(new Error('task failed')));
                             return new Response('done');
                           )js"),
                           Target()});
      CHECK(runtime.Text() == "done");
      REQUIRE(runtime.observer().Find("task failed") != nullptr);
      CHECK(runtime.observer().Find("task failed")->worker == "front");
      CHECK(runtime.observer().Count("task failed") == 1);
    }
    SUBCASE("may be called by a task of its own") {
      TestRuntime runtime({Front(R"js(
                             ctx.waitUntil(sleep(1).then(() => {
                               ctx.waitUntil(env.TARGET.fetch('http://t/kept'));
                             }));
                             return new Response('done');
                           )js"),
                           Target()});
      CHECK(runtime.Text() == "done");
      CHECK(runtime.Text("/log") == "kept start,kept end");
    }
    SUBCASE("takes what is no promise") {
      TestRuntime runtime({Front("ctx.waitUntil(1); return new Response('done');"), Target()});
      CHECK(runtime.Text() == "done");
    }
    SUBCASE("of a child survives a call that nobody awaits") {
      TestRuntime runtime({Front(R"js(
                             env.TARGET.fetch('http://t/kept?later=1&ms=5');
                             return new Response('done');
                           )js"),
                           Target()});
      CHECK(runtime.Text() == "done");
      CHECK(runtime.Text("/log") == "kept start,kept end");
    }
    SUBCASE("of a child does not hold up its caller") {
      TestRuntime runtime({Front(R"js(
                             await env.TARGET.fetch('http://t/kept?later=1&ms=5');
                             return env.TARGET.fetch('http://t/log');
                           )js"),
                           Target()});
      CHECK(runtime.Text() == "kept start");
      CHECK(runtime.Text("/log") == "kept start,kept end");
    }
    SUBCASE("is a method of its own object only") {
      TestRuntime runtime({Front(R"js(
                             const { waitUntil } = ctx;
                             try { waitUntil(sleep(1)); } catch (error) {
                               return new Response(error.name);
                             }
                             return new Response('called');
                           )js"),
                           Target()});
      CHECK(runtime.Text() == "TypeError");
    }
  }

  TEST_CASE("requests of one isolate interleave at their awaits") {
    TestRuntime runtime({TestWorker("a", R"js(
      let open = 0, most = 0;
      export default { async fetch() {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 5));
        open--;
        return new Response(String(most));
      } };
    )js")});
    auto one = runtime.Start();
    auto two = runtime.Start();
    auto three = runtime.Start();
    while (!one->done() || !two->done() || !three->done()) runtime.Poll();
    CHECK(three->response().body == "3");
    CHECK(runtime.Text() == "3");
  }

  TEST_CASE("twenty child calls overlap") {
    TestRuntime runtime({Front(R"js(
                           const names = Array.from({ length: 20 }, (_, i) => 'c' + i);
                           await Promise.all(names.map((name) =>
                               env.TARGET.fetch('http://t/' + name + '?ms=5')));
                           return env.TARGET.fetch('http://t/log');
                         )js"),
                         Target()});
    const std::string log = runtime.Text();
    CHECK(log.find("end") > log.rfind("start"));
  }

  TEST_CASE("a Runtime may end with requests under way") {
    testing::RecordingObserver observer;
    auto runtime = Runtime::LoadSpecs(
        testing::Specs({Front("await env.TARGET.fetch('http://t/x?ms=100000');"), Target()}),
        {UnknownService::kRefuse, &observer});
    REQUIRE(runtime.ok());
    bool told = false;
    (*runtime)->FetchAsync({}, [&](Result<Response> answer) { told = !answer.ok(); });
    (*runtime)->Poll();
    CHECK_FALSE(told);
    runtime->reset();
    CHECK(told);
  }
}

}  // namespace
}  // namespace isolane::worker
