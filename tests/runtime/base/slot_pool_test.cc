#include "runtime/base/slot_pool.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace isolane::base {
namespace {

struct Record {
  uint32_t id = 0;
  std::string text;
  void Reset() { text.clear(); }
};

using Pool = SlotPool<Record>;

}  // namespace

TEST_SUITE_BEGIN("runtime/base/slot_pool");

TEST_CASE("a record is found by its id until it is freed") {
  Pool pool;
  Record* one = pool.Take();
  Record* two = pool.Take();
  CHECK(one->id != two->id);
  CHECK(one->id != 0);
  CHECK(pool.live() == 2);
  CHECK(pool.Find(one->id) == one);
  const uint32_t id = one->id;
  pool.Free(one);
  CHECK(pool.Find(id) == nullptr);
  CHECK(pool.Find(two->id) == two);
  CHECK(pool.live() == 1);
}

TEST_CASE("no id is 0, and unknown ones are not found") {
  Pool pool;
  CHECK(pool.Find(0) == nullptr);
  pool.Take();
  CHECK(pool.Find(0) == nullptr);
  CHECK(pool.Find(7) == nullptr);
  CHECK(pool.Find(0xffffffff) == nullptr);
}

TEST_CASE("a slot is used again, under another id, reset") {
  Pool pool;
  Record* record = pool.Take();
  record->text = "before";
  const uint32_t id = record->id;
  pool.Free(record);
  Record* again = pool.Take();
  CHECK(again == record);
  CHECK(again->id != id);
  CHECK(again->text.empty());
  CHECK(pool.Find(id) == nullptr);
}

TEST_CASE("ids of a slot differ for thousands of uses, and fit a small integer of JavaScript") {
  Pool pool;
  std::set<uint32_t> seen;
  for (uint32_t i = 0; i < Pool::kGenerations - 1; i++) {
    Record* record = pool.Take();
    CHECK(record->id <= 0x7fffffff);
    CHECK(record->id > Pool::kSlotMask);
    seen.insert(record->id);
    pool.Free(record);
  }
  CHECK(seen.size() == Pool::kGenerations - 1);
}

TEST_CASE("addresses do not change while the pool grows") {
  Pool pool;
  Record* first = pool.Take();
  first->text = "first";
  for (int i = 0; i < 10000; i++) pool.Take();
  CHECK(pool.Find(first->id) == first);
  CHECK(first->text == "first");
}

TEST_CASE("a full pool says so and recovers") {
  Pool pool;
  Record* last = nullptr;
  for (uint32_t i = 0; i <= Pool::kSlotMask; i++) last = pool.Take();
  REQUIRE(last != nullptr);
  CHECK(pool.Take() == nullptr);
  pool.Free(last);
  CHECK(pool.Take() != nullptr);
}

TEST_SUITE_END();

}  // namespace isolane::base
