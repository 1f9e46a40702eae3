#include "runtime/loop/work.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <thread>

#include "runtime/loop/loop.h"

namespace isolane::loop {

TEST_SUITE_BEGIN("runtime/loop/work");

TEST_CASE("work") {
  Loop loop;
  SUBCASE("runs on another thread and is done on the loop's") {
    std::thread::id ran;
    std::thread::id done;
    WorkHandle work = Work::Start(
        loop, [&] { ran = std::this_thread::get_id(); },
        [&] { done = std::this_thread::get_id(); });
    loop.Run();
    CHECK(ran != std::thread::id());
    CHECK(ran != std::this_thread::get_id());
    CHECK(done == std::this_thread::get_id());
  }
  SUBCASE("may be let go of by what is called when it is done") {
    WorkHandle work;
    bool done = false;
    work = Work::Start(
        loop, [] {},
        [&] {
          work.reset();
          done = true;
        });
    loop.Run();
    CHECK(done);
  }
  SUBCASE("that is let go of before runs to its end, and nobody is told") {
    std::promise<void> go;
    std::atomic<bool> ended = false;
    WorkHandle work = Work::Start(
        loop,
        [&] {
          go.get_future().wait();
          ended = true;
        },
        [] { FAIL("must not be told"); });
    work.reset();
    go.set_value();
    loop.Run();
    CHECK(ended);
  }
  CHECK(loop.IsEmpty());
}

TEST_SUITE_END();

}  // namespace isolane::loop
