#include "cli/vercel_build.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "runtime/config/files.h"
#include "tests/support/temporary_directory.h"
#include "vercel-compat/route_files.h"

namespace isolane::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kRoute[] = "export const GET = () => new Response();";

// Two services that answer by files of routes.
class Routes {
 public:
  Routes() {
    vercel::Project project;
    project.directory = directory_.path();
    project.config_path = Path("vercel.json");
    for (const char* name : {"one", "two"}) {
      Write(std::string(name) + "/app/a/route.js");
      vercel::Service& service = project.services.emplace_back();
      service.config.name = name;
      service.host = vercel::ServiceHost::kIsolate;
      service.directory = Path(name);
      service.route_files = vercel::FindRouteFiles(service.directory);
    }
    auto planned = ServiceBuilds::Plan(project, directory_.path());
    REQUIRE(planned.ok());
    builds = std::move(*planned);
  }

  std::string Path(const std::string& path) const { return directory_ / path; }
  void Write(const std::string& path) const { directory_.Write(path, kRoute); }
  // What is built of a service.
  std::string EntryPath(const std::string& service) const {
    return Path(".vercel/isolane/" + service + "-routes.js");
  }
  bool Answers(const std::string& service, const std::string& route) const {
    return config::ReadFile(EntryPath(service))->find(route) != std::string::npos;
  }

  ServiceBuilds builds;

 private:
  testing::TemporaryDirectory directory_;
};

TEST_SUITE("cli/vercel_build") {
  TEST_CASE("a route that comes") {
    Routes routes;
    REQUIRE(routes.Answers("one", "app/a/route.js"));
    routes.Write("one/app/b/route.js");
    routes.Write("two/app/b/route.js");
    SUBCASE("is answered") {
      CHECK(routes.builds.FindRoutes().ok());
      CHECK(routes.Answers("one", "app/b/route.js"));
      CHECK(routes.Answers("two", "app/b/route.js"));
    }
    SUBCASE("and cannot be written concerns its own service only, and is tried again") {
      fs::remove(routes.EntryPath("one"));
      fs::create_directory(routes.EntryPath("one"));
      const Status found = routes.builds.FindRoutes();
      REQUIRE_FALSE(found.ok());
      CHECK(found.error().message.starts_with("Service \"one\": "));
      CHECK(routes.Answers("two", "app/b/route.js"));
      fs::remove(routes.EntryPath("one"));
      CHECK(routes.builds.FindRoutes().ok());
      CHECK(routes.Answers("one", "app/b/route.js"));
    }
  }
}

}  // namespace
}  // namespace isolane::cli
