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
    SUBCASE("has a place in messages that list several, and in the table of bindings") {
      for (const ResourceKind& kind : ResourceKinds()) {
        CHECK_MESSAGE(FriendlyRank(kind.friendly) < FriendlyRank("no such kind"), kind.key);
        CHECK_MESSAGE(TableRank(kind.friendly) < TableRank("no such kind"), kind.key);
      }
    }
  }

  TEST_CASE("what exists at Cloudflare only is warned of, each kind once") {
    const auto warning = [](const std::string& kind, int line) {
      return kind +
             " bindings do not support local development, and so parts of your Worker may not work "
             "correctly. @wrangler.toml:" +
             std::to_string(line);
    };
    const std::string text =
        "vectorize = [ { binding = \"V\", index_name = \"i\" }, { binding = \"V2\", index_name = "
        "\"j\" "
        "} ]\ndispatch_namespaces = [ { binding = \"N\" } ]\n"
        "mtls_certificates = [ { binding = \"M\", certificate_id = \"x\" } ]\n"
        "ai = { binding = \"AI\" }\n";
    SUBCASE("at the top level") {
      CHECK(ReadTomlAfterHead(text).Warnings() ==
            Texts{warning("Dispatch Namespace", 5), warning("mTLS Certificate", 6),
                  warning("Vectorize Index", 4), warning("AI", 7)});
    }
    SUBCASE("of the environment that runs") {
      CHECK(ReadTomlIn("st", text + "[env.st]\nai = { binding = \"AI\" }\n").Warnings() ==
            Texts{warning("AI", 9)});
    }
  }

  TEST_CASE("bindings to what isolane does not have") {
    const ReadConfig read = ReadTomlAfterHead(
        "r2_buckets = [ { binding = \"R\", bucket_name = \"bucket\" } ]\n"
        "ai = { binding = \"AI\" }\ntext_blobs = { T = \"t.txt\" }\n"
        "queues = { producers = [ { binding = \"Q\", queue = \"jobs\" } ] }\n"
        "d1_databases = [ { binding = \"W\", database_name = \"w\", database_id = \"C\" } ]\n"
        "[[kv_namespaces]]\nbinding = \"KV\"\nid = \"1f\"\n");
    CHECK(read.Errors().empty());
    SUBCASE("say what they are and where they stand") {
      const UnsupportedBinding* kv = Find(read, "KV");
      REQUIRE(kv != nullptr);
      CHECK(kv->kind == "KV Namespace");
      CHECK(kv->target == "1f");
      CHECK(kv->reason == "isolane does not support yet");
      CHECK(kv->advice ==
            "To do without it, bind a Worker of yours that has the methods that are called: "
            "services = [ { binding = \"KV\", service = \"my-stub\" } ] instead of "
            "`kv_namespaces`, for example in an environment of its own ([env.local], --env "
            "local).");
      CHECK(std::any_of(read.config.bindings.begin(), read.config.bindings.end(),
                        [](const BindingSpec& binding) {
                          return binding.name == "KV" && binding.where == "wrangler.toml:10";
                        }));
    }
    SUBCASE("come from arrays, objects, nested arrays and tables of files") {
      CHECK(Find(read, "R")->target == "bucket");
      CHECK(Find(read, "AI")->reason == "exists only at Cloudflare");
      CHECK(Find(read, "Q")->kind == "Queue");
      CHECK(Find(read, "W")->target == "w");
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
    SUBCASE("entries, of some kinds in words of their own") {
      CHECK(errors("analytics_engine_datasets = [ 7 ]\n") ==
            Texts{"\"analytics_engine\" bindings should be objects, but got 7 @wrangler.toml:4"});
      CHECK(errors("pipelines = [ 7 ]\n") ==
            Texts{"\"pipeline\" bindings should be objects, but got 7 @wrangler.toml:4"});
      CHECK(errors("queues = { producers = [ 7 ] }\n") ==
            Texts{"\"queue\" bindings should be objects, but got 7 @wrangler.toml:4"});
      CHECK(errors("worker_loaders = [ 7 ]\n") ==
            Texts{"\"worker_loader\" bindings should be objects, but got 7 @wrangler.toml:4"});
      CHECK(errors("dispatch_namespaces = [ 7 ]\n") ==
            Texts{"\"dispatch_namespaces[0]\" binding should be objects, but got 7 "
                  "@wrangler.toml:4"});
      CHECK(
          errors("unsafe = { bindings = [ 7 ] }\n") ==
          Texts{
              "\"unsafe.bindings[0]\": 7\n- Expected unsafe.bindings[0] to be an object but got 7. "
              "@wrangler.toml:4"});
    }
    SUBCASE("with the path of an environment") {
      CHECK(ReadTomlIn("st", "[env.st]\nkv_namespaces = [ { id = \"x\" } ]\n")
                .EnvironmentMessages(Severity::kError) ==
            Texts{"\"env.st.kv_namespaces[0]\" bindings should have a string \"binding\" field but "
                  "got {\"id\":\"x\"}. @wrangler.toml:5"});
    }
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
    SUBCASE("may be those of what is forwarded") {
      CHECK(
          ReadTomlAfterHead("vars = { A = 1 }\n"
                            "logfwdr = { bindings = [ { name = \"A\", destination = \"d\" } ] }\n")
              .Errors() ==
          Texts{"A assigned to logfwdr and Environment Variable bindings. @wrangler.toml:4",
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
