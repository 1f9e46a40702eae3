#include "runtime/worker/compatibility.h"

#include <doctest/doctest.h>

namespace isolane::worker {
namespace {

constexpr char kToday[] = "2026-11-21";

CompatibilityFlags Flags(std::string_view date, const std::vector<std::string>& flags = {}) {
  auto resolved = ResolveCompatibility(date, flags, kToday);
  REQUIRE(resolved.ok());
  return *resolved;
}

Error Refusal(std::string_view date, const std::vector<std::string>& flags) {
  auto resolved = ResolveCompatibility(date, flags, kToday);
  REQUIRE_FALSE(resolved.ok());
  return resolved.error();
}

TEST_SUITE("runtime/worker/compatibility") {
  TEST_CASE("the date decides") {
    SUBCASE("a flag is off on the day before its date") {
      CHECK_FALSE(Flags("2024-04-02").rpc);
      CHECK_FALSE(Flags("2024-09-25").set_tostring_tag);
    }
    SUBCASE("a flag is on from its date") {
      CHECK(Flags("2024-04-03").rpc);
      CHECK(Flags("2024-09-26").set_tostring_tag);
      CHECK(Flags("2024-10-14").upper_case_all_http_methods);
      CHECK(Flags("2025-09-01").strip_authorization_on_cross_origin_redirect);
      CHECK(Flags("2026-04-21").enhanced_error_serialization);
    }
    SUBCASE("no date means the oldest behaviour") {
      CHECK_FALSE(Flags("").formdata_parser_supports_files);
      CHECK_FALSE(Flags("").global_navigator);
    }
    SUBCASE("a flag without a date stays off") { CHECK_FALSE(Flags(kToday).enable_request_signal); }
  }

  TEST_CASE("flags win over the date") {
    SUBCASE("one switches on early") { CHECK(Flags("2021-01-01", {"rpc"}).rpc); }
    SUBCASE("one switches off late") { CHECK_FALSE(Flags("2026-01-01", {"no_rpc"}).rpc); }
    SUBCASE("an opposite with a name of its own works too") {
      CHECK(Flags("2026-01-01").fetcher_no_get_put_delete);
      CHECK_FALSE(Flags("2026-01-01", {"fetcher_has_get_put_delete"}).fetcher_no_get_put_delete);
    }
    SUBCASE("isolane's own flags are accepted") { Flags("2026-01-01", {"isolane_anything"}); }
    SUBCASE("experimental flags need no permission") {
      CHECK(Flags("2026-01-01", {"service_binding_extra_handlers"}).service_binding_extra_handlers);
    }
  }

  TEST_CASE("a flag may imply others") {
    SUBCASE("from a date on") {
      CHECK_FALSE(Flags("2024-09-22", {"nodejs_compat"}).nodejs_compat_v2);
      CHECK(Flags("2024-09-23", {"nodejs_compat"}).nodejs_compat_v2);
      CHECK(Flags("2025-04-01", {"nodejs_compat"}).nodejs_compat_populate_process_env);
    }
    SUBCASE("unless they are disabled by name") {
      CHECK_FALSE(Flags("2025-04-01", {"nodejs_compat", "no_nodejs_compat_v2"}).nodejs_compat_v2);
    }
  }

  TEST_CASE("mistakes") {
    SUBCASE("an unknown flag is named, with the nearest one") {
      const Error error = Refusal("2024-01-01", {"nodejs_compatt"});
      CHECK(error.message == "No such compatibility flag: nodejs_compatt");
      CHECK(error.hint == "Did you mean \"nodejs_compat\"?");
    }
    SUBCASE("an unknown flag like no other is only named") {
      const Error error = Refusal("2024-01-01", {"nope_flag"});
      CHECK(error.message == "No such compatibility flag: nope_flag");
      CHECK(error.hint.empty());
    }
    SUBCASE("a flag given twice") {
      CHECK(Refusal("2024-01-01", {"rpc", "rpc"}).message ==
            "Compatibility flag specified multiple times: rpc");
    }
    SUBCASE("a flag and its opposite") {
      CHECK(Refusal("2024-01-01", {"rpc", "no_rpc"}).message ==
            "Compatibility flags are mutually contradictory: rpc vs no_rpc");
    }
    SUBCASE("a date in the future") {
      CHECK(Refusal("2099-01-01", {}).message ==
            "Compatibility date \"2099-01-01\" is in the future and unsupported");
    }
    SUBCASE("text that is no date") {
      CHECK(Refusal("tomorrow", {}).message == "Invalid compatibility date: tomorrow");
    }
    SUBCASE("all of them are told") {
      CHECK(Refusal("2099-01-01", {"nope_flag"}).message ==
            "Compatibility date \"2099-01-01\" is in the future and unsupported\n"
            "No such compatibility flag: nope_flag");
    }
  }

  TEST_CASE("flags without effect") {
    CHECK(FlagsWithoutEffect({"rpc", "webgpu", "isolane_x"}) == std::vector<std::string>{"webgpu"});
    CHECK(FlagsWithoutEffect({"streaming_tail_worker"}).empty());
    // The bundler follows these.
    CHECK(FlagsWithoutEffect(
              {"nodejs_compat_v2", "no_rpc", "nodejs_compat_do_not_populate_process_env"})
              .empty());
  }

  TEST_CASE("today is a date") { CHECK(ResolveCompatibility(Today(), {}, Today()).ok()); }
}

}  // namespace
}  // namespace isolane::worker
