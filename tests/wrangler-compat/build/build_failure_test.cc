#include "wrangler-compat/build/build_failure.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

TEST_SUITE("wrangler-compat/build/build_failure") {
  TEST_CASE("a failure counts its errors and moves their lines in") {
    CHECK(BuildFailure(1, "a\n\n  b\n\n") == "Build failed with 1 error:\n\n  a\n\n    b");
    CHECK(BuildFailure(2, "a\nb") == "Build failed with 2 errors:\n\n  a\n  b");
  }
}

}  // namespace
}  // namespace isolane::wrangler
