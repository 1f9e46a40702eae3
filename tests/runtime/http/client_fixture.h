// A client on a loop of its own, our server as its peer.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/packed_head.h"
#include "runtime/http/client.h"
#include "runtime/http/server.h"
#include "runtime/loop/loop.h"
#include "tests/runtime/http/raw_server.h"
#include "tests/runtime/http/raw_socket.h"
#include "tests/support/step_until.h"

namespace isolane::http {

struct Result : ClientListener {
  void OnClientResponse(int got, std::string_view packed_head, base::Body given) override {
    CHECK_FALSE(done());
    status = got;
    head = packed_head;
    body = std::move(given);
  }
  void OnClientWebSocket(std::string_view packed_head,
                         std::shared_ptr<base::MessageEnd> end) override {
    CHECK_FALSE(done());
    status = 101;
    head = packed_head;
    socket = std::move(end);
  }
  void OnClientError(const std::string& message) override {
    CHECK_FALSE(done());
    error = message;
  }
  void OnClientFinished() override {
    CHECK(status != 0);
    finished++;
  }
  bool done() const { return status != 0 || !error.empty(); }
  int status = 0;
  std::string head;
  std::string error;
  base::Body body;
  std::shared_ptr<base::MessageEnd> socket;
  int finished = 0;
};

inline std::string ReadAll(base::Body& body) {
  if (body.kind == base::Body::Kind::kBytes) return std::string(body.bytes.view());
  std::string text;
  if (body.pipe == nullptr) return text;
  while (auto chunk = body.pipe->Read()) text += chunk->view();
  return text;
}

// A client, and our own server as its peer, on one loop.
class ClientFixture : public RequestHandler {
 public:
  explicit ClientFixture(ClientOptions options = {}) {
    auto listening = Server::Listen(loop.uv(), {"127.0.0.1", 0}, {}, *this);
    REQUIRE(listening.ok());
    server = std::move(listening).value();
    client = Client::Create(
        loop.uv(), std::move(options),
        [](void* self) { static_cast<ClientFixture*>(self)->batches++; }, this);
  }
  ~ClientFixture() {
    client.reset();
    server.reset();
    // The look-up of a name ends in its own time, in another thread.
    CHECK(RunUntil([this] { return uv_loop_alive(loop.uv()) == 0; }));
    CHECK(loop.IsEmpty());
  }
  void OnRequest(Exchange& exchange) override {
    heads.emplace_back(exchange.packed_head());
    if (on_request) {
      on_request(exchange);
    } else {
      exchange.Respond(200, {}, base::Body::Bytes(base::Chunk::Copy("hello")), false);
    }
  }
  void OnBatchEnd() override { server->Flush(); }

  uint64_t Start(std::string method, std::string_view path, base::Body body, Result& result) {
    return StartAt(std::move(method),
                   "http://127.0.0.1:" + std::to_string(server->port()) + std::string(path),
                   std::move(body), result);
  }
  uint64_t StartAt(std::string method, const std::string& url, base::Body body, Result& result) {
    const uint64_t id =
        client->Start(method + '\0' + url + "\nx-a" + '\0' + "b", std::move(body), &result);
    CHECK(id != 0);
    CHECK_FALSE(result.done());
    return id;
  }
  bool RunUntil(const std::function<bool()>& done) {
    return testing::StepUntil([&] { loop.RunOnce(); }, done);
  }

  loop::Loop loop;
  std::unique_ptr<Server> server;
  std::unique_ptr<Client> client;
  std::function<void(Exchange&)> on_request;
  std::vector<std::string> heads;
  int batches = 0;
};

}  // namespace isolane::http
