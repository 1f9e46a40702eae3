#include "wrangler-compat/config_connect.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

Texts Errors(const std::string& text) { return ReadTomlAfterHead(text).Errors(); }

TEST_SUITE("wrangler-compat/config_connect") {
  TEST_CASE("connect") {
    SUBCASE("is accepted, and warned of") {
      const ReadConfig read = ReadTomlAfterHead(
          "connect = [ { protocol = \"tcp\", port = 1 }, { protocol = \"udp\", port = 1, "
          "idle_timeout_ms = 5 } ]\n");
      CHECK(read.Errors().empty());
      CHECK(read.Warnings() == Texts{"\"connect\" is not supported yet by isolane and is ignored "
                                     "@wrangler.toml:4"});
    }
    SUBCASE("says what is wrong") {
      CHECK(Errors("connect = 1\n") ==
            Texts{"The field \"connect\" should be an array but got 1. @wrangler.toml:4"});
      CHECK(Errors("connect = [ 1 ]\n") ==
            Texts{"\"connect[0]\" should be an object, but got 1 @wrangler.toml:4"});
      CHECK(
          Errors("connect = [ { protocol = \"x\", port = 0, address = 1 } ]\n") ==
          Texts{"\"connect[0]\" should have a \"protocol\" field of \"tcp\" or \"udp\" but got "
                "\"x\". @wrangler.toml:4",
                "\"connect[0]\" should have an integer \"port\" field between 1 and 65535 but got "
                "{\"protocol\":\"x\",\"port\":0,\"address\":1}. @wrangler.toml:4",
                "\"connect[0]\" should, optionally, have a string \"address\" field but got "
                "{\"protocol\":\"x\",\"port\":0,\"address\":1}. @wrangler.toml:4"});
      CHECK(Errors("connect = [ {} ]\n") ==
            Texts{"\"connect[0]\" should have a \"protocol\" field of \"tcp\" or \"udp\" but got "
                  "{}. @wrangler.toml:4",
                  "\"connect[0]\" should have a number \"port\" field but got {}. "
                  "@wrangler.toml:4"});
      CHECK(Errors("connect = [ { protocol = \"tcp\", port = 7 }, { protocol = \"tcp\", port = 7 } "
                   "]\n") ==
            Texts{"\"connect[1]\" has the same \"protocol\" (tcp) and \"port\" (7) as "
                  "\"connect[0]\". Each entry in \"connect\" must use a unique protocol/port "
                  "combination. @wrangler.toml:4"});
      CHECK(Errors("connect = [ { protocol = \"udp\", port = 7, max_pending_bytes = -1 } ]\n") ==
            Texts{"\"connect[0]\" should have an integer \"max_pending_bytes\" field between 0 and "
                  "4294967295 but got {\"protocol\":\"udp\",\"port\":7,\"max_pending_bytes\":-1}. "
                  "@wrangler.toml:4"});
    }
    SUBCASE("warns of what it does not know") {
      CHECK(
          ReadTomlAfterHead("connect = [ { protocol = \"tcp\", port = 1, idle_timeout_ms = 1 } ]\n")
              .Warnings() ==
          Texts{"\"connect\" is not supported yet by isolane and is ignored @wrangler.toml:4",
                "Unexpected fields found in connect[0] field: \"idle_timeout_ms\" "
                "@wrangler.toml:4"});
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
