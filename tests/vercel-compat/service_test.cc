#include "vercel-compat/service.h"

#include <doctest/doctest.h>

#include "tests/vercel-compat/regexes.h"
#include "tests/wrangler-compat/temp_project.h"
#include "vercel-compat/config_reader.h"

namespace isolane::vercel {
namespace {

using wrangler::TempProject;

Result<std::vector<Service>> Resolve(const TempProject& project, const std::string& service) {
  auto config =
      ReadVercelConfig("{ \"services\": { \"a\": " + service + " } }", "vercel.json", Regexes());
  if (!config.ok()) return config.error();
  return ResolveServices(*config, project.root());
}

std::string Mistake(const TempProject& project, const std::string& service) {
  const auto services = Resolve(project, service);
  return services.ok() ? "none" : services.error().message;
}

Service Only(const TempProject& project, const std::string& service) {
  auto services = Resolve(project, service);
  if (!services.ok()) FAIL(services.error().message);
  return (*services)[0];
}

TEST_SUITE("vercel-compat/service") {
  TEST_CASE("the root of a service") {
    TempProject project;
    project.Write("plain.txt", "");
    project.Write("services/a/index.html", "");
    SUBCASE("is a folder of the project") {
      CHECK(Mistake(project, R"({ "root": "/etc" })") ==
            "[INVALID_ROOT] Service \"a\" has invalid \"root\" \"/etc\". Must be a relative path.");
      CHECK(Mistake(project, R"({ "root": "x/../../y" })") ==
            "[INVALID_ROOT] Service \"a\" has invalid \"root\" \"x/../../y\". Must not escape the "
            "project root.");
      CHECK(Mistake(project, R"({ "root": "zzz" })") ==
            "[ROOT_NOT_FOUND] Service \"a\" has root \"zzz\" but that directory does not exist.");
      CHECK(
          Mistake(project, R"({ "root": "plain.txt" })") ==
          "[ROOT_NOT_DIRECTORY] Service \"a\" has root \"plain.txt\" but that path is a file, not "
          "a directory.");
    }
    SUBCASE("may be written in more than one way") {
      const Service service = Only(project, R"({ "root": "./services/x/../a/" })");
      CHECK(service.root == "services/a");
      CHECK(service.directory == project.root() + "/services/a");
      CHECK(service.host == ServiceHost::kFiles);
      CHECK(Only(project, R"({ "root": "./" })").root == ".");
    }
  }

  TEST_CASE("words that do not fit") {
    TempProject project;
    project.Write("a/index.mjs", "");
    CHECK(Mistake(project, R"({ "root": "a", "runtime": "cobol" })") ==
          "[INVALID_RUNTIME] Service \"a\" has invalid runtime \"cobol\".");
    CHECK(Mistake(project, R"({ "root": "a", "framework": "nope" })") ==
          "[INVALID_FRAMEWORK] Service \"a\" has invalid framework \"nope\".");
    CHECK(Mistake(project, R"({ "root": "a", "runtime": "python", "framework": "express" })") ==
          "[RUNTIME_FRAMEWORK_MISMATCH] Service \"a\" has conflicting runtime/framework: runtime "
          "\"python\" is incompatible with framework \"express\" (runtime \"node\").");
    CHECK(Mistake(project, R"({ "root": "a", "runtime": "node" })") ==
          "[MISSING_SERVICE_CONFIG] Service \"a\" must specify an \"entrypoint\" for runtime "
          "\"node\".");
    CHECK(Mistake(project, R"({ "root": "a", "entrypoint": "nope.js" })") ==
          "[ENTRYPOINT_NOT_FOUND] Service \"a\" has entrypoint \"nope.js\" but that path does not "
          "exist.");
    CHECK(Mistake(project, R"({ "root": "a", "entrypoint": "../b" })") ==
          "[ENTRYPOINT_NOT_FOUND] Service \"a\" has entrypoint \"../b\" but that path does not "
          "exist.");
  }

  TEST_CASE("a service in an isolate") {
    TempProject project;
    SUBCASE("has an entry of JavaScript or TypeScript") {
      project.Write("a/index.mjs", "");
      const Service service = Only(project, R"({ "root": "a", "entrypoint": "./index.mjs" })");
      CHECK(service.host == ServiceHost::kIsolate);
      CHECK(service.entrypoint == "index.mjs");
      CHECK(service.runtime == "node");
    }
    SUBCASE("also with a command, which is not needed then") {
      project.Write("a/index.ts", "");
      CHECK(Only(project, R"({ "root": "a", "entrypoint": "index.ts", "devCommand": "x" })").host ==
            ServiceHost::kIsolate);
    }
    SUBCASE("or uses a framework whose application is an object with fetch()") {
      project.Write("a/src/index.ts", "import { Hono } from 'hono'");
      const Service service = Only(project, R"({ "root": "a", "framework": "hono" })");
      CHECK(service.host == ServiceHost::kIsolate);
      CHECK(service.entrypoint == "src/index.ts");
    }
    SUBCASE("or files of routes, where there is no page") {
      project.Write("a/app/api/users/[id]/route.ts", "");
      project.Write("a/app/api/route.js", "");
      const Service service = Only(project, R"({ "root": "a" })");
      CHECK(service.host == ServiceHost::kIsolate);
      CHECK(service.route_files ==
            std::vector<std::string>{"app/api/route.js", "app/api/users/[id]/route.ts"});
      project.Write("a/app/page.tsx", "");
      CHECK(Only(project, R"({ "root": "a" })").host == ServiceHost::kFiles);
    }
  }

  TEST_CASE("a service in a process of its own") {
    TempProject project;
    SUBCASE("has a command and no entry") {
      project.Write("a/http.cjs", "");
      CHECK(Only(project, R"({ "root": "a", "devCommand": "node http.cjs" })").host ==
            ServiceHost::kChild);
    }
    SUBCASE("is of a framework that needs node") {
      project.Write("a/server.js", "const app = require(\"express\")();");
      const Service service = Only(project, R"({ "root": "a", "framework": "express" })");
      CHECK(service.host == ServiceHost::kChild);
      CHECK(service.entrypoint == "server.js");
    }
    SUBCASE("is a Python module and its attribute") {
      project.Write("a/pkg/main.py", "");
      const Service service =
          Only(project, R"({ "root": "a", "framework": "fastapi", "entrypoint": "pkg.main:app" })");
      CHECK(service.host == ServiceHost::kChild);
      CHECK(service.runtime == "python");
      CHECK(service.entrypoint == "pkg/main.py");
      CHECK(service.attribute == "app");
    }
    SUBCASE("is a frontend that was found") {
      project.Write("a/package.json", "{ \"dependencies\": { \"vite\": \"5\" } }");
      const Service service = Only(project, R"({ "root": "a" })");
      CHECK(service.host == ServiceHost::kChild);
      CHECK(service.framework == "vite");
    }
  }

  TEST_CASE("what was found must be clear") {
    TempProject project;
    project.Write("a/requirements.txt", "fastapi==1.0\n");
    CHECK(Mistake(project, R"({ "root": "a" })") ==
          "[MISSING_SERVICE_CONFIG] Service \"a\" detected framework \"fastapi\" in \"a\" and must "
          "specify an \"entrypoint\" for runtime \"python\".");
    project.Write("a/requirements.txt", "Flask\nfastapi\n");
    CHECK(Mistake(project, R"({ "root": "a" })") ==
          "[MULTIPLE_FRAMEWORKS_SERVICE] Multiple frameworks detected in a/: fastapi, flask. "
          "Specify \"framework\" explicitly in services.");
    project.Write("b/pkg/x.txt", "");
    CHECK(
        Mistake(project, R"({ "root": "b", "entrypoint": "pkg" })") ==
        "[MISSING_SERVICE_FRAMEWORK] Service \"a\" uses directory entrypoint \"pkg\" but no "
        "framework could be detected. Specify \"framework\" explicitly or use a file entrypoint.");
  }

  TEST_CASE("a container") {
    TempProject project;
    project.Write("a/x.txt", "");
    CHECK(Mistake(project, R"({ "root": "a", "runtime": "container" })") ==
          "[MISSING_SERVICE_CONFIG] Container service \"a\" has no \"entrypoint\" and no "
          "Dockerfile.vercel, Containerfile.vercel, Dockerfile, Containerfile was found in \"a\".");
    CHECK(
        Mistake(project, R"({ "root": "a", "runtime": "container", "entrypoint": "s.js" })") ==
        "[INVALID_SERVICE_CONFIG] Container service \"a\" has invalid \"entrypoint\" \"s.js\". It "
        "must name a Dockerfile or Containerfile.");
    project.Write("a/Dockerfile", "");
    const Service service = Only(project, R"({ "root": "a", "entrypoint": "Dockerfile" })");
    CHECK(service.host == ServiceHost::kContainer);
    CHECK(service.entrypoint == "Dockerfile");
  }
}

}  // namespace
}  // namespace isolane::vercel
