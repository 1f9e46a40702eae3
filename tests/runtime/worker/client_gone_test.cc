// A client that leaves: what only it needed ends, waitUntil goes on.
// runtime/worker/http_frontend.cc and Dispatcher::ClientGone.
#include <string>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/http/raw_socket.h"
#include "tests/runtime/worker/poll_until.h"

namespace isolane::worker {
namespace {

using http::RawSocket;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

// Longer than any test: a wait that is to be dropped.
constexpr char kPrelude[] = R"js(
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const forever = () => sleep(3600000);
)js";

// What the public Worker does for /leave; /log gives what the target was told, /open opens a gate
// that its handlers may wait for.
TestWorker Front(const std::string& body) {
  return TestWorker::Handler("front", std::string(kPrelude) + R"js(
           const tell = (word) => env.TARGET.fetch('http://t/tell?' + word);
           if (new URL(request.url).pathname !== '/leave') return env.TARGET.fetch(request);
         )js" + body)
      .Service("TARGET", "target");
}

TestWorker Target() {
  return TestWorker("target", std::string(kPrelude) + R"js(
    const log = [];
    let open = false;
    const gate = async () => { while (!open) await sleep(1); };
    export default { async fetch(request, env, ctx) {
      const { pathname, search } = new URL(request.url);
      switch (pathname) {
        case '/log':
          return new Response(log.join());
        case '/tell':
          log.push(search.slice(1));
          return new Response();
        case '/open':
          open = true;
          return new Response();
        case '/gate':
          await gate();
          return new Response();
        case '/later':
          ctx.waitUntil(gate().then(() => log.push('task')));
          log.push('begun');
          await forever();
          return new Response();
        case '/forever':
          log.push('begun');
          try { await forever(); } finally { log.push('finally'); }
          return new Response();
        case '/stream':
          return new Response(new ReadableStream({
            start(controller) { controller.enqueue(new TextEncoder().encode('part')); },
            async pull() { log.push('begun'); await forever(); },
            cancel() { log.push('cancelled'); },
          }));
      }
    } };
  )js");
}

class Client {
 public:
  explicit Client(TestRuntime& runtime, const std::string& request =
                                            "GET /leave HTTP/1.1\r\n"
                                            "Host: test\r\n\r\n")
      : runtime_(runtime), port_(runtime.get().Serve("127.0.0.1", 0)), socket_(PortOf(port_)) {
    socket_.Send(request);
  }
  // Until the Workers have told `log`.
  bool AwaitLog(const std::string& log) {
    return PollUntil(runtime_, [&] { return runtime_.Text("/log") == log; });
  }
  // Until `text` has arrived.
  bool AwaitText(const std::string& text) {
    return PollUntil(runtime_, [&] {
      socket_.Poll();
      return socket_.received().find(text) != std::string::npos;
    });
  }
  // Leaves; true when its request is over.
  bool LeaveAndAwaitEnd() {
    socket_.Reset();
    return AwaitEnd();
  }
  bool AwaitEnd() {
    return PollUntil(runtime_, [&] { return Over(); });
  }
  bool Over() const {
    for (const auto& request : runtime_.observer().requests) {
      if (request.url == "http://test/leave") return true;
    }
    return false;
  }
  int Status() const {
    for (const auto& request : runtime_.observer().requests) {
      if (request.url == "http://test/leave") return request.status;
    }
    return -1;
  }
  RawSocket& socket() { return socket_; }

 private:
  static int PortOf(Result<int>& port) {
    REQUIRE(port.ok());
    return *port;
  }

