#include "bindings/version_metadata/version_metadata_binding.h"

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

TEST_SUITE("bindings/version_metadata") {
  TEST_CASE("the version of a Worker is an object of three texts") {
    testing::TestRuntime runtime(
        {testing::TestWorker::Handler("w", "return Response.json(env.V)")
             .Binding({"V", VersionMetadataBinding{"id-1", "", "2026-01-01T00:00:00.000Z"}, {}})});
    CHECK(runtime.Text() ==
          "{\"id\":\"id-1\",\"tag\":\"\",\"timestamp\":\"2026-01-01T00:00:00.000Z\"}");
  }
}

}  // namespace
}  // namespace isolane::bindings
