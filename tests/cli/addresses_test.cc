#include "cli/addresses.h"

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

wrangler::Project Project(const std::vector<std::string>& names) {
  wrangler::Project project;
  for (const std::string& name : names) project.workers.emplace_back().name = name;
  return project;
}

std::vector<Address> Plan(const CliOptions& options, const wrangler::Project& project) {
  auto addresses = PlanAddresses(options, project);
  REQUIRE(addresses.ok());
  return std::move(*addresses);
}

TEST_SUITE("cli/addresses") {
  TEST_CASE("an address that the configuration has changed") {
    Address served;
    served.listen.port = 8787;
    Address configured = served;
    SUBCASE("is not told of if it is the same") { CHECK(DescribeMove(served, configured).empty()); }
    SUBCASE("is told of with what takes a start to change") {
      configured.listen.port = 9000;
      configured.listen.ip = "::1";
      configured.listen.tls = TlsOptions{};
      CHECK(DescribeMove(served, configured) ==
            "The configuration has another address for requests now (address ::1, port 9000, "
            "https).\nThey are served as before; start isolane again to change that.");
    }
    SUBCASE("may be the one that Workers see") {
      configured.listen.host = "a.example";
      configured.listen.scheme = "https";
      CHECK(DescribeMove(served, configured).find("(host a.example, scheme https)") !=
            std::string::npos);
      CHECK(DescribeMove(configured, served).find("(no host, no scheme)") != std::string::npos);
    }
  }

  TEST_CASE("the address of the public Worker") {
    wrangler::Project project = Project({"gateway"});
    CliOptions options;
    options.command = Command::kDev;
    SUBCASE("is a fixed one that may move in dev") {
      const Address address = Plan(options, project).front();
      CHECK(address.listen.ip == "localhost");
      CHECK(address.listen.port == 8787);
      CHECK(address.may_move);
      CHECK(address.listen.host.empty());
      CHECK(DescribeAddress(address, options).empty());
    }
    SUBCASE("may be that of all Workers") {
      options.by_routes = true;
      options.upstream_protocol = "https";
      CHECK(DescribeAddress(Plan(options, project).front(), options) ==
            "Host and path choose the Worker by the routes of each; what matches none goes to the "
            "public one.\nRequests for this machine reach Workers as https://HOST.");
    }
    SUBCASE("stays when somebody has asked for it, or serves") {
      options.port = 8787;
      CHECK_FALSE(Plan(options, project).front().may_move);
      options.port.reset();
      options.command = Command::kServe;
      CHECK_FALSE(Plan(options, project).front().may_move);
      CHECK(Plan(options, project).front().listen.ip == "127.0.0.1");
      options.command = Command::kDev;
      project.dev.port = 9000;
      CHECK_FALSE(Plan(options, project).front().may_move);
    }
    SUBCASE("is that of [dev], and of the command line before it") {
      project.dev.ip = "0.0.0.0";
      project.dev.port = 9000;
      CHECK(Plan(options, project).front().listen.ip == "0.0.0.0");
      CHECK(Plan(options, project).front().listen.port == 9000);
      options.ip = "::1";
      options.port = 1;
      CHECK(Plan(options, project).front().listen.ip == "::1");
      CHECK(Plan(options, project).front().listen.port == 1);
    }
  }

  TEST_CASE("the host that Workers see") {
    wrangler::Project project = Project({"gateway"});
    project.workers.front().routes = {{.pattern = "app.example.com/*"}};
    CliOptions options;
    options.command = Command::kDev;
    const auto host = [&] { return Plan(options, project).front().listen.host; };
    SUBCASE("is the first route's in dev, and that is said") {
      CHECK(host() == "app.example.com");
      CHECK(DescribeAddress(Plan(options, project).front(), options) ==
            "Requests for this machine reach Workers as http://app.example.com (dev.host, or the "
            "first route; --infer-origin-from-routes=false: as they are sent).");
    }
    SUBCASE("is that of the zone if the pattern names none") {
      project.workers.front().routes = {{.pattern = "*/x", .zone = "example.org"}};
      CHECK(host() == "example.org");
    }
    SUBCASE("is that of a pattern that matches nothing") {
      project.workers.front().routes = {{.pattern = "https://*.example.net/a*b"}};
      CHECK(host() == "example.net");
    }
    SUBCASE("is written as in a URL") {
      project.workers.front().routes = {{.pattern = "http://A.example:80/*"}};
      CHECK(host() == "a.example");
      project.workers.front().routes = {{.pattern = "a.example:8443"}};
      CHECK(host() == "a.example:8443");
    }
    SUBCASE("is not one that no URL may have") {
      for (const char* pattern : {"http://[bad", "a b.example/*", "a.example:port/*"}) {
        project.workers.front().routes = {{.pattern = pattern}};
        CHECK_FALSE(PlanAddresses(options, project).ok());
      }
    }
    SUBCASE("is none without routes") {
      project.workers.front().routes.clear();
      CHECK(host().empty());
    }
    SUBCASE("has to be said if the first route names none") {
      project.workers.front().routes = {{.pattern = "*/*", .where = "wrangler.toml:3"},
                                        {.pattern = "app.example.com"}};
      const auto refused = PlanAddresses(options, project);
      REQUIRE_FALSE(refused.ok());
      CHECK(refused.error().message == "gateway: Cannot infer host from first route: \"*/*\".");
      CHECK(refused.error().where == "wrangler.toml:3");
      CHECK(refused.error().hint ==
            "You can explicitly set the `dev.host` configuration in your wrangler.toml file, for "
            "example:\n\n```\n[dev]\nhost = \"example.com\"\n```\n\nor name it with --host "
            "example.com, or leave it as it was sent: --infer-origin-from-routes=false");
      project.dev.host = "b.example";
      CHECK(host() == "b.example");
      project.dev.host.reset();
      options.infer_host = false;
      CHECK(host().empty());
    }
    SUBCASE("is what was sent where routes choose, on request, and in serve") {
      options.by_routes = true;
      CHECK(host().empty());
      options.by_routes = false;
      options.infer_host = false;
      CHECK(host().empty());
      options.infer_host = true;
      options.command = Command::kServe;
      CHECK(host().empty());
    }
    SUBCASE("may be set") {
      project.dev.host = "dev.example";
      CHECK(host() == "dev.example");
      options.host = "flag.example";
      CHECK(host() == "flag.example");
    }
  }

  TEST_CASE("ports of single Workers") {
    const wrangler::Project project = Project({"gateway", "auth"});
    CliOptions options;
    SUBCASE("come after the public one's, at the same address") {
      options.ip = "::1";
      options.worker_ports = {{"auth", 9001}};
      const std::vector<Address> addresses = Plan(options, project);
      REQUIRE(addresses.size() == 2);
      CHECK(addresses[1].listen.worker == "auth");
      CHECK(addresses[1].listen.port == 9001);
      CHECK(addresses[1].listen.ip == "::1");
      CHECK_FALSE(addresses[1].may_move);
    }
    SUBCASE("need a Worker that there is") {
      options.worker_ports = {{"auht", 9001}};
      const auto wrong = PlanAddresses(options, project);
      REQUIRE_FALSE(wrong.ok());
      CHECK(wrong.error().ToString() ==
            "--port auht=9001: no such Worker (known: gateway, auth).\nDid you mean \"auth\"?");
    }
  }
}

}  // namespace
}  // namespace isolane::cli
