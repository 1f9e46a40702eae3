#include "vercel-compat/service_process.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/temporary_directory.h"

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
    SUBCASE("depends on the files that are there") {
      const testing::TemporaryDirectory project;
      Service django = Child("django", "python", "");
      Service go = Child("go", "go", "");
      django.directory = go.directory = project / "api";
      CHECK_FALSE(MakeServiceProcess(django, {}, "").ok());
      CHECK_FALSE(MakeServiceProcess(go, {}, "").ok());
      project.Write("api/manage.py", "");
      project.Write("api/cmd/server/main.go", "");
      CHECK(Made(django).command == "exec python3 manage.py runserver 127.0.0.1:$PORT");
      CHECK(Made(go).command == "exec go run ./cmd/server");
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
    CHECK(Variable(spec, "WEB_URL") == "-");
    REQUIRE(spec.bindings.size() == 1);
    CHECK(spec.bindings[0].variable == "WEB_URL");
    CHECK(spec.bindings[0].service == "web");
    SUBCASE("has programs of its packages before all others") {
      const testing::TemporaryDirectory project;
      project.Write("api/.venv/bin/uvicorn", "");
      project.Write("api/node_modules/.bin/next", "");
      project.Write("node_modules/.bin/next", "");
      service.directory = project / "api";
      const std::string own = service.directory + "/.venv/bin:" + service.directory +
                              "/node_modules/.bin:" + project.path() + "/node_modules/.bin:";
      CHECK(Variable(Made(service, {{"PATH", "/bin"}}), "PATH") == own + "/bin");
    }
  }

  TEST_CASE("a container") {
    const testing::TemporaryDirectory project;
    project.Write("bin/docker", "");
    std::filesystem::permissions(project / "bin/docker", std::filesystem::perms::owner_all);
    Service service = Child("", "container", "my.Dockerfile");
    service.host = ServiceHost::kContainer;
    service.directory = project / "api";
    const std::map<std::string, std::string> variables = {{"PATH", "/nowhere:" + project / "bin"}};
    SUBCASE("is built, run until its end, and removed") {
      const ProcessSpec spec = Made(service, variables);
      CHECK(spec.command ==
            "docker build --quiet --file 'my.Dockerfile' --tag 'isolane-api' . >/dev/null || exit "
            "1\nexec docker run --rm --name \"isolane-api-$PORT\" --publish 127.0.0.1:$PORT:3000 "
            "--env PORT=3000 'isolane-api'");
      CHECK(spec.after == "docker rm --force \"isolane-api-$PORT\" >/dev/null 2>&1");
    }
    SUBCASE("is told what it is bound to, and listens where its Dockerfile says") {
      project.Write("api/my.Dockerfile", "FROM scratch\n  EXPOSE 8080/tcp 9090\n");
      service.config.bindings = {{"web", "WEB_URL"}};
      service.config.command = {"serve", "it's"};
      CHECK(Made(service, variables)
                .command.ends_with("--publish 127.0.0.1:$PORT:8080 --env PORT=8080 --env WEB_URL "
                                   "'isolane-api' 'serve' 'it'\\''s'"));
    }
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
