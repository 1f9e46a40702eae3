#include "cli/banner.h"

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

constexpr char kAboutStatus[] =
    "Service bindings, Durable Object bindings, and Tail consumers connect to other isolane "
    "processes "
    "running locally, with their connection status indicated by [connected] or [not "
    "connected].\n\n";

WorkerSpec Worker(std::string name, std::vector<BindingSpec> bindings) {
  WorkerSpec worker;
  worker.name = std::move(name);
  worker.bindings = std::move(bindings);
  return worker;
}

TEST_SUITE("cli/banner") {
  TEST_CASE("the table of Workers") {
    SUBCASE("has one for each that has bindings, aligned over all") {
      CHECK(FormatWorkers({Worker("gateway", {{"GREETING", VarBinding{"\"hello\""}, {}},
                                              {"AUTH", ServiceBinding{"auth", "Admin", {}}, {}},
                                              {"MAIL", ServiceBinding{"mailer", {}, {}}, {}}}),
                           Worker("auth", {{"N", VarBinding{"1"}, {}}}), Worker("app", {})},
                          Colours::kNever) ==
            "Workers: gateway (public), auth, app\n"
            "gateway has access to the following bindings:\n"
            "Binding                     Resource                  Mode\n"
            "env.AUTH (auth#Admin)       Worker                    local [connected]\n"
            "env.MAIL (mailer)           Worker                    local [not connected]\n"
            "env.GREETING (\"hello\")      Environment Variable      local\n"
            "\n"
            "auth has access to the following bindings:\n"
            "Binding                     Resource                  Mode\n"
            "env.N (1)                   Environment Variable      local\n"
            "\n" +
                std::string(kAboutStatus));
    }
    SUBCASE("knows what other processes have") {
      const std::vector<WorkerSpec> workers = {
          Worker("w", {{"A", ServiceBinding{"auth", {}, {}}, {}}})};
      CHECK(FormatWorkers(workers, Colours::kNever, {"auth"}).find("[connected]") !=
            std::string::npos);
      CHECK(FormatWorkers(workers, Colours::kNever, {"other"}).find("[not connected]") !=
            std::string::npos);
    }
    SUBCASE("says little of one Worker, and nothing without bindings") {
      CHECK(FormatWorkers({Worker("w", {{"A", VarBinding{"1"}, {}}})}, Colours::kNever)
                .starts_with("Your Worker has access to the following bindings:\n"));
      CHECK(FormatWorkers({Worker("w", {})}, Colours::kNever).empty());
    }
    SUBCASE("hides secrets") {
      const std::string table = FormatWorkers(
          {Worker("w", {{"A", VarBinding{"\"secret\"", true}, "--var"}})}, Colours::kNever);
      CHECK(table.find("env.A (\"(hidden)\")") != std::string::npos);
      CHECK(table.find("secret") == std::string::npos);
    }
    SUBCASE("says what does not work") {
      const UnsupportedBinding kv{"KV Namespace", "1f", "isolane does not support yet", {}};
      CHECK(FormatWorkers({Worker("w", {{"KV", kv, {}}})}, Colours::kNever) ==
            "Your Worker has access to the following bindings:\n"
            "Binding          Resource          Mode\n"
            "env.KV (1f)      KV Namespace      not supported\n\n");
    }
    SUBCASE("shortens long values between letters") {
      std::string umlauts;
      for (int i = 0; i < 50; i++) umlauts += "ä";
      const std::string table =
          FormatWorkers({Worker("w", {{"A", VarBinding{umlauts}, {}}})}, Colours::kNever);
      std::string expected = "env.A (";
      for (int i = 0; i < 37; i++) expected += "ä";
      CHECK(table.find(expected + "...)      Environment Variable") != std::string::npos);
      const std::string text = FormatWorkers(
          {Worker("w", {{"A", VarBinding{"\"" + umlauts + "\""}, {}}})}, Colours::kNever);
      CHECK(text.find("ää...\")      Environment Variable") != std::string::npos);
    }
    SUBCASE("is in wrangler's order") {
      const std::string table =
          FormatWorkers({Worker("w", {{"V", VarBinding{"1"}, {}},
                                      {"W", UnsupportedBinding{"Worker Loader", {}, {}, {}}, {}},
                                      {"B", UnsupportedBinding{"Browser Run", {}, {}, {}}, {}},
                                      {"X", UnsupportedBinding{"Unsafe Metadata", {}, {}, {}}, {}},
                                      {"L", RateLimitBinding{}, {}},
                                      {"S", ServiceBinding{"w", {}, {}}, {}},
                                      {"K", UnsupportedBinding{"KV Namespace", {}, {}, {}}, {}}})},
                        Colours::kNever);
      size_t at = 0;
      for (const char* name : {"env.K", "env.S", "env.B", "env.L", "env.X", "env.V", "env.W"}) {
        const size_t found = table.find(name);
        CHECK_MESSAGE((found != std::string::npos && found >= at), name);
        at = found;
      }
    }
  }

  TEST_CASE("those that are told at once are marked") {
    WorkerSpec worker;
    worker.name = "gateway";
    worker.tail_consumers = {{"logger", {}}, {"live", {}, true}};
    CHECK(FormatWorkers({worker}, Colours::kNever)
              .find("- logger [not connected]\n- live (streaming) [not connected]\n") !=
          std::string::npos);
  }

  TEST_CASE("tail consumers stand below the bindings") {
    WorkerSpec worker;
    worker.name = "gateway";
    worker.tail_consumers = {{"gateway", {}}, {"logger", {}}};
    CHECK(FormatWorkers({worker}, Colours::kNever) ==
          "Your Worker is sending Tail events to the following Workers:\n"
          "- gateway [connected]\n"
          "- logger [not connected]\n\n" +
              std::string(kAboutStatus));
    CHECK(FormatWorkers({worker, Worker("logger", {})}, Colours::kNever)
              .find("gateway is sending Tail events to the following Workers:\n"
                    "- gateway [connected]\n- logger [connected]\n") != std::string::npos);
  }

  TEST_CASE("a port of every address is told of with each") {
    const std::vector<std::string> addresses = {"::1", "127.0.0.1", "192.0.2.2"};
    CHECK(FormatOtherUrls({.ip = "*"}, 80, addresses) ==
          "- http://[::1]:80\n- http://127.0.0.1:80\n- http://192.0.2.2:80\n");
    CHECK(FormatOtherUrls({.ip = "0.0.0.0"}, 80, addresses) ==
          "- http://127.0.0.1:80\n- http://192.0.2.2:80\n");
    CHECK(FormatOtherUrls({.ip = "localhost"}, 80, addresses).empty());
  }

  TEST_CASE("the advice for cron triggers names an address that is this machine's") {
    CHECK(FormatCronAdvice({.ip = "::1"}, 80).find("\"http://[::1]:80/cdn-cgi/local/scheduled\"") !=
          std::string::npos);
    CHECK(FormatCronAdvice({.ip = "127.0.0.1", .tls = TlsOptions{}}, 8787) ==
          "Scheduled Workers are not automatically triggered during local development.\n"
          "To manually trigger a scheduled event, run:\n"
          "  curl --insecure \"https://127.0.0.1:8787/cdn-cgi/local/scheduled\"\n"
          "For more details, see https://developers.cloudflare.com/workers/configuration/"
          "cron-triggers/#test-cron-triggers-locally");
    CHECK(FormatCronAdvice({.ip = "0.0.0.0"}, 80).find("\"http://localhost:80/cdn-cgi/") !=
          std::string::npos);
  }

  TEST_CASE("the ready line") {
    CHECK(FormatReady({.ip = "127.0.0.1"}, 8787, Colours::kNever) ==
          "Ready on http://127.0.0.1:8787");
    CHECK(FormatReady({.ip = "::1"}, 80, Colours::kNever) == "Ready on http://[::1]:80");
    CHECK(FormatReady({.ip = "localhost", .tls = TlsOptions{}}, 443, Colours::kNever) ==
          "Ready on https://localhost:443");
    CHECK(FormatReady({.ip = "localhost"}, 1, Colours::kAlways) ==
          "Ready on \x1b[36mhttp://localhost:1\x1b[0m");
  }
}

}  // namespace
}  // namespace isolane::cli
