#include "vercel-compat/project_router.h"

#include <doctest/doctest.h>

#include "tests/vercel-compat/project_fixture.h"

namespace isolane::vercel {
namespace {

const std::string kAll = R"x("rewrites": [{ "source": "/(.*)", "destination" : { "service" : "api" }
}])x";

std::string Rewrites(const std::string& rules) { return "\"rewrites\": [" + rules + "]"; }

TEST_SUITE("vercel-compat/project_router") {
  TEST_CASE("public rewrites") {
    TestProject project(Rewrites(R"x(
      { "source": "/api/(.*)", "destination": {
    "service" : "api" } },
      { "source": "/short/:id", "destination": "/api/items/:id" },
      { "source": "/one", "destination": "/two" }, { "source": "/two", "destination": "/w/three" },
      { "source": "/out/:p*", "destination": "https://other.test/:p*?own=1" },
      { "source": "/w/:p*", "destination": { "service": "web" } })x"));
    SUBCASE("hand over what came, byte for byte") {
      CHECK(project.Go("/api/%2e%2e/x%20y?a=b%20c&d") == "api /api/%2e%2e/x%20y?a=b%20c&d");
    }
    SUBCASE("are tried in order, and a path that was changed only by later ones") {
      CHECK(project.Go("/one") == "web /one");
      CHECK(project.Go("/short/7") == "404");
    }
    SUBCASE("may lead to another server") {
      CHECK(project.Go("/out/a/b?own=2&x") == "out https://other.test/a/b?own=2&x");
    }
    SUBCASE("leave the rest to nobody") {
      CHECK(project.Go("/") == "404");
      CHECK(project.Go("/vercel.json") == "404");
      CHECK(project.Go("/api") == "404");
    }
    SUBCASE("close the connection of a WebSocket that they lead nowhere") {
      CHECK(project.Go({.path = "/x", .headers = {{"upgrade", "WebSocket"}}}) == "close");
      CHECK(project.Go({.path = "/api/x", .headers = {{"upgrade", "websocket"}}}) == "api /api/x");
    }
  }

  TEST_CASE("a parameter that is not given leaves no empty part of a path") {
    TestProject project(kAll, R"x("rewrites": [
      { "source": "/u/:id/:tab?", "destination": "/users/:tab/:id" },
      { "source": "/end/:p*", "destination": "/:p*/end" }])x");
    CHECK(project.Go("/u/7") == "api /users/7");
    CHECK(project.Go("/u/7/mail") == "api /users/mail/7");
    CHECK(project.Go("/end") == "api /end");
  }

  TEST_CASE("double slashes") {
    TestProject project(kAll);
    CHECK(project.Go("/api//x?q=1") == "301 /api/x?q=1");
    CHECK(project.Go(Asked{.method = "POST", .path = "/api//x///y?q=//"}) == "api /api/x/y?q=//");
  }

  TEST_CASE("has and missing") {
    SUBCASE("decide whether a rule applies") {
      TestProject project(Rewrites(R"x(
        { "source": "/(.*)", "destination": { "service": "web" },
          "has": [{ "type": "header", "key": "X-Beta", "value": "v[23]" },
                  { "type": "query", "key": "on" }],
          "missing": [{ "type": "cookie", "key": "off" }] },
        { "source": "/(.*)", "destination": { "service": "api" } })x"));
      CHECK(project.Go({.path = "/?on", .headers = {{"x-beta", "v2"}}}) == "web /?on");
      CHECK(project.Go({.path = "/?on", .headers = {{"x-beta", "v22"}}}) == "api /?on");
      CHECK(project.Go({.path = "/", .headers = {{"x-beta", "v2"}}}) == "api /");
      CHECK(project.Go({.path = "/?on", .headers = {{"x-beta", "v2"}, {"cookie", "a=1; off=1"}}}) ==
            "api /?on");
    }
    SUBCASE("capture") {
      TestProject project(R"x("redirects": [
        { "source": "/a", "destination": "/:tenant/:user", "permanent": false,
          "has": [{ "type": "host", "value": "(?<tenant>[^.]+)\\..+" },
                  { "type": "cookie", "key": "user" }] }])x");
      CHECK(project.Go({.path = "/a", .headers = {{"cookie", "user=ann"}}}) == "307 /shop/ann");
      CHECK(project.Go({.path = "/a", .headers = {{"cookie", "user=a%0d%0ax"}}}) ==
            "307 /shop/a%0D%0Ax");
    }
    SUBCASE("compare") {
      TestProject project(Rewrites(R"x(
        { "source": "/(.*)", "destination": { "service": "web" },
          "has": [{ "type": "header", "key": "n", "value": { "gte": 2, "lt": 10 } },
                  { "type": "header", "key": "t", "value": { "pre": "a", "suf": "z", "neq": "abz" } },
                  { "type": "header", "key": "s", "value": { "inc": ["x", "y"] } }] })x"));
      const auto go = [&](const char* n, const char* t, const char* s) {
        return project.Go({.headers = {{"n", n}, {"t", t}, {"s", s}}}) == "web /";
      };
      CHECK(go("2", "az", "x"));
      CHECK_FALSE(go("10", "az", "x"));
      CHECK_FALSE(go("many", "az", "x"));
      CHECK_FALSE(go("2", "abz", "x"));
      CHECK_FALSE(go("2", "az", "z"));
    }
  }

  TEST_CASE("headers of the project") {
    TestProject project(R"x("headers": [
      { "source": "/(.*)", "headers": [{ "key": "X-Top", "value": "1" },
                                       { "key": "Cache-Control", "value": "no-store" }] },
      { "source": "/api/:id", "headers": [{ "key": "x-id", "value": "id-:id" },
                                          { "key": "x-top", "value": "2" }] }],
      "rewrites": [{ "source": "/api/(.*)", "destination": { "service": "api" } }])x");
    SUBCASE("are on what nobody answers") {
      project.Route({.path = "/none"});
      CHECK(project.Added("x-top") == "1");
    }
    SUBCASE("are on what a service answers, the last rule's before all") {
      project.Route({.path = "/api/7"});
      CHECK(project.Added("x-id") == "id-7");
      CHECK(project.Added("x-top") == "2");
      CHECK(project.Added("cache-control") == "no-store");
    }
    SUBCASE("and without them a response is not to be cached") {
      TestProject other(kAll);
      other.Route({.path = "/"});
      CHECK(other.Added("cache-control") == "public, max-age=0, must-revalidate");
    }
  }

  TEST_CASE("redirects") {
    TestProject project(R"x("redirects": [
      { "source": "/yes", "destination": "/x", "permanent": true },
      { "source": "/no", "destination": "/x", "permanent": false },
      { "source": "/found", "destination": "/x", "statusCode": 302 },
      { "source": "/a/(.*)/z/(.*)", "destination": "/$2/$1" },
      { "source": "/away/:p*", "destination": "https://example.com/:p*" }], )x" +
                        kAll);
    CHECK(project.Go("/yes") == "308 /x");
    CHECK(project.Go("/no") == "307 /x");
    CHECK(project.Go("/found") == "302 /x");
    CHECK(project.Go("/a/1/z/2") == "308 /2/1");
    CHECK(project.Go("/away/a/b") == "308 https://example.com/a/b");
    CHECK(project.Go("/away") == "308 https://example.com/");
  }

  TEST_CASE("cleanUrls and trailingSlash") {
    TestProject project(R"x("cleanUrls": true, "trailingSlash": false, )x" + kAll);
    CHECK(project.Go("/a.html") == "308 /a");
    CHECK(project.Go("/a/index") == "308 /a");
    CHECK(project.Go("/index") == "308 /");
    CHECK(project.Go("/a/") == "308 /a");
    CHECK(project.Go("/") == "api /");
    TestProject slashes(R"x("trailingSlash": true, )x" + kAll);
    CHECK(slashes.Go("/a/b") == "308 /a/b/");
    CHECK(slashes.Go("/a/b.css/") == "308 /a/b.css");
    CHECK(slashes.Go("/.well-known/x") == "api /.well-known/x");
  }

  TEST_CASE("routes of the project") {
    TestProject project(R"x("routes": [
      { "src": "/gone", "status": 410 },
      { "src": "/go/(.*)", "headers": { "x-go": "$1" }, "continue": true },
      { "src": "/m", "methods": ["POST"], "dest": "/moved" },
      { "src": "/hand/(.*)", "destination": { "service": "web", "path": "/$1" } }],
      "rewrites": [{ "source": "/moved", "destination": { "service": "api" } },
                   { "source": "/go/(.*)", "destination": { "service": "api" } }])x");
    CHECK(project.Go("/gone") == "410");
    CHECK(TextOf(project.decision().body).ends_with("GONE\n"));
    CHECK(project.Go("/go/x") == "api /go/x");
    CHECK(project.Added("x-go") == "x");
    CHECK(project.Go("/m") == "404");
    CHECK(project.Go(Asked{.method = "POST", .path = "/m"}) == "api /m");
    CHECK(project.Go("/hand/a") == "web /hand/a");
  }

  TEST_CASE("a service's own table") {
    const std::string table = R"x(
      "routes": [{ "src": "/dest/(.*)", "dest": "/moved/$1?k=v" }, { "src": "/pass/(.*)" },
                 { "src": "/t/(.*)", "transforms": [
                     { "type": "request.path", "op": "set", "args": "/seen/$1" }] }],
      "redirects": [{ "source": "/api/old", "destination": "/api/new" }],
      "headers": [{ "source": "/(api|pass)/(.*)", "headers": [{ "key": "x-table", "value": "yes" }] }],
      "rewrites": [{ "source": "/rwq/:id", "destination": "/item" },
                   { "source": "/c1", "destination": "/c2" }, { "source": "/c2", "destination": "/c3" },
                   { "source": "/far", "destination": "https://far.test/x" }])x";
    SUBCASE("changes what its code sees") {
      TestProject project(kAll, table);
      CHECK(project.Go("/dest/9?z=1") == "api /moved/9?k=v&z=1");
      CHECK(project.Go("/rwq/42?z=1") == "api /item?id=42&z=1");
      CHECK(project.Go("/c1") == "api /c3");
      CHECK(project.Go("/t/one/two?z=1") == "api /seen/one/two?z=1");
      CHECK(project.Go("/far?q") == "out https://far.test/x?q");
    }
    SUBCASE("ends with a route that has no destination") {
      TestProject project(kAll, table);
      CHECK(project.Go("/pass/a") == "api /pass/a");
      CHECK(project.Added("x-table") == "none");
    }
    SUBCASE("is looked up by the path of the destination, which code does not see") {
      TestProject project(Rewrites(R"x({ "source": "/svc/:path*",
                        "destination": { "service": "api", "path": "/api/:path*" } })x"),
                          table);
      CHECK(project.Go("/svc/echo?x=1") == "api /svc/echo?x=1");
      CHECK(project.Added("x-table") == "yes");
      CHECK(project.Go("/svc/old") == "308 /api/new");
    }
    SUBCASE("applies to calls from inside, which get no more than that") {
      TestProject project(kAll, table);
      CHECK(project.Describe(project.RouteInside(0, {.path = "/c1"})) == "api /c3");
      CHECK(project.Sent("x-forwarded-host") == "none");
      CHECK(project.Describe(project.RouteInside(0, {.path = "/plain"})) == "api /plain");
      CHECK(project.decision().head.empty());
    }
    SUBCASE("never runs alone") {
      TestProject project("", table);
      CHECK(project.Go("/c1") == "404");
    }
  }

  TEST_CASE("transforms") {
    TestProject project(kAll, R"x("routes": [
      { "src": "/(.*)", "continue": true, "transforms": [
        { "type": "request.headers", "op": "set", "target": { "key": "x-stage" },
          "args": "$STAGE-$SECRET", "env": ["STAGE"] },
        { "type": "request.headers", "op": "delete", "target": { "key": { "pre": "x-drop" } } },
        { "type": "request.headers", "op": "append", "target": { "key": "x-many" }, "args": ["b"] },
        { "type": "request.query", "op": "set", "target": { "key": "page" }, "args": "$1" },
        { "type": "request.query", "op": "delete", "target": { "key": "secret" } },
        { "type": "response.headers", "op": "delete", "target": { "key": "x-internal" } }] }])x");
    CHECK(project.Go(
              {.path = "/one?secret=1&keep=2", .headers = {{"x-drop-a", "1"}, {"x-many", "a"}}}) ==
          "api /one?keep=2&page=one");
    CHECK(project.Sent("x-stage") == "blue-$SECRET");
    CHECK(project.Sent("x-drop-a") == "none");
    CHECK(project.Sent("x-many") == "a, b");
    REQUIRE(project.decision().edit_response != nullptr);
    std::string headers;
    base::AppendPackedHeader(headers, "x-internal", "1");
    base::AppendPackedHeader(headers, "x-own", "1");
    project.decision().edit_response(headers);
    CHECK_FALSE(HasHeader(headers, "x-internal"));
    CHECK(HasHeader(headers, "x-own"));
    CHECK(project.Go("/one?bare&path=a/b") == "api /one?bare&path=a/b&page=one");
  }

  TEST_CASE("a transform of a rule that hands over has no effect") {
    TestProject project(Rewrites(R"x({ "source": "/rw/(.*)", "destination": { "service": "api" },
      "transforms": [{ "type": "request.path", "op": "set", "args": "/other" }] })x"));
    CHECK(project.Go("/rw/echo") == "api /rw/echo");
  }

  TEST_CASE("what a service is told of the client's request") {
    TestProject project(kAll);
    project.Route({.path = "/"});
    CHECK(project.Sent("x-forwarded-host") == "shop.test:3000");
    CHECK(project.Sent("x-forwarded-proto") == "http");
    CHECK(project.Sent("x-forwarded-port") == "3000");
    CHECK(project.Sent("x-forwarded-for") == "192.0.2.7");
    CHECK(project.Sent("x-real-ip") == "192.0.2.7");
    CHECK(project.Sent("x-vercel-forwarded-for") == "192.0.2.7");
    CHECK(project.Sent("x-vercel-deployment-url") == "shop.test:3000");
    CHECK(project.Sent("x-vercel-id").starts_with("dev1::"));
    project.Route({.headers = {{"x-forwarded-host", "bank.test"},
                               {"x-real-ip", "1.2.3.4"},
                               {"x-vercel-id", "mine"},
                               {"x-own", "kept"}},
                   .host = "other.test"});
    CHECK(project.Sent("x-forwarded-host") == "other.test");
    CHECK(project.Sent("x-forwarded-port") == "80");
    CHECK(project.Sent("x-vercel-id").starts_with("dev1::"));
    CHECK(project.Sent("x-real-ip") == "192.0.2.7");
    CHECK(project.Sent("x-own") == "kept");
    project.Route({.host = "secure.test", .scheme = "https"});
    CHECK(project.Sent("x-forwarded-proto") == "https");
    CHECK(project.Sent("x-forwarded-port") == "443");
  }

  TEST_CASE("transforms may say something else than the client's request") {
    TestProject project(R"x("routes": [{ "src": "/(.*)", "continue": true, "transforms": [
      { "type": "request.headers", "op": "set", "target": { "key": "x-forwarded-prefix" },
        "args": "/shop" },
      { "type": "request.headers", "op": "set", "target": { "key": "x-forwarded-proto" },
        "args": "https" }] }], )x" +
                        kAll);
    project.Route({.headers = {{"x-forwarded-prefix", "/mine"}}});
    CHECK(project.Sent("x-forwarded-prefix") == "/shop");
    CHECK(project.Sent("x-forwarded-proto") == "https");
  }

  TEST_CASE("what the edge says on every response to the outside") {
    TestProject project(R"x("headers": [
      { "source": "/own", "headers": [{ "key": "x-vercel-cache", "value": "HIT" }] }], )x" +
                        kAll);
    project.Route({.path = "/"});
    CHECK(project.Added("x-vercel-cache") == "MISS");
    CHECK(project.Added("x-vercel-id") == project.Sent("x-vercel-id"));
    CHECK(HeaderOf(project.decision().forced_headers, "server") == "Vercel");
    const std::string id = project.Added("x-vercel-id");
    project.Route({.path = "/own"});
    CHECK(project.Added("x-vercel-cache") == "HIT");
    CHECK(project.Added("x-vercel-id") != id);
    project.RouteInside(0, {.path = "/"});
    CHECK(project.decision().response_headers.empty());
    CHECK(project.decision().forced_headers.empty());
  }

  TEST_CASE("pages of the runtime have the words of vercel dev") {
    TestProject project(
        R"x("routes": [{ "src": "/403", "status": 403 }, { "src": "/418", "status": 418 },
      { "src": "/500", "status": 500 }, { "src": "/504", "status": 504 }], )x" +
        kAll);
    const auto page = [&](const std::string& path) {
      return TextOf(project.Route({.path = path}).body);
    };
    CHECK(page("/403") == "You don't have the required permissions\n\nFORBIDDEN\n");
    CHECK(page("/418") == "Error occurred\n\nUNKNOWN_ERROR\n");
    CHECK(page("/504") == "An error occurred with your deployment\n\nGATEWAY_TIMEOUT\n");
    CHECK(page("/500") == "A server error has occurred\n\nINTERNAL_SERVER_ERROR\n");
    SUBCASE("a service that fails has others") {
      CHECK(project.Fail(500) == "A server error has occurred\n\nFUNCTION_INVOCATION_FAILED\n");
      CHECK(project.Fail(502) ==
            "An error occurred with this application.\n\nFUNCTION_INVOCATION_FAILED\n");
    }
  }

  TEST_CASE("pages of the runtime follow the accept header") {
    TestProject project("");
    const auto page = [&](const char* accept) {
      project.Route({.path = "/none", .headers = {{"accept", accept}}});
      return TextOf(project.decision().body);
    };
    CHECK(page("*/*") == "The page could not be found.\n\nNOT_FOUND\n");
    CHECK(page("application/json") ==
          "{\"error\":{\"code\":404,\"message\":\"The page could not be found.\"}}\n");
    CHECK(page("text/html,*/*").find("<html") != std::string::npos);
  }

  TEST_CASE("rules that are wrong") {
    const auto rewrite = [](const std::string& rule) {
      return TestProject(Rewrites(rule)).mistake();
    };
    SUBCASE("are told in Vercel's words") {
      CHECK(rewrite(R"x({ "source": "/x/[", "destination": "/" })x") ==
            "[invalid_rewrite] Rewrite at index 0 has invalid `source` regular expression "
            "\"/x/[\".");
      CHECK(rewrite(R"x({ "source": "/x/*", "destination": "/" })x") ==
            "[invalid_rewrite] Rewrite at index 0 has invalid `source` pattern \"/x/*\".");
      CHECK(rewrite(R"x({ "source": "/a/**", "destination": "/" })x") ==
            "[invalid_rewrite] Rewrite at index 0 has invalid `source` regular expression "
            "\"/a/**\".");
      CHECK(
          rewrite(R"x({ "source": "/:a", "destination": { "service": "api", "path": "/:b" } })x") ==
          "[invalid_rewrite] Rewrite at index 0 has segment \":b\" in `destination` property but "
          "not in `source` or `has` property.");
      CHECK(rewrite(R"x({ "source": "/:a", "destination": "/x", "transforms": [
                { "type": "request.path", "op": "set", "args": "/:zz" }] })x") ==
            "[invalid_rewrite] Rewrite at index 0 has an invalid `request.path` transform: Path "
            "template references parameter \":zz\" that is not present in the source or has "
            "conditions.");
      CHECK(
          TestProject(R"x("routes": [{ "src": "/x", "source": "/x" }])x").mistake() ==
          "[invalid_route] Route at index 0 cannot define both `src` and `source`. Please use only "
          "one.");
      CHECK(TestProject(R"x("routes": [{ "src": "/x", "continue": true,
                           "destination": { "service": "api" } }])x")
                .mistake() ==
            "[invalid_route] Route at index 0 cannot define `continue: true` with a service "
            "`destination`. The service handoff is terminal.");
      CHECK(
          TestProject(R"x("redirects": [{ "source": "/x", "destination": "/y", "permanent": true,
                           "statusCode": 302 }])x")
              .mistake() ==
          "[invalid_redirect] Redirect at index 0 cannot define both `permanent` and `statusCode` "
          "properties.");
    }
    SUBCASE("also when they lead to no service") {
      CHECK(rewrite(R"x({ "source": "/", "destination": "/x" },
                       { "source": "/", "destination": { "service": "ghost" } })x") ==
            "[SERVICES_REWRITE_UNKNOWN_SERVICE] Rewrite at index 1 routes to unknown service "
            "\"ghost\". Add \"ghost\" to `services` or fix the destination.");
    }
    SUBCASE("also in the table of a service") {
      CHECK(TestProject("", R"x("rewrites": [{ "source": "/x/*", "destination": "/" }])x")
                .mistake() ==
            "[invalid_rewrite] Invalid routes for service \"api\": Rewrite at index 0 has invalid "
            "`source` pattern \"/x/*\".");
    }
  }

  TEST_CASE("a replaced table counts from the next request on, one that is wrong does not") {
    const auto config = [](const std::string& text) {
      auto read = ReadVercelConfig(
          "{ \"services\": { \"a\": { \"root\": \"a\" } }, \"rewrites\": [" + text + "] }",
          "vercel.json", Regexes());
      REQUIRE(read.ok());
      return std::move(*read);
    };
    Service service;
    service.config.name = "a";
    service.host = ServiceHost::kIsolate;
    auto router = ProjectRouter::Create({}, {service}, Regexes(), {});
    REQUIRE(router.ok());
    const auto status = [&] {
      base::RouteDecision decision;
      (*router)->Route(HeadOf({.path = "/x"}), {}, decision);
      return decision.to == base::RouteDecision::To::kService ? 200 : decision.status;
    };
    CHECK(status() == 404);
    const char* rule = R"x({ "source": "/x", "destination": { "service": "a" } })x";
    CHECK((*router)->Replace(config(rule).routing).ok());
    CHECK(status() == 200);
    CHECK_FALSE(
        (*router)->Replace(config(R"x({ "source": "/x/*", "destination": "/" })x").routing).ok());
    CHECK(status() == 200);
  }
}

}  // namespace
}  // namespace isolane::vercel
