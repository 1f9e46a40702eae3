#include "wrangler-compat/config_order.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

// The places, which say enough.
Texts Lines(const Texts& messages) {
  Texts lines;
  for (const std::string& message : messages) lines.push_back(message.substr(message.rfind(':')));
  return lines;
}

TEST_SUITE("wrangler-compat/config_order") {
  TEST_CASE("the order of messages") {
    SUBCASE("is that in which wrangler goes through the keys") {
      const ReadConfig read = ReadTomlAfterHead(
          "alias = 1\n"            // 4
          "observability = 1\n"    // 5
          "kv_namespaces = 1\n"    // 6
          "vars = 1\n"             // 7
          "assets = 1\n"           // 8
          "workers_dev = 1\n"      // 9
          "legacy_env = true\n");  // 10
      CHECK(Lines(read.Errors()) == Texts{":10", ":9", ":8", ":7", ":6", ":5", ":4"});
    }
    SUBCASE("puts what is unexpected last, below what is experimental") {
      const ReadConfig read = ReadTomlAfterHead(
          "unknown = 1\nobservability = { enabled = true, x = 1 }\nassets = { directory = \".\", x "
          "= 1 }\nunsafe = {}\n");
      CHECK(Lines(read.Warnings()) == Texts{":7", ":6", ":5", ":4"});
    }
    SUBCASE("of one key is that of its checks") {
      CHECK(Lines(ReadTomlAfterHead("[[r2_buckets]]\nlocal_dev = 1\nremote = 1\njurisdiction = "
                                    "1\nbinding = 1\n")
                      .Errors()) == Texts{":8", ":7", ":6", ":5"});
    }
    SUBCASE("lists what is said of nested bindings behind everything") {
      const ReadConfig read = ReadTomlAfterHead(
          "unsafe.bindings = [ { name = \"a\" } ]\n"
          "durable_objects.bindings = [ { class_name = \"A\" } ]\nkv_namespaces = 1\nzz = 1\n");
      CHECK(Lines(read.Errors()) == Texts{":6", ":5", ":4"});
      CHECK(Lines(read.Warnings()) == Texts{":4", ":5", ":7"});
    }
    SUBCASE("is the same in an environment") {
      const ReadConfig read = ReadTomlIn(
          "x", "kv_namespaces = []\n[env.x]\nobservability = 1\nvars = 1\nzz = 1\nunsafe = {}\n");
      CHECK(Lines(read.EnvironmentMessages(Severity::kError)) == Texts{":7", ":6"});
      CHECK(Lines(read.EnvironmentMessages(Severity::kWarning)) == Texts{":9", ":5", ":8"});
    }
  }

  TEST_CASE("places belong to keys") {
    auto root = config::ReadJson("{\n\"a\": [\n{ \"b\":\n1 } ],\n\"c\": 2 }", "x");
    REQUIRE(root.ok());
    const KeyPlaces places(*root);
    const auto key_at = [&](Position position) {
      const std::string* key = places.KeyAt(position);
      return key == nullptr ? std::string("none") : *key;
    };
    const ConfigMember& list = *root->Find("a");
    CHECK(key_at(list.position) == "a");
    CHECK(key_at(list.value.items[0].Find("b")->position) == "a");
    CHECK(key_at(list.value.items[0].Find("b")->value.position) == "a");
    CHECK(key_at(root->Find("c")->value.position) == "c");
    CHECK(key_at(root->position) == "none");
    CHECK(key_at({}) == "none");
  }

  TEST_CASE("what meets what is inherited is told in the environment again") {
    CHECK(IsOfInherited(kAboutContainerLinks));
    CHECK(IsOfInherited(kAboutLifecycle));
    CHECK_FALSE(IsOfInherited(kAboutNames));
    CHECK_FALSE(IsOfInherited("vars"));
    CHECK_FALSE(IsOfInherited(""));
  }
}

}  // namespace
}  // namespace isolane::wrangler
