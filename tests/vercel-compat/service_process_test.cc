#include "vercel-compat/service_process.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace isolane::vercel {
namespace {

Service Child(const std::string& framework, const std::string& runtime,
              const std::string& entrypoint) {
  Service service;
  service.config.name = "api";
  service.host = ServiceHost::kChild;
  service.root = "api";
  service.directory = "/nowhere/it's/api";
  service.framework = framework;
  service.runtime = runtime;
  service.entrypoint = entrypoint;
  return service;
}

ProcessSpec Made(const Service& service, const std::map<std::string, std::string>& variables = {}) {
  auto made = MakeServiceProcess(service, variables, "/nowhere/vercel.json");
  if (!made.ok()) FAIL(made.error().message);
  return *made;
}

std::string Variable(const ProcessSpec& spec, const std::string& name) {
  const auto found = std::find_if(spec.environment.begin(), spec.environment.end(),
                                  [&](const auto& one) { return one.first == name; });
  return found == spec.environment.end() ? "-" : found->second;
}

TEST_SUITE("vercel-compat/service_process") {
  TEST_CASE("the command of a service") {
    SUBCASE("is its own") {
      Service service = Child("fastapi", "python", "main.py");
      service.config.dev_command = "make serve";
      CHECK(Made(service).command == "make serve");
      CHECK(Made(service).directory == "/nowhere/it's/api");
    }
    SUBCASE("of Python's frameworks serves the application") {
      Service service = Child("fastapi", "python", "src/main.py");
      CHECK(Made(service).command ==
            "exec python3 -m uvicorn 'src.main:app' --host 127.0.0.1 --port $PORT --reload");
      service.attribute = "api";
      service.framework = "flask";
      CHECK(Made(service).command ==
            "exec python3 -m flask --app 'src.main:api' run --host 127.0.0.1 --port $PORT "
            "--debug");
    }
    SUBCASE("of Node's frameworks is a server around the entry") {
      const ProcessSpec spec = Made(Child("express", "node", "server.js"));
      CHECK(spec.command ==
            "exec node -e \"$ISOLANE_NODE_SERVER\" '/nowhere/it'\\''s/api/server.js'");
      CHECK(Variable(spec, "ISOLANE_NODE_SERVER").find("createServer") != std::string::npos);
    }
    SUBCASE("of Go and of frontends is theirs") {
      CHECK(Made(Child("go", "go", "cmd/api/main.go")).command == "exec go run './cmd/api'");
      CHECK(Made(Child("nextjs", "", "")).command == "exec next dev --port $PORT");
    }
    SUBCASE("is missing") {
      const auto made = MakeServiceProcess(Child("", "node", "x.cjs"), {}, "");
      REQUIRE_FALSE(made.ok());
      CHECK(made.error().message ==
            "[DEV_SERVICE_START_FAILED] No dev server available for service \"api\" (framework: "
            "none)");
    }
  }

  TEST_CASE("the environment of a service") {
    Service service = Child("nextjs", "", "");
    service.config.bindings = {{"web", "WEB_URL"}};
    const ProcessSpec spec = Made(service, {{"A", "1"}, {"PATH", "/bin"}});
    CHECK(Variable(spec, "A") == "1");
    CHECK(Variable(spec, "PATH") == "/bin");
    CHECK(Variable(spec, "BROWSER") == "none");
    CHECK(Variable(spec, "WEB_URL") == "-");
    REQUIRE(spec.bindings.size() == 1);
    CHECK(spec.bindings[0].variable == "WEB_URL");
    CHECK(spec.bindings[0].service == "web");
    CHECK(Variable(Made(service, {{"BROWSER", "firefox"}}), "BROWSER") == "firefox");
  }

  TEST_CASE("a container needs docker") {
    Service service = Child("", "container", "Dockerfile");
    service.host = ServiceHost::kContainer;
    const auto made = MakeServiceProcess(service, {{"PATH", "/nowhere"}}, "");
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().message.starts_with(
        "[DEV_SERVICE_START_FAILED] Docker is required for `vercel dev` with containers, but the "
        "`docker` command was not found."));
  }
}

}  // namespace
}  // namespace isolane::vercel
