#include "wrangler-compat/config_resources.h"

#include <algorithm>
#include <variant>

#include "tests/wrangler-compat/schema_fixture.h"
#include "wrangler-compat/config_keys.h"
#include "wrangler-compat/resource_kinds.h"

namespace isolane::wrangler {
namespace {

const UnsupportedBinding* Find(const ReadConfig& read, const std::string& name) {
  for (const BindingSpec& binding : read.config.bindings) {
    if (binding.name == name) return std::get_if<UnsupportedBinding>(&binding.value);
  }
  return nullptr;
}

TEST_SUITE("wrangler-compat/config_resources") {
  TEST_CASE("every kind of binding") {
    SUBCASE("stands under a key that is known") {
      for (const ResourceKind& kind : ResourceKinds()) {
        const ConfigKey* key = FindTopLevelKey(kind.key);
        REQUIRE_MESSAGE(key != nullptr, kind.key);
        CHECK_MESSAGE(key->use == KeyUse::kInterpreted, kind.key);
      }
    }
    SUBCASE("has a place in messages that list several") {
      for (const ResourceKind& kind : ResourceKinds()) {
        CHECK_MESSAGE(FriendlyRank(kind.friendly) < FriendlyRank("no such kind"), kind.key);
      }
    }
  }

  TEST_CASE("bindings to what isolane does not have") {
    const ReadConfig read = ReadTomlAfterHead(
        "r2_buckets = [ { binding = \"R\", bucket_name = \"bucket\" } ]\n"
        "ai = { binding = \"AI\" }\ntext_blobs = { T = \"t.txt\" }\n"
        "queues = { producers = [ { binding = \"Q\", queue = \"jobs\" } ] }\n"
        "workflows = [ { binding = \"W\", name = \"w\", class_name = \"C\" } ]\n"
        "[[kv_namespaces]]\nbinding = \"KV\"\nid = \"1f\"\n");
    CHECK(read.Errors().empty());
    SUBCASE("say what they are and where they stand") {
      const UnsupportedBinding* kv = Find(read, "KV");
      REQUIRE(kv != nullptr);
      CHECK(kv->kind == "KV Namespace");
      CHECK(kv->target == "1f");
      CHECK(kv->reason == "isolane does not support yet");
      CHECK(kv->advice.find("services = [ { binding = \"KV\"") != std::string::npos);
      CHECK(kv->advice.find("`kv_namespaces`") != std::string::npos);
      CHECK(std::any_of(read.config.bindings.begin(), read.config.bindings.end(),
                        [](const BindingSpec& binding) {
                          return binding.name == "KV" && binding.where == "wrangler.toml:10";
                        }));
    }
    SUBCASE("come from arrays, objects, nested arrays and tables of files") {
      CHECK(Find(read, "R")->target == "bucket");
      CHECK(Find(read, "AI")->reason == "exists only at Cloudflare");
      CHECK(Find(read, "Q")->kind == "Queue");
      CHECK(Find(read, "W")->target == "C");
    }
  }

  TEST_CASE("mistakes are told in wrangler's words") {
    const auto errors = [](const std::string& text) { return ReadTomlAfterHead(text).Errors(); };
    SUBCASE("arrays, objects and their entries") {
      CHECK(
          errors("kv_namespaces = \"x\"\n") ==
          Texts{"The field \"kv_namespaces\" should be an array but got \"x\". @wrangler.toml:4"});
      CHECK(errors("kv_namespaces = [ 7 ]\n") ==
            Texts{"\"kv_namespaces\" bindings should be objects, but got 7 @wrangler.toml:4"});
      CHECK(errors("images = 7\n") ==
            Texts{"The field \"images\" should be an object but got 7. @wrangler.toml:4"});
      CHECK(errors("ai = {}\n") ==
            Texts{"binding should have a string \"binding\" field. @wrangler.toml:4"});
      CHECK(errors("queues = { producers = 5 }\n") ==
            Texts{"The field \"queues.producers\" should be an array but got 5. @wrangler.toml:4"});
      CHECK(errors("text_blobs = { a = 3 }\n") ==
            Texts{"Expected \"text_blobs['a']\" to be of type string but got 3. @wrangler.toml:4"});
    }
    SUBCASE("fields") {
      CHECK(errors("kv_namespaces = [ { id = \"x\" } ]\n") ==
            Texts{"\"kv_namespaces[0]\" bindings should have a string \"binding\" field but got "
                  "{\"id\":\"x\"}. @wrangler.toml:4"});
      CHECK(
          errors("kv_namespaces = [ { binding = \"K\", preview_id = 4, remote = 1 } ]\n").size() ==
          2);
      CHECK(errors("hyperdrive = [ { binding = \"H\" } ]\n") ==
            Texts{"\"hyperdrive[0]\" bindings must have a \"id\" field but got "
                  "{\"binding\":\"H\"}. @wrangler.toml:4"});
      CHECK(errors("vectorize = [ { binding = \"V\" } ]\n") ==
            Texts{"\"vectorize[0]\" bindings must have an \"index_name\" field but got "
                  "{\"binding\":\"V\"}. @wrangler.toml:4"});
      CHECK(
          errors("secrets_store_secrets = [ { binding = \"S\", store_id = \"s\" } ]\n") ==
          Texts{
              "\"secrets_store_secrets[0]\" bindings must have a string \"secret_name\" field but "
              "got {\"binding\":\"S\",\"store_id\":\"s\"}. @wrangler.toml:4"});
    }
    SUBCASE("the name of a bucket") {
      CHECK(
          errors("r2_buckets = [ { binding = \"R\", bucket_name = \"X\" } ]\n") ==
          Texts{"r2_buckets[0].bucket_name=\"X\" is invalid. Bucket names must begin and end with "
                "an alphanumeric character, only contain lowercase letters, numbers, and hyphens, "
                "and be between 3 and 63 characters long. @wrangler.toml:4"});
    }
    SUBCASE("rate limits") {
      CHECK(
          errors("ratelimits = [ { name = \"R\", namespace_id = \"1\", simple = { limit = 1, "
                 "period = 30 } } ]\n") ==
          Texts{"\"ratelimits[0]\" bindings \"simple.period\" must be either 10 or 60 but got 30. "
                "@wrangler.toml:4"});
      CHECK(errors("ratelimits = [ { name = \"R\", namespace_id = \"1\" } ]\n") ==
            Texts{"\"ratelimits[0]\" bindings must have a \"simple\" configuration object but got "
                  "{\"name\":\"R\",\"namespace_id\":\"1\"}. @wrangler.toml:4"});
    }
    SUBCASE("consumers of queues") {
      CHECK(errors("queues = { consumers = [ { queue = 1 } ] }\n") ==
            Texts{"\"queues.consumers[0]\" should have a string \"queue\" field but got "
                  "{\"queue\":1}. @wrangler.toml:4"});
    }
    SUBCASE("addresses of mail") {
      CHECK(errors("send_email = [ { name = \"M\", destination_address = \"a\", "
                   "allowed_destination_addresses = [\"b\"] } ]\n") ==
            Texts{"\"send_email[0]\" bindings should have either a \"destination_address\" or "
                  "\"allowed_destination_addresses\" field, but not both. @wrangler.toml:4"});
    }
    SUBCASE("with the path of an environment") {
      CHECK(ReadTomlIn("st", "[env.st]\nkv_namespaces = [ { id = \"x\" } ]\n")
                .EnvironmentMessages(Severity::kError) ==
            Texts{"\"env.st.kv_namespaces[0]\" bindings should have a string \"binding\" field but "
                  "got {\"id\":\"x\"}. @wrangler.toml:5"});
    }
  }

  TEST_CASE("fields that nobody knows are warned of") {
    CHECK(ReadTomlAfterHead("kv_namespaces = [ { binding = \"K\", name = \"y\" } ]\n").Warnings() ==
          Texts{"Unexpected fields found in kv_namespaces[0] field: \"name\" @wrangler.toml:4"});
    CHECK(ReadTomlAfterHead(
              "dispatch_namespaces = [ { binding = \"D\", namespace = \"n\", x = 1 } ]\n")
              .Warnings()
              .empty());
  }

  TEST_CASE("deprecated fields are warned of") {
    const Texts warnings =
        ReadTomlAfterHead("queues = { producers = [ { binding = \"Q\", delivery_delay = 3 } ] }\n")
            .Warnings();
    REQUIRE(warnings.size() == 1);
    CHECK(
        warnings[0].starts_with("The \"delivery_delay\" field in \"queues.producers[0]\" is "
                                "deprecated and has no effect."));
  }

  TEST_CASE("doubled names") {
    const std::string advice =
        "Bindings must have unique names, so that they can all be referenced in the worker.\n"
        "Please change your bindings to have unique names. @wrangler.toml";
    SUBCASE("are told with their kinds, in wrangler's order") {
      CHECK(ReadTomlAfterHead("vars = { A = 1 }\nai = { binding = \"A\" }\n"
                              "kv_namespaces = [ { binding = \"A\" } ]\n"
                              "secrets = { required = [ \"A\" ] }\n")
                .Errors() ==
            Texts{"A assigned to KV Namespace, AI, Environment Variable, and Secret "
                  "bindings. @wrangler.toml:7",
                  advice});
    }
    SUBCASE("are not looked for in an array with a mistake") {
      CHECK(ReadTomlAfterHead("vars = { A = 1 }\n"
                              "kv_namespaces = [ { binding = \"A\" }, { id = \"x\" } ]\n")
                .Errors()
                .size() == 1);
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
