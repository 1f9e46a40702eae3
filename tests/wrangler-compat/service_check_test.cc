#include "wrangler-compat/service_check.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

WorkerSpec Worker(const std::string& name, const std::string& service) {
  WorkerSpec spec;
  spec.name = name;
  spec.bindings.push_back({"AUTH", ServiceBinding{service, {}, {}}, name + "/wrangler.toml:14"});
  spec.bindings.push_back({"VAR", VarBinding{"1"}, {}});
  return spec;
}

TEST_SUITE("wrangler-compat/service_check") {
  TEST_CASE("service bindings") {
    SUBCASE("to known Workers are fine, also to oneself and in a circle") {
      CHECK(CheckServices({Worker("a", "b"), Worker("b", "a")}).empty());
      CHECK(CheckServices({Worker("a", "a")}).empty());
    }
    SUBCASE("to a Worker that another process has are fine, and its name is known") {
      CHECK(CheckServices({Worker("a", "b")}, {"b"}).empty());
      const auto unresolved = CheckServices({Worker("a", "usres")}, {"users", "a"});
      REQUIRE(unresolved.size() == 1);
      CHECK(unresolved[0].known == std::vector<std::string>{"a", "users"});
      CHECK(unresolved[0].nearest == "users");
    }
    SUBCASE("to an unknown Worker are found with the nearest name") {
      const auto unresolved =
          CheckServices({Worker("gateway", "auth"), Worker("authn", "gateway")});
      REQUIRE(unresolved.size() == 1);
      CHECK(unresolved[0].worker == "gateway");
      CHECK(unresolved[0].binding == "AUTH");
      CHECK(unresolved[0].service == "auth");
      CHECK(unresolved[0].nearest == "authn");
      CHECK(Describe(unresolved[0]) ==
            "gateway: binding AUTH points to \"auth\", no such Worker (known: gateway, authn). "
            "gateway/wrangler.toml:14. Did you mean \"authn\"?");
    }
    SUBCASE("to something wholly unknown name no other") {
      const auto unresolved = CheckServices({Worker("gateway", "billing")});
      REQUIRE(unresolved.size() == 1);
      CHECK(Describe(unresolved[0]) ==
            "gateway: binding AUTH points to \"billing\", no such Worker (known: gateway). "
            "gateway/wrangler.toml:14.");
    }
  }

  TEST_CASE("a binding without a name is one") {
    WorkerSpec gateway;
    gateway.name = "gateway";
    gateway.bindings.push_back({"", ServiceBinding{"", {}, {}}, "wrangler.toml:3"});
    const auto unresolved = CheckServices({gateway});
    REQUIRE(unresolved.size() == 1);
    CHECK(
        Describe(unresolved[0]) ==
        "gateway: binding \"\" points to \"\", no such Worker (known: gateway). wrangler.toml:3.");
  }

  TEST_CASE("Workflows of another Worker are looked for like bindings") {
    WorkerSpec gateway;
    gateway.name = "gateway";
    gateway.bindings.push_back({"OWN", WorkflowBinding{"own", "Order"}, {}});
    gateway.bindings.push_back({"FAR", WorkflowBinding{"far", "Order", "shop"}, "wrangler.toml:9"});
    const auto unresolved = CheckServices({gateway});
    REQUIRE(unresolved.size() == 1);
    CHECK(Describe(unresolved[0]) ==
          "gateway: binding FAR points to \"shop\", no such Worker (known: gateway). "
          "wrangler.toml:9.");
  }

  TEST_CASE("tail consumers are looked for like bindings") {
    WorkerSpec gateway;
    gateway.name = "gateway";
    gateway.tail_consumers = {{"logger", "wrangler.toml:3"}, {"gateway", {}}};
    const auto unresolved = CheckServices({gateway});
    REQUIRE(unresolved.size() == 1);
    CHECK_FALSE(unresolved[0].binding.has_value());
    CHECK(Describe(unresolved[0]) ==
          "gateway: tail_consumers names \"logger\", no such Worker (known: gateway). "
          "wrangler.toml:3.");
    gateway.tail_consumers = {{"live", "wrangler.toml:4", true}};
    const auto streaming = CheckServices({gateway});
    REQUIRE(streaming.size() == 1);
    CHECK(Describe(streaming[0]) ==
          "gateway: streaming_tail_consumers names \"live\", no such Worker (known: gateway). "
          "wrangler.toml:4.");
  }
}

}  // namespace
}  // namespace isolane::wrangler
