#include "runtime/loop/loop.h"

#include "runtime/loop/lookup.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "runtime/loop/tcp_listener.h"
#include "runtime/loop/timer.h"

namespace isolane::loop {

TEST_SUITE_BEGIN("runtime/loop/loop");

TEST_CASE("a loop") {
  Loop loop;
  SUBCASE("with nothing in it ends at once") { loop.Run(); }
  SUBCASE("runs what is posted in order, from any thread") {
    // Posted tasks do not keep a loop running, so something else has to.
    Handle<Timer> timer = Timer::Create(
        loop.uv(), [](void*) {}, nullptr);
    timer->Start(60'000);
    std::vector<int> order;
    std::thread other([&] {
      for (int i = 0; i < 100; i++) loop.Post([&order, i] { order.push_back(i); });
      loop.Post([&] { loop.Stop(); });
    });
    loop.Run();
    other.join();
    CHECK(order.size() == 100);
    CHECK(order.front() == 0);
    CHECK(order.back() == 99);
  }
  SUBCASE("tells what is left in it") {
    CHECK(loop.IsEmpty());
    Handle<Timer> timer = Timer::Create(
        loop.uv(), [](void*) {}, nullptr);
    timer.reset();
    loop.RunOnce();
  }
  loop.RunOnce();
}

TEST_CASE("a loop drops tasks that were never run") {
  Loop loop;
  loop.Post([] { FAIL("must not run"); });
}

TEST_CASE("a borrowed loop gets back what was taken") {
  uv_loop_t uv;
  uv_loop_init(&uv);
  {
    Loop loop(&uv);
    bool ran = false;
    loop.Post([&] { ran = true; });
    loop.RunOnce();
    CHECK(ran);
  }
  uv_run(&uv, UV_RUN_NOWAIT);
  CHECK(uv_loop_close(&uv) == 0);
}

TEST_CASE("a timer") {
  Loop loop;
  struct Fired {
    int count = 0;
    Handle<Timer> timer;
  } fired;
  fired.timer = Timer::Create(
      loop.uv(),
      [](void* context) {
        auto* seen = static_cast<Fired*>(context);
        if (++seen->count == 3) seen->timer.reset();
      },
      &fired);
  SUBCASE("fires once") {
    fired.timer->Start(0);
    loop.Run();
    CHECK(fired.count == 1);
    CHECK_FALSE(fired.timer->active());
  }
  SUBCASE("repeats until it is let go of, inside its own callback") {
    fired.timer->StartRepeating(1);
    loop.Run();
    CHECK(fired.count == 3);
  }
  SUBCASE("that is stopped does not fire") {
    fired.timer->Start(0);
    fired.timer->Stop();
    loop.Run();
    CHECK(fired.count == 0);
  }
  SUBCASE("that is unreferenced does not keep the loop") {
    fired.timer->StartRepeating(60'000);
    fired.timer->Unref();
    loop.Run();
    CHECK(fired.count == 0);
  }
}

TEST_CASE("listening") {
  Loop loop;
  const auto listen = [&](const std::string& ip, int port) {
    return TcpListener::Listen(
        loop.uv(), ip, port, [](void*, uv_stream_t*) {}, nullptr);
  };
  SUBCASE("finds a free port on every kind of address") {
    for (const char* ip : {"127.0.0.1", "localhost", "*"}) {
      auto listener = listen(ip, 0);
      REQUIRE(listener.ok());
      CHECK((*listener)->port() > 0);
    }
  }
  SUBCASE("on a port that is taken says so") {
    auto first = listen("127.0.0.1", 0);
    REQUIRE(first.ok());
    const int port = (*first)->port();
    auto second = listen("127.0.0.1", port);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().message ==
          "Address already in use (127.0.0.1:" + std::to_string(port) +
              "). Please check that you are not already running a server on this address or "
              "specify a different port with --port.");
  }
  SUBCASE("on what is no address says so") {
    CHECK(listen("example", 0).error().message ==
          "cannot listen on \"example\": not an IP address");
    CHECK_FALSE(listen("127.0.0.1", 70'000).ok());
  }
}

TEST_CASE("a loop may go while a look-up is with libuv's thread") {
  // Whether the thread has begun cannot be seen, so it is given more and more time to.
  for (int i = 0; i < 300; i++) {
    Loop loop;
    bool called = false;
    LookupHandle lookup = Lookup::Start(
        loop.uv(), "localhost", 80,
        [](void* context, int, const addrinfo*) { *static_cast<bool*>(context) = true; }, &called);
    for (int j = 0; j < i; j++) std::this_thread::yield();
    lookup.reset();
    CHECK_FALSE(called);
  }
}

TEST_SUITE_END();

}  // namespace isolane::loop
