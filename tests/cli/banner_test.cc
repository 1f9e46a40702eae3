#include "cli/banner.h"

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

WorkerSpec Worker(std::string name, std::vector<BindingSpec> bindings) {
  WorkerSpec worker;
  worker.name = std::move(name);
  worker.bindings = std::move(bindings);
  return worker;
}

TEST_SUITE("cli/banner") {
  TEST_CASE("the table of Workers") {
    SUBCASE("lists each with its bindings, aligned over all") {
      CHECK(FormatWorkers({Worker("gateway", {{"GREETING", VarBinding{"\"hello\""}, {}},
                                              {"AUTH", ServiceBinding{"auth", "Admin", {}}, {}},
                                              {"MAIL", ServiceBinding{"mailer", {}, {}}, {}}}),
                           Worker("auth", {{"N", VarBinding{"1"}, {}}}), Worker("app", {})},
                          Colours::kNever) ==
            "gateway (public)\n"
            "  env.GREETING (\"hello\")   Environment Variable\n"
            "  env.AUTH (auth#Admin)    Worker\n"
            "  env.MAIL (mailer)        Worker [not found]\n"
            "auth\n"
            "  env.N (1)                Environment Variable\n"
            "app\n");
    }
    SUBCASE("hides values from the command line") {
      CHECK(FormatWorkers({Worker("w", {{"A", VarBinding{"\"secret\""}, "--var"}})},
                          Colours::kNever) ==
            "w (public)\n  env.A (\"(hidden)\")   Environment Variable\n");
    }
    SUBCASE("shortens long values between letters") {
      std::string umlauts;
      for (int i = 0; i < 50; i++) umlauts += "ä";
      const std::string table =
          FormatWorkers({Worker("w", {{"A", VarBinding{umlauts}, {}}})}, Colours::kNever);
      std::string expected = "w (public)\n  env.A (";
      for (int i = 0; i < 37; i++) expected += "ä";
      CHECK(table == expected + "...)   Environment Variable\n");
    }
  }

  TEST_CASE("tail consumers stand below the bindings") {
    WorkerSpec worker;
    worker.name = "gateway";
    worker.tail_consumers = {{"gateway", {}}, {"logger", {}}};
    CHECK(FormatWorkers({worker}, Colours::kNever) ==
          "gateway (public)\n"
          "  tail (gateway)   Tail Worker\n"
          "  tail (logger)    Tail Worker [not found]\n");
  }

  TEST_CASE("the advice for cron triggers names an address that is this machine's") {
    CHECK(FormatCronAdvice("::1", 80).find("\"http://[::1]:80/cdn-cgi/local/scheduled\"") !=
          std::string::npos);
    CHECK(FormatCronAdvice("0.0.0.0", 80).find("\"http://localhost:80/cdn-cgi/") !=
          std::string::npos);
  }

  TEST_CASE("the ready line") {
    CHECK(FormatReady("127.0.0.1", 8787, Colours::kNever) == "Ready on http://127.0.0.1:8787");
    CHECK(FormatReady("::1", 80, Colours::kNever) == "Ready on http://[::1]:80");
    CHECK(FormatReady("localhost", 1, Colours::kAlways) ==
          "Ready on \x1b[36mhttp://localhost:1\x1b[0m");
  }
}

}  // namespace
}  // namespace isolane::cli
