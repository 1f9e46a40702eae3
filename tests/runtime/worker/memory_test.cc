// Memory stays flat under load.
#include <unistd.h>

#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

TEST_SUITE("runtime/worker/memory") {
  TEST_CASE("ten thousand requests through two isolates leave nothing behind") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
                           const { pathname } = new URL(request.url);
                           if (pathname === '/clone') await env.B.fetch(request.clone());
                           if (pathname === '/lost') env.B.fetch('http://b/');
                           if (pathname === '/throw') {
                             try { await env.B.fetch('http://b/throw'); } catch {}
                           }
                           if (pathname === '/stream') {
                             return env.B.fetch('http://b/', { method: 'POST',
                                 body: new Response('x'.repeat(2000)).body });
                           }
                           return env.B.fetch(request);
                         )js")
                             .Service("B", "b"),
                         TestWorker::Handler("b", R"js(
                           if (request.url.endsWith('/throw')) throw new Error('no');
                           return new Response(await request.text());
                         )js")});
    const auto requests = [&](int count) {
      const std::string body(500, 'y');
      const char* const paths[] = {"/", "/clone", "/lost", "/stream", "/throw"};
      for (int i = 0; i < count; i++) {
        const std::string path = paths[i % 5];
        const Response response = runtime.Post(path, body);
        REQUIRE(response.status == (path == "/throw" ? 500 : 200));
        // What was recorded would grow.
        runtime.observer().requests.clear();
        runtime.observer().lines.clear();
      }
    };
    // V8 keeps some megabytes from the time when it optimises what is hot: a step, not a slope.
    requests(10000);
    const size_t heap_a = runtime.HeapOf(0);
    const size_t heap_b = runtime.HeapOf(1);
    const size_t resident = ResidentBytes();
    requests(10000);
    // A leak of a single small object for each request would be more than these.
    CHECK(runtime.HeapOf(0) < heap_a + 200'000);
    CHECK(runtime.HeapOf(1) < heap_b + 200'000);
#ifndef __SANITIZE_ADDRESS__  // which keeps freed memory for a while
    CHECK(ResidentBytes() < resident + (size_t{4} << 20));
#else
    (void)resident;
#endif
  }

  TEST_CASE("isolates that were condemned are given back") {
    TestRuntime runtime({TestWorker::Handler("a", "for (;;) {}").CpuMs(5)});
    const auto rounds = [&](int count) {
      for (int i = 0; i < count; i++) REQUIRE(runtime.Get().status == 503);
    };
    rounds(5);
    const size_t resident = ResidentBytes();
    rounds(40);
#ifndef __SANITIZE_ADDRESS__
    // An isolate takes about a megabyte.
    CHECK(ResidentBytes() < resident + (size_t{16} << 20));
#else
    (void)resident;
#endif
  }

  TEST_CASE("isolates with a heap that is nearly full are given back") {
    // V8 collects garbage when it disposes of one, and ends the process if a heap is full then.
    TestRuntime runtime({TestWorker::Handler("a", R"js(
                           const kept = [];
                           const count = Number(new URL(request.url).searchParams.get('count'));
                           for (let i = 0; i < count; i++) kept.push(new Array(1000).fill(0.5));
                           globalThis.kept = kept;
                           for (;;) kept.at(-1);
                         )js")
                             .MemoryMb(16)
                             .CpuMs(15)});
    // Up to where the memory limit is met before the CPU limit.
    bool full = false;
    for (int kept = 900; !full && kept < 1600; kept += 5) {
      const Response response = runtime.Get("/?count=" + std::to_string(kept));
      CHECK(response.status == 503);
      full = response.body.find("memory") != std::string::npos;
    }
  }
}

}  // namespace
}  // namespace isolane::worker
