#include "wrangler-compat/resource_entry.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

// Of KEY = [ { FIELDS } ], which stands in line 4.
ReadConfig Read(const std::string& key, const std::string& fields) {
  return ReadTomlAfterHead(key + " = [ { " + fields + " } ]\n");
}

// The one mistake of such an entry, up to what it shows of the entry; with it, if there is none.
std::string Error(const std::string& key, const std::string& fields) {
  const Texts errors = Read(key, fields).Errors();
  CAPTURE(key);
  CAPTURE(fields);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].ends_with(" @wrangler.toml:4"));
  return errors[0].substr(0, errors[0].find(" but got "));
}

// Of an entry of queues.producers or queues.consumers.
ReadConfig ReadQueues(const std::string& list, const std::string& fields) {
  return ReadTomlAfterHead("queues = { " + list + " = [ { " + fields + " } ] }\n");
}

TEST_SUITE("wrangler-compat/resource_entry") {
  TEST_CASE("a field that must be there") {
    SUBCASE("is asked for with the whole entry, and its place") {
      CHECK(Read("kv_namespaces", "id = \"x\"").Errors() ==
            Texts{"\"kv_namespaces[0]\" bindings should have a string \"binding\" field but got "
                  "{\"id\":\"x\"}. @wrangler.toml:4"});
    }
    SUBCASE("is asked for without what nobody is to see") {
      CHECK(Read("hyperdrive", "binding = \"H\", localConnectionString = \"postgres://u:p@h/d\"")
                .Errors() == Texts{"\"hyperdrive[0]\" bindings must have a \"id\" field but got "
                                   "{\"binding\":\"H\",\"localConnectionString\":\"(hidden)\"}. "
                                   "@wrangler.toml:4"});
    }
    SUBCASE("is asked for in the words that wrangler has for its kind") {
      CHECK(Error("hyperdrive", "binding = \"H\"") ==
            "\"hyperdrive[0]\" bindings must have a \"id\" field");
      CHECK(Error("vectorize", "binding = \"V\"") ==
            "\"vectorize[0]\" bindings must have an \"index_name\" field");
      CHECK(Error("secrets_store_secrets", "binding = \"S\", store_id = \"s\"") ==
            "\"secrets_store_secrets[0]\" bindings must have a string \"secret_name\" field");
      CHECK(Error("secrets_store_secrets", "secret_name = \"s\", store_id = \"s\"") ==
            "\"secrets_store_secrets[0]\" bindings must have a string \"binding\" field");
      CHECK(Error("pipelines", "stream = \"s\"") ==
            "\"pipelines[0]\" bindings must have a string \"binding\" field");
      CHECK(Error("ratelimits", "namespace_id = \"1\", simple = { limit = 1, period = 10 }") ==
            "\"ratelimits[0]\" bindings must have a string \"name\" field");
      CHECK(Error("dispatch_namespaces", "namespace = \"n\"") ==
            "\"dispatch_namespaces[0]\" should have a string \"binding\" field");
    }
  }

  TEST_CASE("a field of another type") {
    CHECK(Error("kv_namespaces", "binding = \"K\", id = 4") ==
          "\"kv_namespaces[0]\" bindings should have a string \"id\" field");
    CHECK(Error("kv_namespaces", "binding = \"K\", preview_id = 4") ==
          "\"kv_namespaces[0]\" bindings should, optionally, have a string \"preview_id\" field");
    CHECK(Error("kv_namespaces", "binding = \"K\", remote = 1") ==
          "\"kv_namespaces[0]\" should, optionally, have a boolean \"remote\" field");
    CHECK(Error("kv_namespaces", "binding = \"K\", id = \"\"") ==
          "\"kv_namespaces[0]\" bindings should have a string \"id\" field");
    CHECK(Error("r2_buckets", "binding = \"R\", bucket_name = \"\"") ==
          "\"r2_buckets[0]\" bindings should have a string \"bucket_name\" field");
    CHECK(Error("r2_buckets", "binding = \"R\", local_dev = 1") ==
          "\"r2_buckets[0]\" bindings should, optionally, have an object \"local_dev\" field");
    CHECK(Error("analytics_engine_datasets", "binding = \"A\", dataset = \"\"") ==
          "\"analytics_engine_datasets[0]\" bindings should, optionally, have a string \"dataset\" "
          "field");
    CHECK(Error("mtls_certificates", "binding = \"M\", certificate_id = \"\"") ==
          "\"mtls_certificates[0]\" bindings should have a string \"certificate_id\" field");
    CHECK(Error("d1_databases", "binding = \"D\", database_id = 1") ==
          "\"d1_databases[0]\" bindings must have a \"database_id\" field");
    CHECK(Error("dispatch_namespaces", "binding = \"D\", namespace = 1") ==
          "\"dispatch_namespaces[0]\" should optionally have a string \"namespace\" field");
    CHECK(Error("flagship", "binding = \"F\", app_id = 1") ==
          "\"flagship[0]\" bindings may have a string \"app_id\" field");
    CHECK(Error("unsafe_hello_world", "binding = \"H\", enable_timer = 1") ==
          "\"unsafe_hello_world[0]\" bindings must have a boolean \"enable_timer\" field");
  }

  TEST_CASE("a field that nobody knows is warned of") {
    CHECK(Read("kv_namespaces", "binding = \"K\", name = \"y\"").Warnings() ==
          Texts{"Unexpected fields found in kv_namespaces[0] field: \"name\" @wrangler.toml:4"});
    CHECK(ReadTomlAfterHead("images = { binding = \"I\", x = 1 }\n").Warnings() ==
          Texts{"Unexpected fields found in images field: \"x\" @wrangler.toml:4"});
    // Of an environment, too.
    CHECK(ReadTomlIn("st", "[env.st]\nimages = { binding = \"I\", x = 1 }\n")
              .EnvironmentMessages(Severity::kWarning) ==
          Texts{"Unexpected fields found in images field: \"x\" @wrangler.toml:5"});
    const Texts open =
        Read("dispatch_namespaces", "binding = \"D\", namespace = \"n\", x = 1").Warnings();
    REQUIRE(open.size() == 1);
    CHECK(open[0].starts_with("Dispatch Namespace bindings do not support local development"));
  }

  TEST_CASE("all fields of wrangler are known") {
    CHECK(Read("workflows",
               "binding = \"W\", name = \"w\", class_name = \"C\", limits = {}, schedules = [], "
               "concurrency = {}, default_retention = {}, jurisdiction = \"eu\"")
              .Warnings()
              .empty());
    CHECK(Read("d1_databases", "binding = \"D\", jurisdiction = \"eu\"").Warnings().empty());
    CHECK(Read("send_email", "name = \"M\", binding = \"M\"").Warnings().empty());
    CHECK(Read("hyperdrive", "binding = \"H\", id = \"1\", remote = true").Warnings().empty());
  }

  TEST_CASE("an unsafe binding of a kind that has a key is warned of") {
    CHECK(ReadTomlAfterHead("[[unsafe.bindings]]\nname = \"A\"\ntype = \"plain_text\"\n")
              .Warnings()
              .back() ==
          "\"unsafe.bindings[0]\": {\"name\":\"A\",\"type\":\"plain_text\"}\n- The binding type "
          "\"plain_text\" is directly supported by wrangler.\nConsider migrating this unsafe "
          "binding to a format for 'plain_text' bindings that is supported by wrangler for optimal "
          "support.\nFor more details, see "
          "https://developers.cloudflare.com/workers/cli-wrangler/configuration @wrangler.toml:6");
  }

  TEST_CASE("the name of a bucket") {
    const std::string rule =
        " is invalid. Bucket names must begin and end with an alphanumeric character, only "
        "contain lowercase letters, numbers, and hyphens, and be between 3 and 63 characters long. "
        "@wrangler.toml:4";
    CHECK(Read("r2_buckets", "binding = \"R\", bucket_name = \"X\"").Errors() ==
          Texts{"r2_buckets[0].bucket_name=\"X\"" + rule});
    CHECK(Read("r2_buckets", "binding = \"R\", preview_bucket_name = \"a-\"").Errors() ==
          Texts{"r2_buckets[0].preview_bucket_name= \"a-\"" + rule});
  }

  TEST_CASE("a stream of K2 has a name, and is never here") {
    CHECK(Read("k2", "binding = \"K\", stream = \"s\", remote = true").Errors().empty());
    CHECK(Read("k2", "remote = false").Errors() ==
          Texts{"\"k2[0]\" must have a string \"binding\" field. @wrangler.toml:4",
                "\"k2[0]\" must have a string \"stream\" field. @wrangler.toml:4",
                "\"k2[0]\" does not support `remote: false`. K2 bindings always access remote "
                "resources; omit \"remote\" or set `remote: true`. @wrangler.toml:4"});
  }

  TEST_CASE("rate limits") {
    const auto errors = [](const std::string& more) {
      return Read("ratelimits", "name = \"R\", namespace_id = \"1\"" + more).Errors();
    };
    SUBCASE("have their numbers") {
      CHECK(errors("") ==
            Texts{"\"ratelimits[0]\" bindings must have a \"simple\" configuration object but got "
                  "{\"name\":\"R\",\"namespace_id\":\"1\"}. @wrangler.toml:4"});
      CHECK(errors(", simple = {}") ==
            Texts{"\"ratelimits[0]\" bindings \"simple.limit\" must be a number but got {}. "
                  "@wrangler.toml:4",
                  "\"ratelimits[0]\" bindings \"simple.period\" is required and must be a number "
                  "but got {}. @wrangler.toml:4"});
      CHECK(errors(", simple = { limit = 1, period = \"x\" }") ==
            Texts{"\"ratelimits[0]\" bindings \"simple.period\" is required and must be a number "
                  "but got {\"limit\":1,\"period\":\"x\"}. @wrangler.toml:4"});
    }
    SUBCASE("have one of two periods") {
      CHECK(errors(", simple = { limit = 1, period = 30 }") ==
            Texts{"\"ratelimits[0]\" bindings \"simple.period\" must be either 10 or 60 but got "
                  "30. @wrangler.toml:4"});
      CHECK(errors(", simple = { limit = 1.0, period = 1e1 }").empty());
    }
    SUBCASE("have nothing else") {
      CHECK(Read("ratelimits",
                 "name = \"R\", namespace_id = \"1\", simple = { limit = 1, period = 10, x = 1 }")
                .Warnings() == Texts{"Unexpected fields found in ratelimits[0].simple field: \"x\" "
                                     "@wrangler.toml:4"});
    }
  }

  TEST_CASE("the name of a workflow") {
    const auto errors = [](const std::string& name) {
      return Read("workflows", "binding = \"W\", class_name = \"C\", name = \"" + name + "\"")
          .Errors();
    };
    CHECK(errors("My_flow-1").empty());
    for (const std::string& name : {std::string(), std::string("-a"), std::string(65, 'a')}) {
      CAPTURE(name);
      CHECK(errors(name) ==
            Texts{"\"workflows[0]\" binding \"name\" field is invalid. Workflow names must be 1-64 "
                  "characters long, start with a letter, number, or underscore, and may only "
                  "contain letters, numbers, underscores, or hyphens. @wrangler.toml:4"});
    }
  }

  TEST_CASE("a pipeline") {
    SUBCASE("has a stream") {
      CHECK(Error("pipelines", "binding = \"P\"") ==
            "\"pipelines[0]\" bindings must have a string \"stream\" field");
      CHECK(Error("pipelines", "binding = \"P\", stream = 1") ==
            "\"pipelines[0]\" bindings must have a string \"stream\" field");
    }
    SUBCASE("has it by its old name, with a warning") {
      const ReadConfig read = Read("pipelines", "binding = \"P\", pipeline = \"s\"");
      CHECK(read.Errors().empty());
      CHECK(read.Warnings() ==
            Texts{"The \"pipeline\" field in \"pipelines[0]\" bindings is deprecated. Use "
                  "\"stream\" instead. @wrangler.toml:4"});
    }
  }

  TEST_CASE("addresses of mail") {
    SUBCASE("are lists of strings") {
      CHECK(Error("send_email", "name = \"M\", allowed_destination_addresses = \"a\"") ==
            "\"send_email[0]\" bindings should, optionally, have a []string "
            "\"allowed_destination_addresses\" field");
      CHECK(Error("send_email", "name = \"M\", allowed_sender_addresses = [ 1 ]") ==
            "\"send_email[0]\" bindings should, optionally, have a []string "
            "\"allowed_sender_addresses\" field");
    }
    SUBCASE("are one or several") {
      CHECK(Read("send_email",
                 "name = \"M\", destination_address = \"a\", allowed_destination_addresses = "
                 "[\"b\"]")
                .Errors() ==
            Texts{"\"send_email[0]\" bindings should have either a \"destination_address\" or "
                  "\"allowed_destination_addresses\" field, but not both. @wrangler.toml:4"});
    }
  }

  TEST_CASE("a private network is named by one of two fields") {
    CHECK(Error("vpc_networks", "binding = \"V\"") ==
          "\"vpc_networks[0]\" bindings must have either a \"tunnel_id\" or \"network_id\" field");
    CHECK(Error("vpc_networks", "binding = \"V\", network_id = 1") ==
          "\"vpc_networks[0]\" bindings must have a string \"network_id\" field");
    CHECK(Read("vpc_networks", "binding = \"V\", network_id = \"n\", tunnel_id = \"t\"").Errors() ==
          Texts{"\"vpc_networks[0]\" bindings must have either a \"tunnel_id\" or \"network_id\", "
                "but not both. @wrangler.toml:4"});
  }

  TEST_CASE("the outbound Worker of a dispatch namespace") {
    const auto errors = [](const std::string& outbound) {
      return Read("dispatch_namespaces", "binding = \"N\", outbound = " + outbound).Errors();
    };
    const std::string invalid =
        "\"dispatch_namespaces[0]\" has an invalid outbound definition. @wrangler.toml:4";
    CHECK(errors("{}") ==
          Texts{"\"dispatch_namespaces[0].outbound.service\" is a required field. @wrangler.toml:4",
                invalid});
    CHECK(
        errors("1") ==
        Texts{"\"dispatch_namespaces[0].outbound\" should be an object, but got 1 @wrangler.toml:4",
              invalid});
    CHECK(errors("{ service = \"s\", environment = 1, parameters = 1 }") ==
          Texts{"Expected \"dispatch_namespaces[0].outbound.environment\" to be of type string but "
                "got 1. @wrangler.toml:4",
                invalid});
    CHECK(errors("{ service = \"s\", parameters = [ 1 ] }").size() == 2);
    CHECK(errors("{ service = \"s\", parameters = [ \"p\" ] }").empty());
  }

  TEST_CASE("an unsafe binding has a name and a type") {
    CHECK(ReadTomlAfterHead("unsafe = { bindings = [ {} ] }\n").Errors() ==
          Texts{"\"unsafe.bindings[0]\": {}\n- binding should have a string \"name\" field. "
                "@wrangler.toml:4",
                "\"unsafe.bindings[0]\": {}\n- binding should have a string \"type\" field. "
                "@wrangler.toml:4"});
  }

  TEST_CASE("producers of queues") {
    SUBCASE("name a queue") {
      CHECK(ReadQueues("producers", "binding = \"Q\", queue = \"\"").Errors() ==
            Texts{"\"queues.producers[0]\" bindings should optionally have a non-empty string "
                  "\"queue\" field but got {\"binding\":\"Q\",\"queue\":\"\"}. @wrangler.toml:4"});
    }
    SUBCASE("no longer have a delay") {
      const std::string deprecated =
          "The \"delivery_delay\" field in \"queues.producers[0]\" is deprecated and has no "
          "effect. "
          "Queue-level settings should be configured using \"wrangler queues update\" instead. "
          "This setting will be removed in a future version. @wrangler.toml:4";
      CHECK(ReadQueues("producers", "binding = \"Q\", delivery_delay = 3").Warnings() ==
            Texts{deprecated});
      const ReadConfig read = ReadQueues("producers", "binding = \"Q\", delivery_delay = \"x\"");
      CHECK(read.Warnings() == Texts{deprecated});
      CHECK(read.Errors() ==
            Texts{"\"queues.producers[0]\" should, optionally, have a number \"delivery_delay\" "
                  "field but got {\"binding\":\"Q\",\"delivery_delay\":\"x\"}. "
                  "@wrangler.toml:4"});
    }
  }

  TEST_CASE("consumers of queues") {
    const auto errors = [](const std::string& fields) {
      return ReadQueues("consumers", fields).Errors();
    };
    SUBCASE("are accepted, and warned of") {
      const ReadConfig read = ReadQueues("consumers", "queue = \"q\", type = \"worker\"");
      CHECK(read.Errors().empty());
      CHECK(read.Warnings() ==
            Texts{"\"queues.consumers\" is not supported yet by isolane and is ignored "
                  "@wrangler.toml:4"});
    }
    SUBCASE("are an array of objects") {
      CHECK(ReadTomlAfterHead("queues = { consumers = 1 }\n").Errors() ==
            Texts{"The field \"queues.consumers\" should be an array but got 1. @wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("queues = { consumers = [ 1 ] }\n").Errors() ==
            Texts{"\"queues.consumers[0]\" should be a objects, but got 1 @wrangler.toml:4"});
    }
    SUBCASE("name a queue") {
      CHECK(errors("queue = 1") ==
            Texts{"\"queues.consumers[0]\" should have a string \"queue\" field but got "
                  "{\"queue\":1}. @wrangler.toml:4"});
    }
    SUBCASE("are Workers") {
      CHECK(errors("queue = \"q\", type = \"http_pull\"") ==
            Texts{"\"queues.consumers[0].type\" has an invalid value \"http_pull\". Only "
                  "\"worker\" consumers can be configured in your Wrangler configuration. "
                  "@wrangler.toml:4"});
    }
    SUBCASE("have fields of their types") {
      CHECK(errors("queue = \"q\", dead_letter_queue = 1") ==
            Texts{"\"queues.consumers[0]\" should, optionally, have a string \"dead_letter_queue\" "
                  "field but got {\"queue\":\"q\",\"dead_letter_queue\":1}. @wrangler.toml:4"});
      CHECK(errors("queue = \"q\", max_retries = \"3\"") ==
            Texts{"\"queues.consumers[0]\" should, optionally, have a number \"max_retries\" field "
                  "but got {\"queue\":\"q\",\"max_retries\":\"3\"}. @wrangler.toml:4"});
    }
    SUBCASE("have no others") {
      CHECK(ReadQueues("consumers", "queue = \"q\", x = 1").Warnings()[0] ==
            "Unexpected fields found in queues.consumers[0] field: \"x\" @wrangler.toml:4");
    }
  }

  TEST_CASE("what stands for a bucket locally") {
    const std::string bucket = "binding = \"B\", bucket_name = \"bucket\", local_dev = ";
    const std::string text =
        "\"r2_buckets[0]\" bindings should, optionally, have a "
        "\"local_dev.experimental_s3_credentials\" field with string \"accessKeyId\" and "
        "\"secretAccessKey\" fields,";
    CHECK(Error("r2_buckets", bucket + "1") ==
          "\"r2_buckets[0]\" bindings should, optionally, have an object \"local_dev\" field");
    CHECK(Error("r2_buckets", bucket + "{ experimental_s3_credentials = 1 }") == text);
    CHECK(Error("r2_buckets",
                bucket + "{ experimental_s3_credentials = { accessKeyId = \"a\" } }") == text);
    const ReadConfig good =
        Read("r2_buckets", bucket +
                               "{ experimental_s3_credentials = { accessKeyId = "
                               "\"a\", secretAccessKey = \"b\" }, x = 1 }");
    CHECK(good.Errors().empty());
    CHECK(
        good.Warnings() ==
        Texts{"\"local_dev.experimental_s3_credentials\" fields are experimental and may change or "
              "break at any time. @wrangler.toml:4",
              "Unexpected fields found in r2_buckets[0].local_dev field: \"x\" @wrangler.toml:4"});
  }

  TEST_CASE("the name of a bucket is not looked at where something else is wrong") {
    CHECK(Error("r2_buckets", "bucket_name = \"A\"") ==
          "\"r2_buckets[0]\" bindings should have a string \"binding\" field");
  }

  TEST_CASE("an unsafe binding of metadata is deprecated") {
    const std::string place = " @wrangler.toml:4";
    CHECK(ReadTomlAfterHead("unsafe = { bindings = [ { name = \"M\", type = \"metadata\" } ] }")
              .Warnings()[1] ==
          "\"unsafe.bindings[0]\": {\"name\":\"M\",\"type\":\"metadata\"}\n- The deployment object "
          "in "
          "the metadata binding is now deprecated. Please switch using the version_metadata "
          "binding for access to version specific fields: "
          "https://developers.cloudflare.com/workers/runtime-apis/bindings/version-metadata" +
              place);
  }

  TEST_CASE("a producer with an unknown field is told nothing else") {
    const ReadConfig read = ReadQueues("producers", "delivery_delay = 1, x = 1");
    CHECK(read.Errors().empty());
    CHECK(read.Warnings() ==
          Texts{"Unexpected fields found in queues.producers[0] field: \"x\" @wrangler.toml:4"});
  }

  TEST_CASE("a list is an object without the fields, but for K2") {
    CHECK(ReadTomlAfterHead("vectorize = [ [] ]").Errors().size() == 2);
    CHECK(ReadTomlAfterHead("k2 = [ [] ]").Errors() ==
          Texts{"\"k2[0]\" bindings should be objects, but got [] @wrangler.toml:4"});
  }
}

}  // namespace
}  // namespace isolane::wrangler
