#include "runtime/http/write_queue.h"

#include <doctest/doctest.h>

#include <string>

namespace isolane::http {
namespace {

std::string All(const WriteQueue& queue) {
  std::string all;
  queue.Gather([&](const char* data, size_t size) {
    all.append(data, size);
    return true;
  });
  return all;
}

size_t Pieces(const WriteQueue& queue) {
  size_t count = 0;
  queue.Gather([&](const char*, size_t) { return ++count > 0; });
  return count;
}

}  // namespace

TEST_SUITE_BEGIN("runtime/http/write_queue");

TEST_CASE("small things are joined, large ones are held") {
  WriteQueue queue;
  queue.Append("head");
  queue.Append(base::Chunk::Copy("body"));
  CHECK(Pieces(queue) == 1);
  const base::Chunk large = base::Chunk::Copy(std::string(WriteQueue::kHoldFrom, 'x'));
  queue.Append(large);
  CHECK(large.owner().use_count() == 2);
  queue.Append("tail");
  CHECK(Pieces(queue) == 3);
  CHECK(queue.size() == 12 + large.size());
  queue.Consume(8 + large.size());
  CHECK(large.owner().use_count() == 1);
  CHECK(All(queue) == "tail");
}

TEST_CASE("bytes come out in order however they are consumed") {
  for (const size_t step : {1u, 7u, 1000u, 20'000u, 50'000u}) {
    WriteQueue queue;
    std::string expected, got;
    for (int i = 0; i < 6; i++) {
      const std::string small(static_cast<size_t>(i) * 3, static_cast<char>('a' + i));
      const std::string large(WriteQueue::kHoldFrom + static_cast<size_t>(i),
                              static_cast<char>('A' + i));
      queue.Append(small);
      if (i % 3 != 2) queue.Append(base::Chunk::Copy(large));
      expected += small + (i % 3 != 2 ? large : "");
      if (i == 2) queue.Seal();
    }
    CHECK(queue.appended() == expected.size());
    while (!queue.empty()) {
      const std::string rest = All(queue);
      REQUIRE(rest.size() == queue.size());
      const size_t count = std::min(step, rest.size());
      got += rest.substr(0, count);
      queue.Consume(count);
    }
    CHECK(got == expected);
    CHECK(queue.consumed() == expected.size());
  }
}

TEST_CASE("what is sealed stays in place while more is appended") {
  WriteQueue queue;
  queue.Append("sealed");
  queue.Seal();
  const char* place = nullptr;
  queue.GatherSealed([&](const char* data, size_t) { return (place = data) != nullptr; });
  for (int i = 0; i < 1000; i++) queue.Append("more and more");
  CHECK(std::string_view(place, 6) == "sealed");
  queue.Consume(6);
  CHECK(queue.size() == 13'000);
}

TEST_SUITE_END();

}  // namespace isolane::http
