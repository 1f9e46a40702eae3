#include "cli/explain.h"

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

wrangler::LoadedProject TwoWorkers() {
  wrangler::LoadedProject loaded;
  loaded.project.dev.port = 9000;
  loaded.project.dev.port_where = "a/wrangler.toml:7";
  loaded.explanations = {
      {"a", "a/wrangler.toml", "st", {{"name", "\"a\"", "a/wrangler.toml:1", {}}}},
      {"b",
       "b/wrangler.json",
       {},
       {{"env.K", "\"(hidden)\"", "b/.dev.vars:1", "Environment Variable"}}}};
  return loaded;
}

TEST_SUITE("cli/explain") {
  TEST_CASE("the explanation of a project") {
    const wrangler::LoadedProject loaded = TwoWorkers();
    CliOptions options;
    options.ip = "::1";
    SUBCASE("is a table for each Worker, the first with where it listens") {
      CHECK(ExplainAsText(options, loaded, Colours::kNever) ==
            "a (public), a/wrangler.toml, environment st\n"
            "  name       \"a\"     a/wrangler.toml:1\n"
            "  dev.ip     \"::1\"   --ip\n"
            "  dev.port   9000    a/wrangler.toml:7\n"
            "\n"
            "b, b/wrangler.json\n"
            "  env.K   \"(hidden)\"   b/.dev.vars:1   Environment Variable\n");
    }
    SUBCASE("is JSON on request") {
      CHECK(ExplainAsJson(options, loaded) ==
            "{\"workers\":[{\"name\":\"a\",\"config\":\"a/wrangler.toml\",\"environment\":\"st\","
            "\"settings\":[{\"path\":\"name\",\"value\":\"a\",\"from\":\"a/wrangler.toml:1\"},"
            "{\"path\":\"dev.ip\",\"value\":\"::1\",\"from\":\"--ip\"},"
            "{\"path\":\"dev.port\",\"value\":9000,\"from\":\"a/wrangler.toml:7\"}]},"
            "{\"name\":\"b\",\"config\":\"b/wrangler.json\",\"environment\":\"\",\"settings\":["
            "{\"path\":\"env.K\",\"value\":\"(hidden)\",\"from\":\"b/.dev.vars:1\","
            "\"note\":\"Environment Variable\"}]}]}\n");
    }
  }
}

}  // namespace
}  // namespace isolane::cli
