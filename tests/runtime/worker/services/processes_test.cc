// Services that are programs of their own, in one graph with Workers.
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// A server of python's standard library: echoes, and calls URLs that its variables hold.
//   /call/NAME/PATH    what PATH of the service in the variable NAME answers
//   /connect/PORT      "connected", or what the kernel says
constexpr char kServer[] = R"py(
import json, os, socket, sys, urllib.request, urllib.error
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        body = self.body()
        parts = self.path.split("/")
        if parts[1] == "exit":
            os._exit(int(parts[2]))
        if parts[1] == "away":
            self.send_response(302)
            self.send_header("location", "http://" + self.headers["host"] + "/there")
            self.send_header("content-length", "0")
            return self.end_headers()
        if parts[1] == "env":
            return self.send(200, os.environ.get(parts[2], "-"))
        if parts[1] == "pid":
            return self.send(200, str(os.getpid()))
        if parts[1] == "connect":
            try:
                s = socket.create_connection(("127.0.0.1", int(parts[2])), 5)
                s.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
                got = s.recv(100)
                return self.send(200, "read " + str(len(got)))
            except OSError as e:
                return self.send(200, type(e).__name__)
        if parts[1] == "call":
            call = urllib.request.Request(os.environ[parts[2]] + "/" + "/".join(parts[3:]),
                data=body if self.command == "POST" else None, method=self.command)
            try:
                with urllib.request.urlopen(call) as back:
                    return self.send(back.status, back.read())
            except urllib.error.HTTPError as e:
                return self.send(e.code, e.read())
        if parts[1] == "stream":
            self.send_response(200)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for i in range(int(parts[2])):
                self.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
            return self.wfile.write(b"0\r\n\r\n")
        self.send(200, self.command + "|" + self.path + "|" + str(len(body)) + "|" + body[:20].decode())
    do_GET = do_POST = do_PUT = answer
    def send(self, status, data):
        data = data if isinstance(data, bytes) else data.encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def body(self):
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            out = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                out += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return out
        return self.rfile.read(int(self.headers.get("content-length") or 0))
    def log_message(self, *args):
        pass

print("listening", flush=True)
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
)py";

ProcessSpec Python(const std::string& name, const std::string& code = kServer) {
  ProcessSpec spec;
  spec.name = name;
  spec.command = "exec python3 -c \"$CODE\"";
  spec.environment = {{"CODE", code}, {"PATH", getenv("PATH")}, {"HOME", getenv("HOME")}};
  return spec;
}

ProcessSpec Python(const std::string& name, std::vector<UrlBinding> bindings) {
  ProcessSpec spec = Python(name);
  spec.bindings = std::move(bindings);
  return spec;
}

// Passes /x/... on to the service in X_URL or behind the binding X.
TestWorker Gateway() {
  return TestWorker::Handler("gw", R"js(
    const url = new URL(request.url);
    const [, name, ...rest] = url.pathname.split('/');
    try {
      if (name === 'echo') return new Response('gw ' + await request.text());
      if (name === 'calls') return await env.PY.fetch('http://py/' + rest.join('/'), request);
      if (name === 'method') return new Response(await env.PY.verify(1));
      return await fetch(env[name] + '/' + rest.join('/') + url.search,
          { method: request.method, body: request.body });
    } catch (e) { return new Response(e.name + ': ' + e.message + ' / ' + e.cause?.message, { status: 599 }); }
  )js");
}

RuntimeOptions With(std::vector<ProcessSpec> processes) {
  RuntimeOptions options;
  options.processes = std::move(processes);
  return options;
}

std::vector<TestWorker> OnlyGateway() {
  return {Gateway().Binding({"PY_URL", OriginBinding{"py"}, ""}).Service("PY", "py")};
}

