#include "vercel-compat/reloading_router.h"

#include <doctest/doctest.h>

#include "tests/vercel-compat/project_fixture.h"
#include "tests/wrangler-compat/temp_project.h"

namespace isolane::vercel {
namespace {

std::string ConfigWith(const std::string& rewrite) {
  return "{ \"services\": { \"a\": { \"root\": \"a\" } }, \"rewrites\": [" + rewrite + "] }";
}

TEST_SUITE("vercel-compat/reloading_router") {
  TEST_CASE("public rules follow the file, and the last good ones stay") {
    wrangler::TempProject project;
    project.Write("vercel.json", ConfigWith(""));
    Service service;
    service.config.name = "a";
    service.host = ServiceHost::kIsolate;
    auto created = ProjectRouter::Create({}, {service}, Regexes(), {});
    REQUIRE(created.ok());
    std::vector<std::string> errors;
    ReloadingRouter router(std::move(*created), project.root() + "/vercel.json", {}, Regexes(),
                           [&errors](const Error& error) { errors.push_back(error.message); });
    const auto reaches = [&router] {
      base::RouteDecision decision;
      router.Look();
      router.Route(HeadOf({.path = "/x"}), {}, decision);
      return decision.to == base::RouteDecision::To::kService;
    };
    CHECK_FALSE(reaches());
    project.Write("vercel.json",
                  ConfigWith(R"({ "source": "/x", "destination": { "service": "a" } })"));
    CHECK(reaches());
    project.Write("vercel.json", "{ \"services\": {");
    CHECK(reaches());
    CHECK(reaches());
    REQUIRE(errors.size() == 1);
    CHECK(errors[0] ==
          "[INVALID_VERCEL_JSON] Failed to parse vercel.json. Ensure it contains valid JSON.");
    project.Write("vercel.json",
                  ConfigWith(R"({ "source": "/x/*", "destination": { "service": "a" } })"));
    CHECK(reaches());
    CHECK(errors.size() == 2);
    project.Write("vercel.json", ConfigWith(R"({ "source": "/y", "destination": "/z" })"));
    CHECK_FALSE(reaches());
  }
}

}  // namespace
}  // namespace isolane::vercel