  TestRuntime& runtime_;
  Result<int> port_;
  RawSocket socket_;
};

TEST_SUITE("runtime/worker/client_gone") {
  TEST_CASE("a client that resets while a handler awaits") {
    SUBCASE("a timer: the handler is dropped") {
      TestRuntime runtime(
          {Front(
               "await tell('begun'); try { await forever(); } finally { await tell('finally'); }"),
           Target()});
      Client client(runtime);
      REQUIRE(client.AwaitLog("begun"));
      CHECK(client.LeaveAndAwaitEnd());
      CHECK(client.Status() == 0);
      CHECK(runtime.Text("/log") == "begun");
    }
    SUBCASE("a child: both are dropped, and no finally runs") {
      TestRuntime runtime({Front("return env.TARGET.fetch('http://t/forever');"), Target()});
      Client client(runtime);
      REQUIRE(client.AwaitLog("begun"));
      CHECK(client.LeaveAndAwaitEnd());
      CHECK(runtime.Text("/log") == "begun");
    }
    SUBCASE("a body that it does not finish") {
      TestRuntime runtime(
          {Front("await tell('begun'); await request.text(); await tell('read');"), Target()});
      Client client(runtime,
                    "POST /leave HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nsome");
      REQUIRE(client.AwaitLog("begun"));
      CHECK(client.LeaveAndAwaitEnd());
      CHECK(runtime.Text("/log") == "begun");
    }
    SUBCASE("others go on") {
      TestRuntime runtime({Front("await tell('begun'); await forever();"), Target()});
      Client client(runtime);
      REQUIRE(client.AwaitLog("begun"));
      auto other = runtime.Start("/gate");
      CHECK(client.LeaveAndAwaitEnd());
      CHECK_FALSE(other->done());
      runtime.Text("/open");
      CHECK(PollUntil(runtime, [&] { return other->done(); }));
      CHECK(other->response().status == 200);
    }
  }

  TEST_CASE("waitUntil tasks finish after the client has left") {
    SUBCASE("of the public Worker") {
      TestRuntime runtime({Front(R"js(
                             ctx.waitUntil((async () => {
                               await env.TARGET.fetch('http://t/gate');
                               await tell('task');
                             })());
                             await tell('begun');
                             await forever();
                           )js"),
                           Target()});
      Client client(runtime);
      REQUIRE(client.AwaitLog("begun"));
      client.socket().Reset();
      for (int i = 0; i < 20; i++) runtime.Poll();
      CHECK_FALSE(client.Over());
      runtime.Text("/open");
      CHECK(client.AwaitEnd());
      CHECK(runtime.Text("/log") == "begun,task");
    }
    SUBCASE("of a child that was awaited") {
      TestRuntime runtime({Front("return env.TARGET.fetch('http://t/later');"), Target()});
      Client client(runtime);
      REQUIRE(client.AwaitLog("begun"));
      client.socket().Reset();
      for (int i = 0; i < 20; i++) runtime.Poll();
      CHECK_FALSE(client.Over());
      runtime.Text("/open");
      CHECK(client.AwaitEnd());
      CHECK(runtime.Text("/log") == "begun,task");
    }
    SUBCASE("and a response that comes meanwhile goes nowhere") {
      TestRuntime runtime({Front(R"js(
                             ctx.waitUntil((async () => {
                               await env.TARGET.fetch('http://t/gate');
                               await sleep(1);
                               await tell('task');
                             })());
                             await tell('begun');
                             await env.TARGET.fetch('http://t/gate');
                             return new Response(new ReadableStream({ pull(controller) {
                               controller.enqueue(new Uint8Array(9));
                             } }));
                           )js"),
                           Target()});
      Client client(runtime);
      REQUIRE(client.AwaitLog("begun"));
      client.socket().Reset();
      for (int i = 0; i < 20; i++) runtime.Poll();
      runtime.Text("/open");
      CHECK(client.AwaitEnd());
      CHECK(runtime.Text("/log") == "begun,task");
    }
  }

  TEST_CASE("a client that leaves in the middle of a stream") {
    SUBCASE("calls the source's cancel") {
      TestRuntime runtime({Front(R"js(
                             return new Response(new ReadableStream({
                               start(controller) { controller.enqueue(new TextEncoder().encode('part')); },
                               async pull() { await forever(); },
                               cancel() { console.log('cancelled'); },
                             }));
                           )js"),
                           Target()});
      Client client(runtime);
      REQUIRE(client.AwaitText("part"));
      CHECK(client.LeaveAndAwaitEnd());
      CHECK(runtime.observer().Count("cancelled") == 1);
    }
    SUBCASE("calls it through a binding") {
      TestRuntime runtime({Front("return env.TARGET.fetch('http://t/stream');"), Target()});
      Client client(runtime);
      REQUIRE(client.AwaitText("part"));
      CHECK(client.LeaveAndAwaitEnd());
      CHECK(runtime.Text("/log") == "begun,cancelled");
    }
    SUBCASE("calls it while the source waits for room") {
      TestRuntime runtime({Front(R"js(
                             return new Response(new ReadableStream({
                               pull(controller) { controller.enqueue(new Uint8Array(65536).fill(120)); },
                               cancel() { console.log('cancelled'); },
                             }));
                           )js"),
                           Target()});
      Client client(runtime);
      // It reads a little and then no more, so that the stream has to pause.
      REQUIRE(client.AwaitText("xxxx"));
      for (int i = 0; i < 200; i++) runtime.Poll();
      CHECK(client.LeaveAndAwaitEnd());
      CHECK(runtime.observer().Count("cancelled") == 1);
    }
  }

  TEST_CASE("request.signal") {
    const std::string listen = R"js(
      request.signal.addEventListener('abort', () => {
        console.log('aborted ' + request.signal.aborted + ' ' + request.signal.reason.name);
      });
      await tell('begun');
      await forever();
    )js";
    SUBCASE("fires when the client leaves, with enable_request_signal") {
      TestRuntime runtime({Front(listen).Flag("enable_request_signal"), Target()});
      Client client(runtime);
      REQUIRE(client.AwaitLog("begun"));
      CHECK(client.LeaveAndAwaitEnd());
      CHECK(runtime.observer().Count("aborted true AbortError") == 1);
    }
    SUBCASE("lets the handler begin a waitUntil task that finishes") {
      TestRuntime runtime({Front(R"js(
                             request.signal.addEventListener('abort', () => {
                               ctx.waitUntil(sleep(1).then(() => tell('cleaned')));
                             });
                             await tell('begun');
                             await forever();
                           )js")
                               .Flag("enable_request_signal"),
                           Target()});
      Client client(runtime);
      REQUIRE(client.AwaitLog("begun"));
      CHECK(client.LeaveAndAwaitEnd());
      CHECK(runtime.Text("/log") == "begun,cleaned");
    }
    SUBCASE("is silent without the flag") {
      TestRuntime runtime({Front(listen), Target()});
      Client client(runtime);
      REQUIRE(client.AwaitLog("begun"));
      CHECK(client.LeaveAndAwaitEnd());
      CHECK(runtime.observer().Find("aborted") == nullptr);
    }
    SUBCASE("is silent when the client stays") {
      TestRuntime runtime({Front(R"js(
                             request.signal.addEventListener('abort', () => console.log('aborted'));
                             ctx.waitUntil(sleep(1));
                             return new Response('fine');
                           )js")
                               .Flag("enable_request_signal"),
                           Target()});
      Client client(runtime);
      REQUIRE(client.AwaitText("fine"));
      CHECK(client.AwaitEnd());
      CHECK(runtime.observer().Find("aborted") == nullptr);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
