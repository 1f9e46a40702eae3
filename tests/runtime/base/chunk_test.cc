#include "runtime/base/chunk.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace isolane::base {

TEST_SUITE("runtime/base/chunk") {
  TEST_CASE("a chunk shares the bytes of its owner") {
    auto owner = std::make_shared<std::string>("hello");
    {
      const Chunk chunk(owner->data(), owner->size(), owner);
      const Chunk rest = chunk.After(2);
      CHECK(rest.view() == "llo");
      CHECK(owner.use_count() == 3);
    }
    CHECK(owner.use_count() == 1);
  }
  TEST_CASE("a copy owns its bytes") {
    std::string text = "hello";
    const Chunk chunk = Chunk::Copy(text);
    text = "other";
    CHECK(chunk.view() == "hello");
    CHECK(Chunk::Copy("").empty());
  }
}

}  // namespace isolane::base
