// CPU and memory: runtime/worker/dispatcher.cc, Condemn.
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

constexpr char kCpu[] = "Worker exceeded CPU time limit.";
constexpr char kMemory[] = "Worker exceeded memory limit.";

// Counts its requests in module state; /bad runs `code`.
TestWorker Risky(const std::string& name, const std::string& code) {
  return TestWorker(name, R"js(
    let count = 0;
    const tick = () => new Promise((resolve) => setTimeout(resolve, 1));
    // Burns about `ms` of CPU time.
    const burn = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
    export default { async fetch(request, env) {
      count++;
      const { pathname } = new URL(request.url);
      if (pathname === '/wait') { await new Promise((resolve) => setTimeout(resolve, 60000)); }
      if (pathname === '/bad') { )js" +
                              code + R"js( }
      return new Response('request ' + count);
    } };
  )js");
}

TEST_SUITE("runtime/worker/limits") {
  TEST_CASE("what uses up the CPU budget ends with 503") {
    std::string code;
    SUBCASE("an endless loop") { code = "for (;;) {}"; }
    SUBCASE("an endless loop inside try and finally") {
      code = "for (;;) { try { for (;;) {} } catch {} finally { for (;;) {} } }";
    }
    SUBCASE("a loop around one that V8 unrolls") { code = "for (;;) new Array(100).fill(1);"; }
    SUBCASE("microtasks that make microtasks") { code = "for (;;) await null;"; }
    SUBCASE("a regular expression that backtracks") {
      code = "/^(a+)+$/.test('a'.repeat(64) + 'b');";
    }
    SUBCASE("JSON and strings") {
      code = "let text = 'x'; for (;;) text = JSON.parse(JSON.stringify(text));";
    }
    SUBCASE("many short entries") { code = "for (;;) { burn(5); await tick(); }"; }
    SUBCASE("a getter that the built-in half calls") {
      code = "return new Response('x', { get status() { for (;;) {} } });";
    }
    SUBCASE("bytes derived from a password") {
      code = R"js(
        const key = await crypto.subtle.importKey('raw', new Uint8Array(1), 'PBKDF2', false, ['deriveBits']);
        const algorithm = { name: 'PBKDF2', hash: 'SHA-1', salt: new Uint8Array(1), iterations: 2 ** 31 - 1 };
        try { await crypto.subtle.deriveBits(algorithm, key, 8); } catch { }
      )js";
    }
    SUBCASE("prime numbers") {
      code = R"js(
        await crypto.subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-1', modulusLength: 8192,
                                          publicExponent: new Uint8Array([3]) }, true, ['sign']);
      )js";
    }
    CAPTURE(code);
    TestRuntime runtime({Risky("a", code).CpuMs(60)});
    CHECK(runtime.Text() == "request 1");
    const Response response = runtime.Get("/bad");
    CHECK(response.status == 503);
    CHECK(response.body == kCpu);
    const auto* line = runtime.observer().Find("has used the CPU time of its request");
    if (code.find("tick") == std::string::npos) {
      REQUIRE(line != nullptr);
      CHECK(line->worker == "a");
      CHECK(line->text.find("http://test/bad") != std::string::npos);
      CHECK(line->text.find("cpu_ms") != std::string::npos);
      // A fresh isolate: the count starts again.
      CHECK(runtime.Text() == "request 1");
    }
    CHECK(runtime.Get().status == 200);
    const auto& finished = runtime.observer().requests[1];
    CHECK(finished.status == 503);
    CHECK(finished.cpu_ms > 55);
  }

  TEST_CASE("a request below the budget may use nearly all of it, every time") {
    TestRuntime runtime({Risky("a", "burn(30);").CpuMs(2000)});
    for (int i = 1; i <= 3; i++) CHECK(runtime.Text("/bad") == "request " + std::to_string(i));
  }

  TEST_CASE("the budget is one for the whole tree") {
    const auto graph = [](int64_t cpu_ms) {
      return std::vector<TestWorker>{
          TestWorker::Handler("front", R"js(
            const calls = Number(new URL(request.url).searchParams.get('calls'));
            for (let i = 0; i < calls; i++) await env.B.fetch('http://b/');
            return new Response('made ' + calls);
          )js")
              .Service("B", "b")
              .CpuMs(cpu_ms),
          // The limit of the Worker below does not matter: the public one's does.
          TestWorker::Handler("b", R"js(
            let sum = 0;
            for (let i = 0; i < 3000000; i++) sum = (sum * 31 + i) % 1000003;
            return new Response(String(sum));
          )js")
              .CpuMs(1)};
    };
    // How long one call takes on this machine, now.
    TestRuntime measured(graph(100000));
    CHECK(measured.Text("/?calls=4") == "made 4");
    const auto one = static_cast<int64_t>(measured.observer().requests[0].cpu_ms / 4) + 1;
    TestRuntime runtime(graph(8 * one));
    CHECK(runtime.Text("/?calls=1") == "made 1");
    // Each for itself is far below the limit; together they are far above.
    const Response response = runtime.Get("/?calls=100");
    CHECK(response.status == 503);
    CHECK(response.body == kCpu);
    CHECK(runtime.Text("/?calls=1") == "made 1");
  }

  TEST_CASE("a child cannot have more than its caller left") {
    TestRuntime runtime({TestWorker::Handler("front", R"js(
                           try { return await env.B.fetch('http://b/bad'); }
                           catch { return new Response('caught'); }
                         )js")
                             .Service("B", "b")
                             .CpuMs(60),
                         Risky("b", "for (;;) {}")});
    // Not catchable: there is no time left to run the catch.
    CHECK(runtime.Get().status == 503);
    CHECK(runtime.observer().Find("has used the CPU time")->worker == "b");
  }

  TEST_CASE("others in the condemned isolate") {
    TestRuntime runtime({TestWorker::Handler("front", R"js(
                           const { pathname } = new URL(request.url);
                           if (pathname === '/other') {
                             await new Promise((resolve) => setTimeout(resolve, 20));
                             return new Response('not concerned');
                           }
                           if (pathname === '/caught') {
                             try { return await env.A.fetch('http://a/wait'); }
                             catch (error) { return new Response(error.name + ': ' + error.message); }
                           }
                           return env.A.fetch(request);
                         )js")
                             .Service("A", "a")
                             .CpuMs(60),
                         Risky("a", "for (;;) {}")});
    auto bystander = runtime.Start("/wait");
    auto catching = runtime.Start("/caught");
    auto elsewhere = runtime.Start("/other");
    runtime.Poll();
    CHECK_FALSE(bystander->done());
    CHECK(runtime.Get("/bad").status == 503);
    while (!bystander->done() || !catching->done() || !elsewhere->done()) runtime.Poll();
    SUBCASE("get an error that names the Worker and says what to do") {
      CHECK(catching->response().body.starts_with("Error: The isolate of Worker \"a\" was ended"));
      CHECK(catching->response().body.find("CPU time limit") != std::string::npos);
      CHECK(catching->response().body.ends_with("Send it again."));
    }
    SUBCASE("which is a failed call to their caller") {
      CHECK(bystander->response().status == 500);
    }
    SUBCASE("and those elsewhere notice nothing") {
      CHECK(elsewhere->response().body == "not concerned");
    }
    CHECK(runtime.Text("/x") == "request 1");
  }

  TEST_CASE("a request in the condemned public isolate gets 503") {
    TestRuntime runtime({Risky("a", "for (;;) {}").CpuMs(60)});
    auto bystander = runtime.Start("/wait");
    runtime.Poll();
    CHECK(runtime.Get("/bad").status == 503);
    while (!bystander->done()) runtime.Poll();
    CHECK(bystander->response().status == 503);
    CHECK(bystander->response().body.starts_with("The isolate of Worker \"a\" was ended"));
  }

  TEST_CASE("a loop in waitUntil ends after the response was sent") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
                           if (new URL(request.url).pathname === '/bad') {
                             ctx.waitUntil((async () => { await null; for (;;) {} })());
                           }
                           return new Response('sent');
                         )js")
                             .CpuMs(60)});
    runtime.Get("/bad");
    CHECK(runtime.observer().Find(kCpu) != nullptr);
    CHECK(runtime.Text() == "sent");
  }

  TEST_CASE("a loop in a timer ends it") {
    TestRuntime runtime({Risky("a", "await tick(); for (;;) {}").CpuMs(60)});
    CHECK(runtime.Get("/bad").status == 503);
    CHECK(runtime.Text() == "request 1");
  }

  TEST_CASE("what exhausts the heap ends with 503") {
    std::string code;
    SUBCASE("an array that grows") {
      code = "const all = []; for (;;) all.push(new Array(100).fill(count));";
    }
    SUBCASE("objects") { code = "const all = []; for (;;) all.push({ a: [all.length], b: {} });"; }
    SUBCASE("strings") {
      code = "const all = []; for (;;) all.push(String(all.length).padStart(1000, 'x') + 'y');";
    }
    SUBCASE("a map") { code = "const all = new Map(); for (;;) all.set({}, [all.size]);"; }
    CAPTURE(code);
    TestRuntime runtime({Risky("a", code).MemoryMb(24)});
    CHECK(runtime.Text() == "request 1");
    const Response response = runtime.Get("/bad");
    CHECK(response.status == 503);
    CHECK(response.body == kMemory);
    const auto* line = runtime.observer().Find("memory_mb = 24 MiB");
    REQUIRE(line != nullptr);
    CHECK(line->worker == "a");
    CHECK(runtime.Text() == "request 1");
    CHECK(runtime.Get("/bad").status == 503);
    CHECK(runtime.Text() == "request 1");
  }

  TEST_CASE("too large an ArrayBuffer is a RangeError, which can be caught") {
    TestRuntime runtime({Risky("a", R"js(
                           try { new Uint8Array(1 << 30); } catch (error) {
                             return new Response(error.name + ' ' + count);
                           }
                         )js")
                             .MemoryMb(24)});
    CHECK(runtime.Text("/bad") == "RangeError 1");
    CHECK(runtime.Text() == "request 2");
  }

  TEST_CASE("a body that does not fit into the isolate is a RangeError, which can be caught") {
    const char* read = nullptr;
    // A clone shares its bytes, so they are copied; without it they would be adopted.
    SUBCASE("when it would be copied") {
      read = "const all = r.clone(); await r.arrayBuffer(); await all.arrayBuffer();";
    }
    SUBCASE("when it would be adopted") { read = "await r.arrayBuffer();"; }
    SUBCASE("when it is read as a stream") {
      read = "const kept = []; for await (const c of r.body) kept.push(c);";
    }
    const std::string code = std::string("const r = await env.B.fetch('http://b/'); try { ") +
                             read +
                             " } catch (error) { return new Response(error.name + ' ' + count); }"
                             " return new Response('all of it');";
    CAPTURE(code);
    TestRuntime runtime(
        {Risky("a", code.c_str()).Service("B", "b").MemoryMb(24), TestWorker("b", R"js(
                           let left = 30;
                           export default {
                             fetch() {
                               return new Response(new ReadableStream({
                                 pull(c) { if (left-- > 0) c.enqueue(new Uint8Array(1 << 20)); else c.close(); },
                               }));
                             },
                           };
                         )js")});
    CHECK(runtime.Text("/bad") == "RangeError 1");
    CHECK(runtime.Text() == "request 2");
  }

  TEST_CASE("array buffers that are let go do not count") {
    TestRuntime runtime({Risky("a", R"js(
                           let sum = 0;
                           for (let i = 0; i < 200; i++) sum += new Uint8Array(1 << 20).length;
                           return new Response(String(sum >> 20));
                         )js")
                             .MemoryMb(24)});
    CHECK(runtime.Text("/bad") == "200");
  }

  TEST_CASE("endless recursion is a RangeError, and no limit of the isolate") {
    TestRuntime runtime({Risky("a", R"js(
      const down = (n) => down(n + 1) + 1;
      try { down(0); } catch (error) { return new Response(error.name); }
    )js")});
    CHECK(runtime.Text("/bad") == "RangeError");
    CHECK(runtime.Text() == "request 2");
  }

  TEST_CASE("a Worker that cannot start again answers with what is wrong") {
    // The second evaluation of the module throws.
    auto starts = std::make_shared<int>(0);
    TestWorker written = Risky("a", "for (;;) {}").CpuMs(60);
    WorkerSpec spec = written.Spec();
    spec.modules = [starts, inner = spec.modules](const std::string& name) {
      auto source = inner(name);
      if (++*starts > 1) source->content = "throw new Error('not twice');";
      return source;
    };
    testing::RecordingObserver observer;
    std::vector<WorkerSpec> specs;
    specs.push_back(spec);
    auto runtime = Runtime::LoadSpecs(std::move(specs), {UnknownService::kRefuse, &observer});
    REQUIRE(runtime.ok());
    Request bad;
    bad.url = "http://test/bad";
    auto answer = (*runtime)->Fetch(bad);
    REQUIRE(answer.ok());
    CHECK(answer->status == 503);
    answer = (*runtime)->Fetch({});
    REQUIRE(answer.ok());
    CHECK(answer->status == 503);
    CHECK(answer->body.find("not twice") != std::string::npos);
    CHECK(observer.Find("could not be started again") != nullptr);
  }

  TEST_CASE("a module that never ends its evaluation is refused") {
    const Error error = testing::LoadError({TestWorker("a", R"js(
                          const all = [];
                          for (;;) all.push(new Array(100).fill(1));
                          export default {};
                        )js")
                                                .MemoryMb(24)
                                                .Root("src/")});
    CHECK(error.message.find("\"a\" exceeded its memory limit of 24 MiB") != std::string::npos);
    CHECK(error.where == "src/index.js");
  }
}

}  // namespace
}  // namespace isolane::worker
