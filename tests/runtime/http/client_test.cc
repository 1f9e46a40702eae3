#include "runtime/http/client.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/packed_head.h"
#include "runtime/http/server.h"
#include "runtime/loop/loop.h"
#include "tests/runtime/http/raw_socket.h"

namespace isolane::http {
namespace {

using base::Body;
using base::Chunk;
using base::Pipe;

struct Result : ClientListener {
  void OnClientResponse(int got, std::string_view packed_head, Body given) override {
    CHECK_FALSE(done());
    status = got;
    head = packed_head;
    body = std::move(given);
  }
  void OnClientError(const std::string& message) override {
    CHECK_FALSE(done());
    error = message;
  }
  bool done() const { return status != 0 || !error.empty(); }
  int status = 0;
  std::string head;
  std::string error;
  Body body;
};

std::string ReadAll(Body& body) {
  if (body.kind == Body::Kind::kBytes) return std::string(body.bytes.view());
  std::string text;
  if (body.pipe == nullptr) return text;
  while (auto chunk = body.pipe->Read()) text += chunk->view();
  return text;
}

// A client, and our own server as its peer, on one loop.
class ClientFixture : public RequestHandler {
 public:
  ClientFixture() {
    auto listening = Server::Listen(loop.uv(), "127.0.0.1", 0, {}, *this);
    REQUIRE(listening.ok());
    server = std::move(listening).value();
    client = Client::Create(
        loop.uv(), [](void* self) { static_cast<ClientFixture*>(self)->batches++; }, this);
  }
  ~ClientFixture() {
    client.reset();
    server.reset();
    for (int i = 0; i < 20; i++) loop.RunOnce();
    CHECK(loop.IsEmpty());
  }
  void OnRequest(Exchange& exchange) override {
    heads.emplace_back(exchange.packed_head());
    if (on_request) {
      on_request(exchange);
    } else {
      exchange.Respond(200, {}, Body::Bytes(Chunk::Copy("hello")), false);
    }
  }
  void OnBatchEnd() override { server->Flush(); }

  uint64_t Start(std::string method, std::string_view path, Body body, Result& result) {
    return StartAt(std::move(method),
                   "http://127.0.0.1:" + std::to_string(server->port()) + std::string(path),
                   std::move(body), result);
  }
  uint64_t StartAt(std::string method, const std::string& url, Body body, Result& result) {
    const uint64_t id =
        client->Start(method + '\0' + url + "\nx-a" + '\0' + "b", std::move(body), &result);
    CHECK(id != 0);
    CHECK_FALSE(result.done());
    return id;
  }
  bool RunUntil(const std::function<bool()>& done) {
    for (int i = 0; i < 200'000; i++) {
      if (done()) return true;
      loop.RunOnce();
    }
    return false;
  }

  loop::Loop loop;
  std::unique_ptr<Server> server;
  std::unique_ptr<Client> client;
  std::function<void(Exchange&)> on_request;
  std::vector<std::string> heads;
  int batches = 0;
};

// A peer that answers as the test says.
class RawServer {
 public:
  RawServer() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(fd_, 8);
    fcntl(fd_, F_SETFL, O_NONBLOCK);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  ~RawServer() {
    Hang();
    close(fd_);
  }
  // Something of a request has come on a connection.
  bool Asked() {
    if (peer_ < 0) peer_ = accept(fd_, nullptr, nullptr);
    if (peer_ < 0) return false;
    char buffer[4096];
    return recv(peer_, buffer, sizeof buffer, MSG_DONTWAIT) > 0;
  }
  void Say(std::string_view text) {
    CHECK(send(peer_, text.data(), text.size(), MSG_NOSIGNAL) > 0);
  }
  void Hang() {
    if (peer_ >= 0) close(peer_);
    peer_ = -1;
  }
  int port;

