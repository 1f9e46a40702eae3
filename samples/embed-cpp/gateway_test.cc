// Tests of the Workers in ../gateway-auth, as an embedder would write them: the whole graph runs in
// this process, requests need no port, and a Worker can be replaced by a lambda.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include <isolane/runtime.h>

namespace {

using isolane::Request;
using isolane::Response;
using isolane::Runtime;

// Keeps the log of the Workers, instead of stderr.
struct Log final : isolane::Observer {
  void OnLog(const isolane::LogLine& line) override {
    lines.push_back(std::string(line.worker) + ": " + std::string(line.text));
  }
  std::vector<std::string> lines;
};

// The first file is the public Worker's.
std::unique_ptr<Runtime> LoadGateway(Log& log) {
  const std::string folder = SAMPLES_DIR "/gateway-auth/";
  isolane::RuntimeOptions options;
  options.observer = &log;
  auto runtime = Runtime::Load({folder + "gateway/wrangler.toml", folder + "auth/wrangler.toml",
                                folder + "application/wrangler.toml"},
                               options);
  if (!runtime.ok()) FAIL(runtime.error().ToString());
  return std::move(runtime).value();
}

Request PrivateRequest(const std::string& token) {
  Request request;
  request.url = "http://shop.example/private";
  request.headers = {{"X-Custom-Token", token}};
  return request;
}

TEST_CASE("the gateway") {
  Log log;
  auto runtime = LoadGateway(log);

  SUBCASE("refuses a request without the token") {
    auto response = runtime->Fetch(PrivateRequest("wrong"));
    REQUIRE(response.ok());
    CHECK(response->status == 403);
    CHECK(response->body == "x-custom-token does not match, request not allowed\n");
  }

  SUBCASE("forwards one with it") {
    auto response = runtime->Fetch(PrivateRequest("open-sesame"));
    REQUIRE(response.ok());
    CHECK(response->status == 200);
    CHECK(response->Header("content-type") == "application/json");
    CHECK(response->body ==
          R"({"application":true,"method":"GET","pathname":"/private","body":""})");
  }

  SUBCASE("forwards a body, although auth was shown a copy of it") {
    Request request = PrivateRequest("open-sesame");
    request.method = "POST";
    request.body = "some text";
    auto response = runtime->Fetch(request);
    REQUIRE(response.ok());
    CHECK(response->body ==
          R"({"application":true,"method":"POST","pathname":"/private","body":"some text"})");
  }

  CHECK(log.lines.empty());
}

TEST_CASE("the gateway with another AUTH") {
  Log log;
  auto runtime = LoadGateway(log);

  SUBCASE("asks it about every request, and shows it the whole of it") {
    std::vector<Request> seen;
    REQUIRE(runtime
                ->Stub("AUTH",
                       [&](const Request& request) {
                         seen.push_back(request);
                         return Response{};
                       })
                .ok());
    Request request = PrivateRequest("whatever");
    request.method = "POST";
    request.body = "some text";
    auto response = runtime->Fetch(request);
    REQUIRE(response.ok());
    CHECK(response->status == 200);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].url == "http://shop.example/private");
    CHECK(seen[0].body == "some text");
    std::string token;
    CHECK(isolane::FindHeader(seen[0].headers, "x-custom-token", &token));
    CHECK(token == "whatever");
  }

  SUBCASE("hands on its refusal, and does not call the application") {
    int calls = 0;
    REQUIRE(runtime
                ->Stub("AUTH",
                       [](const Request&) {
                         Response response;
                         response.status = 429;
                         response.headers = {{"retry-after", "7"}};
                         response.body = "later";
                         return response;
                       })
                .ok());
    REQUIRE(runtime
                ->Stub("gateway.APPLICATION",
                       [&](const Request&) {
                         calls++;
                         return Response{};
                       })
                .ok());
    auto response = runtime->Fetch(PrivateRequest("open-sesame"));
    REQUIRE(response.ok());
    CHECK(response->status == 429);
    CHECK(response->Header("Retry-After") == "7");
    CHECK(response->body == "later");
    CHECK(calls == 0);
  }
}

TEST_CASE("several requests at once") {
  Log log;
  auto runtime = LoadGateway(log);
  int answered = 0;
  for (int i = 0; i < 10; i++) {
    runtime->FetchAsync(PrivateRequest("open-sesame"), [&](isolane::Result<Response> response) {
      REQUIRE(response.ok());
      CHECK(response->status == 200);
      answered++;
    });
  }
  CHECK(answered == 0);
  while (answered < 10) runtime->Poll();
}

TEST_CASE("what is wrong is an Error with words") {
  SUBCASE("a file that does not exist") {
    auto runtime = Runtime::Load({"no/such/wrangler.toml"});
    REQUIRE_FALSE(runtime.ok());
    CHECK(runtime.error().ToString().find("no/such/wrangler.toml") != std::string::npos);
  }
  SUBCASE("a Worker that is missing from the graph") {
    auto runtime = Runtime::Load({SAMPLES_DIR "/gateway-auth/gateway/wrangler.toml",
                                  SAMPLES_DIR "/gateway-auth/auth/wrangler.toml"});
    REQUIRE_FALSE(runtime.ok());
    CHECK(runtime.error().ToString().find("APPLICATION") != std::string::npos);
  }
  SUBCASE("a binding that does not exist") {
    Log log;
    auto runtime = LoadGateway(log);
    auto stubbed = runtime->Stub("AUHT", [](const Request&) { return Response{}; });
    REQUIRE_FALSE(stubbed.ok());
    CHECK(stubbed.error().message.find("gateway.AUTH") != std::string::npos);
  }
}

}  // namespace
