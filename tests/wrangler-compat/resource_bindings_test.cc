#include "wrangler-compat/resource_bindings.h"

#include <variant>

#include "tests/wrangler-compat/schema_fixture.h"
#include "wrangler-compat/binding_text.h"

namespace isolane::wrangler {
namespace {

constexpr char kAll[] =
    "analytics_engine_datasets = [ { binding = \"AE\" }, { binding = \"AE2\", dataset = \"d\" } ]\n"
    "version_metadata = { binding = \"V\" }\n"
    "ratelimits = [ { name = \"RL\", namespace_id = \"7\", simple = { limit = 2, period = 10 } } "
    "]\n"
    "secrets_store_secrets = [ { binding = \"S\", store_id = \"st\", secret_name = \"key\" } ]\n"
    "send_email = [ { name = \"ANY\" }, { name = \"ONE\", destination_address = \"one@x\" }, { "
    "name = \"LIST\", allowed_destination_addresses = [\"a@x\", \"b@x\"], "
    "allowed_sender_addresses = [\"me@x\"] } ]\n"
    "worker_loaders = [ { binding = \"LOADER\" } ]\n"
    "workflows = [ { binding = \"FLOW\", name = \"orders\", class_name = \"Order\", schedules = "
    "\"5 * * * *\" }, { binding = "
    "\"FAR\", name = \"far\", class_name = \"Order\", script_name = \"shop\", limits = { steps = 7 "
    "}, "
    "schedules = [\"0 0 * * *\"], default_retention = { success_retention = \"1 day\" } } ]\n";

template <typename Kind>
const Kind* Find(const std::vector<BindingSpec>& bindings, const std::string& name) {
  for (const BindingSpec& binding : bindings) {
    if (binding.name == name) return std::get_if<Kind>(&binding.value);
  }
  return nullptr;
}

TEST_SUITE("wrangler-compat/resource_bindings") {
  TEST_CASE("bindings that isolane has") {
    ReadConfig read = ReadTomlAfterHead(kAll);
    REQUIRE(read.Errors().empty());
    std::vector<BindingSpec>& bindings = read.config.bindings;
    SUBCASE("know what they are bound to") {
      CHECK(Find<AnalyticsBinding>(bindings, "AE")->dataset == "AE");
      CHECK(Find<AnalyticsBinding>(bindings, "AE2")->dataset == "d");
      const auto* limit = Find<RateLimitBinding>(bindings, "RL");
      CHECK(limit->namespace_id == "7");
      CHECK(limit->limit == 2);
      CHECK(limit->period_seconds == 10);
      CHECK_FALSE(Find<StoredSecretBinding>(bindings, "S")->value);
      CHECK_FALSE(Find<SendEmailBinding>(bindings, "ANY")->recipients);
      CHECK_FALSE(Find<SendEmailBinding>(bindings, "ANY")->senders);
      using Texts = std::vector<std::string>;
      CHECK(Find<SendEmailBinding>(bindings, "ONE")->recipients == Texts{"one@x"});
      CHECK(Find<SendEmailBinding>(bindings, "LIST")->recipients == Texts{"a@x", "b@x"});
      CHECK(Find<SendEmailBinding>(bindings, "LIST")->senders == Texts{"me@x"});
    }
    SUBCASE("to Workflows know whose they are, and how many steps they may have") {
      const auto* own = Find<WorkflowBinding>(bindings, "FLOW");
      REQUIRE(own != nullptr);
      CHECK(own->workflow == "orders");
      CHECK(own->class_name == "Order");
      CHECK(own->script.empty());
      CHECK_FALSE(own->steps);
      const auto* far = Find<WorkflowBinding>(bindings, "FAR");
      REQUIRE(far != nullptr);
      CHECK(far->script == "shop");
      CHECK(far->steps == 7);
      CHECK(far->schedules == std::vector<std::string>{"0 0 * * *"});
      CHECK(own->schedules == std::vector<std::string>{"5 * * * *"});
    }
    SUBCASE("of a Worker Loader need no more than a name") {
      CHECK(Find<WorkerLoaderBinding>(bindings, "LOADER") != nullptr);
    }
    SUBCASE("are another version with each start") {
      const auto* version = Find<VersionMetadataBinding>(bindings, "V");
      CHECK(version->id.size() == 36);
      CHECK(version->id[14] == '4');
      CHECK(version->timestamp.size() == 24);
      CHECK(version->timestamp.ends_with('Z'));
      CHECK(Find<VersionMetadataBinding>(ReadTomlAfterHead(kAll).config.bindings, "V")->id !=
            version->id);
    }
    SUBCASE("are shown as wrangler shows them") {
      std::string table;
      for (const BindingSpec& binding : bindings) {
        const BindingText text = DescribeBinding(binding);
        CHECK(text.supported);
        table += binding.name + " " + text.resource + " " + text.value + "\n";
      }
      CHECK(table ==
            "RL Rate Limit 2 requests/10s\nV Worker Version Metadata \nFLOW Workflow Order\nFAR "
            "Workflow Order (defined in shop)\nAE Analytics Engine Dataset "
            "AE\nAE2 Analytics Engine Dataset d\nS Secrets Store Secret st/key\nANY Send Email "
            "unrestricted\n"
            "ONE Send Email one@x\nLIST Send Email a@x, b@x - senders: me@x\nLOADER Worker Loader "
            "\n");
    }
  }

  TEST_CASE("a rate limit in its old place") {
    const auto find = [](const std::string& simple) {
      const std::string text =
          "[[unsafe.bindings]]\nname = \"RL\"\ntype = \"ratelimit\"\n"
          "namespace_id = \"7\"\nsimple = " +
          simple + "\n";
      const ReadConfig read = ReadTomlAfterHead(text);
      const auto* limit = Find<RateLimitBinding>(read.config.bindings, "RL");
      return limit == nullptr ? -1 : limit->limit;
    };
    CHECK(find("{ limit = 5, period = 60 }") == 5);
    CHECK(find("{ limit = 1e300, period = 60 }") == 1'000'000'000'000'000);
    CHECK(find("{ limit = 5, period = 61 }") == -1);
    CHECK(find("{ period = 60 }") == -1);
    CHECK(find("3") == -1);
  }

  TEST_CASE("secrets of a store get their values") {
    std::vector<BindingSpec> bindings = ReadTomlAfterHead(kAll).config.bindings;
    DevVars vars;
    SUBCASE("by the name of the secret") {
      vars.vars = {{"S", "other", ""}, {"key", "value", ""}};
      ApplyStoredSecrets(vars, bindings);
      CHECK(Find<StoredSecretBinding>(bindings, "S")->value == "value");
    }
    SUBCASE("or by that of the binding") {
      vars.vars = {{"S", "other", ""}};
      ApplyStoredSecrets(vars, bindings);
      CHECK(Find<StoredSecretBinding>(bindings, "S")->value == "other");
    }
    SUBCASE("and stay bindings whatever .dev.vars says") {
      vars.vars = {{"S", "other", ""}};
      ApplyDevVars(vars, {}, bindings);
      CHECK(Find<StoredSecretBinding>(bindings, "S") != nullptr);
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