 private:
  int fd_;
  int peer_ = -1;
};

}  // namespace

TEST_SUITE_BEGIN("runtime/http/client");

TEST_CASE("a request and its response") {
  ClientFixture fixture;
  Result result;
  SUBCASE("with a body that comes at once") {
    fixture.Start("GET", "/x?y#z", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.empty());
    CHECK(result.status == 200);
    CHECK(result.body.kind == Body::Kind::kBytes);
    CHECK(ReadAll(result.body) == "hello");
    CHECK(base::PackedUrl(fixture.heads[0]).ends_with("/x?y"));
    CHECK(fixture.heads[0].find(std::string("\nx-a\0b", 6)) != std::string::npos);
    CHECK(fixture.batches > 0);
  }
  SUBCASE("without a body") {
    fixture.on_request = [](Exchange& exchange) { exchange.Respond(204, {}, {}, false); };
    fixture.Start("GET", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.status == 204);
    CHECK(result.body.none());
  }
  SUBCASE("HEAD has no body") {
    fixture.Start("HEAD", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.head.find("content-length") != std::string::npos);
    CHECK(result.body.none());
  }
  SUBCASE("by the name of the host") {
    fixture.StartAt("GET", "http://localhost:" + std::to_string(fixture.server->port()) + "/", {},
                    result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.empty());
    CHECK(result.status == 200);
  }
  SUBCASE("with large bodies both ways") {
    fixture.on_request = [](Exchange& exchange) {
      exchange.Respond(200, {}, exchange.TakeBody(), false);
    };
    const std::string large(5'000'000, 'x');
    fixture.Start("POST", "/", Body::Bytes(Chunk::Copy(large)), result);
    std::string got;
    REQUIRE(fixture.RunUntil([&] {
      got += ReadAll(result.body);
      return got.size() == large.size();
    }));
    CHECK(fixture.RunUntil([&] { return result.body.pipe->at_end(); }));
  }
  SUBCASE("with a streamed request") {
    fixture.on_request = [](Exchange& exchange) {
      exchange.Respond(200, {}, exchange.TakeBody(), false);
    };
    auto pipe = std::make_shared<Pipe>();
    fixture.Start("POST", "/", Body::Stream(pipe), result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(fixture.heads[0].find("chunked") != std::string::npos);
    std::string got;
    for (int i = 0; i < 20; i++) {
      pipe->Write(Chunk::Copy("part " + std::to_string(i)));
      fixture.server->Flush();
      REQUIRE(fixture.RunUntil([&] {
        got += ReadAll(result.body);
        return got.ends_with("part " + std::to_string(i));
      }));
    }
    pipe->Close();
    CHECK(fixture.RunUntil([&] { return result.body.pipe->at_end(); }));
  }
  SUBCASE("whose body nobody reads is not read from the peer either") {
    auto endless = std::make_shared<Pipe>();
    fixture.on_request = [&](Exchange& exchange) {
      exchange.Respond(200, {}, Body::Stream(endless), false);
    };
    fixture.Start("GET", "/", {}, result);
    size_t written = 0;
    for (int i = 0; i < 3000; i++) {
      if (endless->writable()) {
        endless->Write(Chunk::Copy(std::string(60'000, 'x')));
        written += 60'000;
        fixture.server->Flush();
      }
      fixture.loop.RunOnce();
    }
    CHECK(result.body.pipe->queued() < 200'000);
    CHECK(written < 100'000'000);
    result.body.pipe->Cancel();
    // The server notices at its next write.
    CHECK(fixture.RunUntil([&] {
      if (endless->writable()) endless->Write(Chunk::Copy("x"));
      fixture.server->Flush();
      return endless->state() == Pipe::State::kCancelled;
    }));
  }
}

TEST_CASE("connections are kept") {
  ClientFixture fixture;
  SUBCASE("and used again") {
    for (int i = 0; i < 5; i++) {
      Result result;
      fixture.Start("GET", "/", {}, result);
      REQUIRE(fixture.RunUntil([&] { return result.done(); }));
      CHECK(result.status == 200);
    }
    CHECK(fixture.server->connections() == 1);
  }
  SUBCASE("one per request at a time") {
    std::vector<Exchange*> waiting;
    fixture.on_request = [&](Exchange& exchange) { waiting.push_back(&exchange); };
    Result results[20];
    for (Result& result : results) fixture.Start("GET", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return waiting.size() == 20; }));
    for (Exchange* exchange : waiting) exchange->Respond(204, {}, {}, false);
    fixture.server->Flush();
    for (const Result& result : results) CHECK(fixture.RunUntil([&] { return result.done(); }));
    CHECK(fixture.RunUntil([&] { return fixture.server->connections() == 8; }));
  }
  SUBCASE("and replaced when they turn out to be closed") {
    Result first, second;
    RawServer raw;
    const std::string url = "http://127.0.0.1:" + std::to_string(raw.port) + "/";
    fixture.StartAt("GET", url, {}, first);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(fixture.RunUntil([&] { return first.done(); }));
    // The end of the first connection and the second request cross.
    raw.Hang();
    fixture.StartAt("GET", url, {}, second);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(fixture.RunUntil([&] { return second.done(); }));
    CHECK(second.status == 201);
  }
}

TEST_CASE("failures say what happened") {
  ClientFixture fixture;
  Result result;
  RawServer raw;
  const std::string where = "127.0.0.1:" + std::to_string(raw.port);
  const std::string url = "http://" + where + "/";
  SUBCASE("https") {
    fixture.StartAt("GET", "https://example.com/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error ==
          "https is not supported yet by isolane's outbound fetch() (host example.com)");
    CHECK(fixture.batches > 0);
  }
  SUBCASE("nobody listens") {
    auto pipe = std::make_shared<Pipe>();
    fixture.StartAt("POST", "http://127.0.0.1:1/", Body::Stream(pipe), result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error == "connect to 127.0.0.1:1: connection refused");
    CHECK(pipe->state() == Pipe::State::kCancelled);
  }
  SUBCASE("no such name") {
    fixture.StartAt("GET", "http://" + std::string(300, 'x') + "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.starts_with("cannot resolve xxx"));
  }
  SUBCASE("the peer hangs up") {
    fixture.StartAt("GET", url, {}, result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Hang();
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.find(where) != std::string::npos);
  }
  SUBCASE("the peer talks nonsense") {
    fixture.StartAt("GET", url, {}, result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say("nonsense\r\n\r\n");
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.starts_with("malformed response from " + where + ": "));
  }
  SUBCASE("the response breaks off") {
    fixture.StartAt("GET", url, {}, result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(ReadAll(result.body) == "abc");
    raw.Hang();
    CHECK(fixture.RunUntil([&] { return result.body.pipe->state() == Pipe::State::kErrored; }));
    CHECK(result.body.pipe->error().message == "Network connection lost.");
  }
  SUBCASE("the request's body breaks off") {
    auto pipe = std::make_shared<Pipe>();
    fixture.StartAt("POST", url, Body::Stream(pipe), result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    pipe->Fail({"Error", "broken"});
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.find("could not be read to its end") != std::string::npos);
  }
}

TEST_CASE("cancelling") {
  ClientFixture fixture;
  Result result;
  std::vector<Exchange*> waiting;
  fixture.on_request = [&](Exchange& exchange) { waiting.push_back(&exchange); };
  SUBCASE("before anything has happened") {
    fixture.client->Cancel(fixture.Start("GET", "/", {}, result));
    fixture.client->Cancel(fixture.StartAt("GET", "https://a/", {}, result));
  }
  SUBCASE("while the response is awaited closes the connection") {
    const uint64_t id = fixture.Start("GET", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return waiting.size() == 1; }));
    fixture.client->Cancel(id);
    waiting[0]->Respond(204, {}, {}, false);
    fixture.server->Flush();
    CHECK(fixture.RunUntil([&] { return fixture.server->connections() == 0; }));
  }
  SUBCASE("everything, or letting go of the client") {
    fixture.Start("GET", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return waiting.size() == 1; }));
    fixture.Start("GET", "/", {}, result);
    fixture.client->CloseNow();
    fixture.client.reset();
  }
  for (int i = 0; i < 100; i++) fixture.loop.RunOnce();
  CHECK_FALSE(result.done());
}

TEST_SUITE_END();

}  // namespace isolane::http