TEST_SUITE("runtime/worker/services/processes") {
  TEST_CASE("an isolate calls a process") {
    TestRuntime runtime(OnlyGateway(), With({Python("py")}));
    SUBCASE("by URL") {
      CHECK(runtime.Text("/PY_URL/items/1?x=y%20z") == "GET|/items/1?x=y%20z|0|");
      CHECK(runtime.Post("/PY_URL/items", "given").body == "POST|/items|5|given");
    }
    SUBCASE("by a service binding") {
      CHECK(runtime.Text("/calls/items") == "GET|/items|0|");
      CHECK(runtime.Post("/calls/items", "given").body == "POST|/items|5|given");
    }
    SUBCASE("but has no methods of it") {
      CHECK(
          runtime.Get("/method").body.starts_with("TypeError: The binding PY leads to the service "
                                                  "\"py\", which is a program of its own: it "
                                                  "answers fetch() only; verify() was called."));
    }
    SUBCASE("and follows its redirects to its own address") {
      CHECK(runtime.Text("/PY_URL/away") == "GET|/there|0|");
    }
    SUBCASE("with bodies of any size") {
      const std::string five(5 << 20, 'a');
      CHECK(runtime.Post("/PY_URL/up", five).body ==
            "POST|/up|" + std::to_string(five.size()) + "|aaaaaaaaaaaaaaaaaaaa");
      CHECK(runtime.Text("/PY_URL/stream/5000").size() == 5000 * 1024);
    }
  }

  TEST_CASE("a process calls an isolate and another process") {
    TestRuntime runtime(
        {Gateway().Binding({"PY_URL", OriginBinding{"py"}, ""})},
        With({Python("py", {{"GW_URL", "gw", ""}, {"TWO_URL", "two", ""}}), Python("two")}));
    CHECK(runtime.Text("/PY_URL/call/GW_URL/echo") == "gw ");
    CHECK(runtime.Post("/PY_URL/call/GW_URL/echo", "given").body == "gw given");
    CHECK(runtime.Text("/PY_URL/call/TWO_URL/items?a=b") == "GET|/items?a=b|0|");
    CHECK(runtime.Post("/PY_URL/call/TWO_URL/items", "given").body == "POST|/items|5|given");
    CHECK(runtime.Text("/PY_URL/env/GW_URL").starts_with("http://127.0.0.1:"));
    const std::string metrics = runtime.get().Metrics(false);
    for (const char* edge : {"{caller=\"gw\",service=\"py\"} 5", "{caller=\"py\",service=\"gw\"} 2",
                             "{caller=\"py\",service=\"two\"} 2"}) {
      CAPTURE(edge);
      CHECK(metrics.find("isolane_service_requests_total" + std::string(edge)) !=
            std::string::npos);
    }
    CHECK(metrics.find("isolane_service_response_bytes_total{caller=\"py\",service=\"gw\"} 11") !=
          std::string::npos);
  }

  TEST_CASE("nobody else gets through by a process's URL") {
    TestRuntime runtime({Gateway()
                             .Binding({"PY_URL", OriginBinding{"py"}, ""})
                             .Binding({"TWO_URL", OriginBinding{"two"}, ""})},
                        With({Python("py", {{"GW_URL", "gw", ""}}), Python("two")}));
    const std::string url = runtime.Text("/PY_URL/env/GW_URL");
    const std::string port = url.substr(url.rfind(':') + 1);
    SUBCASE("another process") {
      // The kernel says no (PermissionError), or we do at accept.
      const std::string said = runtime.Text("/TWO_URL/connect/" + port);
      CHECK((said == "PermissionError" || said == "ConnectionResetError"));
      const std::string own = runtime.Text("/PY_URL/env/PORT");
      CHECK(runtime.Text("/TWO_URL/connect/" + own) == "PermissionError");
    }
    SUBCASE("an isolate") {
      TestRuntime other({TestWorker::Handler("x", "try { return await fetch('" + url +
                                                      "/echo'); } catch (e) { return new "
                                                      "Response(e.message); }")});
      auto pending = other.Start("/");
      // Both turn; the accept is the other Runtime's.
      REQUIRE(testing::PollUntil(other, [&] {
        runtime.Poll();
        return pending->done();
      }));
      CHECK(pending->response().body.find("gw") == std::string::npos);
      CHECK(runtime.observer().Find("was refused: it comes from a process that is not of") !=
            nullptr);
      CHECK(runtime.get().Metrics(false).find(
                "isolane_service_denied_total{caller=\"py\",service=\"gw\"} ") !=
            std::string::npos);
    }
    SUBCASE("an isolate of the same graph, at the port of a process") {
      TestRuntime same({TestWorker::Handler("x", R"js(
        if (new URL(request.url).pathname === '/port') return fetch(env.PY_URL + '/env/PORT');
        const port = await request.text();
        for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0.0.0.0']) {
          try { await fetch('http://' + host + ':' + port + '/'); return new Response('reached'); }
          catch (e) { if (!/refused/.test(e.message)) return new Response(e.message); }
        }
        return new Response('refused');
      )js")
                            .Binding({"PY_URL", OriginBinding{"py"}, ""})},
                       With({Python("py")}));
      CHECK(same.Post("/", same.Text("/port")).body == "refused");
    }
  }

  TEST_CASE("a process that crashes is an error, and comes back") {
    TestRuntime runtime(OnlyGateway(), With({Python("py")}));
    const std::string pid = runtime.Text("/PY_URL/pid");
    const Response crash = runtime.Post("/PY_URL/exit/3", "x");
    CHECK(crash.status == 599);
    CHECK(crash.body.starts_with("TypeError: fetch failed"));
    std::string again;
    CHECK(testing::PollUntil(runtime, [&] {
      const Response now = runtime.Get("/PY_URL/pid");
      again = now.body;
      return now.status == 200;
    }));
    CHECK(again != pid);
    CHECK(runtime.observer().Find("Service \"py\" exited with code 3; it is started again in") !=
          nullptr);
  }

  TEST_CASE("a process that cannot be started fails calls") {
    TestRuntime runtime(OnlyGateway(), With({Python("py", "exit(3)")}));
    const Response answer = runtime.Get("/PY_URL/");
    CHECK(answer.body.find("fetch failed") != std::string::npos);
    REQUIRE(runtime.get().failure().has_value());
    CHECK(runtime.get().failure()->message ==
          "Service \"py\" exited with code 3 before port was available");
  }

  TEST_CASE("what is wrong with a graph is told at the start") {
    testing::RecordingObserver observer;
    RuntimeOptions options = With({Python("py", {{"X_URL", "nobody", "vercel.json"}})});
    options.observer = &observer;
    auto runtime = Runtime::LoadSpecs({Gateway().Spec()}, options);
    REQUIRE_FALSE(runtime.ok());
    CHECK(runtime.error().ToString() ==
          "vercel.json: py: binding X_URL points to \"nobody\", no such service.");
    options.processes = {Python("gw")};
    runtime = Runtime::LoadSpecs({Gateway().Spec()}, options);
    REQUIRE_FALSE(runtime.ok());
    CHECK(runtime.error().message == "a Worker and a service are both called \"gw\"");
  }

  TEST_CASE("another version of a Worker beside processes") {
    TestRuntime runtime({Gateway().Binding({"PY_URL", OriginBinding{"py"}, ""}),
                         TestWorker::Handler("other", "return new Response('one');")},
                        With({Python("py", {{"GW_URL", "gw", ""}, {"OTHER_URL", "other", ""}})}));
    CHECK(runtime.Text("/PY_URL/call/OTHER_URL/") == "one");
    SUBCASE("is what a process reaches, and reaches it") {
      TestWorker next = TestWorker::Handler("other", "return fetch(env.PY_URL + '/second');");
      const Status done = runtime.get().Reload(
          {.workers = testing::Specs({next.Binding({"PY_URL", OriginBinding{"py"}, ""})})});
      REQUIRE_MESSAGE(done.ok(), done.error().message);
      CHECK(runtime.Text("/PY_URL/call/OTHER_URL/") == "GET|/second|0|");
      CHECK(runtime.get().Metrics(false).find(
                "isolane_service_requests_total{caller=\"other\",service=\"py\"} 1") !=
            std::string::npos);
    }
    SUBCASE("cannot take the name of a process, or leave one without its binding") {
      const Status named = runtime.get().Reload(
          {.workers = testing::Specs({TestWorker::Handler("py", "return new Response('mine');")})});
      REQUIRE_FALSE(named.ok());
      CHECK(named.error().message == "a Worker and a service are both called \"py\"");
      const Status removed = runtime.get().Reload({.removed = {"other"}});
      REQUIRE_FALSE(removed.ok());
      CHECK(removed.error().message ==
            "Worker \"other\" cannot be removed: the binding OTHER_URL of the service \"py\" leads "
            "to "
            "it");
      CHECK(removed.error().hint == "Keep it, or load a Runtime without that binding.");
      CHECK(runtime.Text("/PY_URL/call/OTHER_URL/") == "one");
    }
  }

  TEST_CASE("lines of a process are told") {
    TestRuntime runtime(OnlyGateway(), With({Python("py")}));
    runtime.Text("/PY_URL/");
    CHECK(testing::PollUntil(runtime, [&] { return !runtime.observer().output.empty(); }));
    CHECK(runtime.observer().output.front() == "py: listening");
  }
}

}  // namespace
}  // namespace isolane::worker
