#include "bindings/stored_secret/stored_secret_binding.h"

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::bindings {
namespace {

std::string Get(std::optional<std::string> value) {
  testing::TestRuntime runtime(
      {testing::TestWorker::Handler("w",
                                    "try { return new Response(await env.S.get()); } catch (e) { "
                                    "return new Response(String(e) + JSON.stringify(env)); }")
           .Binding({"S", StoredSecretBinding{"store", "key", std::move(value)}, {}})});
  return runtime.Text();
}

TEST_SUITE("bindings/stored_secret") {
  TEST_CASE("get() of a secret") {
    SUBCASE("gives its value") {
      CHECK(Get("hidden") == "hidden");
      CHECK(Get("") == "");
    }
    SUBCASE("rejects without one") {
      CHECK(Get(std::nullopt) == "Error: Secret \"key\" not found{\"S\":{}}");
    }
  }
}

}  // namespace
}  // namespace isolane::bindings
