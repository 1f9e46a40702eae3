// A connection without a socket: the test is the client, the handler and the clock.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/packed_head.h"
#include "runtime/base/pipe.h"
#include "runtime/http/connection.h"

namespace isolane::http {

struct Answered : ExchangeListener {
  void OnResponseSent() override { sent = true; }
  void OnClientGone() override { gone = true; }
  bool sent = false;
  bool gone = false;
};

class ConnectionFixture : public RequestHandler, public Clock, public Connection::Transport {
 public:
  explicit ConnectionFixture(ServerLimits given = {}) : limits(given) { Reconnect(); }

  void Reconnect() {
    connection = std::make_unique<Connection>(state, static_cast<Connection::Transport&>(*this));
  }

  void OnRequest(Exchange& exchange) override {
    requests.push_back(&exchange);
    heads.emplace_back(exchange.packed_head());
    if (on_request) on_request(exchange);
  }
  void OnBatchEnd() override {}
  int64_t now_ms() const override { return now; }
  void OnDirty() override { dirty = true; }
  void OnReadingChanged() override {}

  // As the socket does: what is not read while the connection does not want to is lost to no one,
  // so tests that use it check wants_read themselves.
  void Feed(std::string_view bytes) { connection->Feed(bytes); }
  void FeedBytewise(std::string_view bytes) {
    for (const char& byte : bytes) connection->Feed({&byte, 1});
  }

  // What the client gets now. The kernel takes everything.
  std::string Flush() {
    std::string written;
    connection->Pump();
    while (!connection->output().empty()) {
      Take(connection->output().size(), &written);
      connection->Pump();
    }
    return written;
  }
  // The kernel takes `count` bytes only.
  std::string FlushSome(size_t count) {
    std::string written;
    connection->Pump();
    Take(count, &written);
    return written;
  }

  // Answers every request with its URL's path.
  void AnswerAtOnce() {
    on_request = [](Exchange& exchange) {
      const std::string_view url = base::PackedUrl(exchange.packed_head());
      exchange.Respond(200, {}, base::Body::Bytes(base::Chunk::Copy(url)), false);
    };
  }

  // For an exchange: as the exchange wants it, it outlives the connection.
  Answered& NewListener() { return listeners.emplace_back(); }

  std::deque<Answered> listeners;
  ServerLimits limits;
  int64_t now = 1'000'000;
  ServerState state{limits, *this, *this};
  std::vector<Exchange*> requests;
  std::vector<std::string> heads;
  std::function<void(Exchange&)> on_request;
  bool dirty = false;
  std::unique_ptr<Connection> connection;

 private:
  void Take(size_t count, std::string* written) {
    WriteQueue& output = connection->output();
    std::string all;
    output.Gather([&](const char* data, size_t size) {
      all.append(data, size);
      return true;
    });
    all.resize(std::min(count, all.size()));
    output.Consume(all.size());
    connection->OnWritten();
    *written += all;
  }
};

// Without the date line, which changes.
inline std::string WithoutDate(std::string text) {
  for (size_t at; (at = text.find("date: ")) != std::string::npos;) {
    text.erase(at, text.find("\r\n", at) + 2 - at);
  }
  return text;
}

inline std::string Get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

inline std::string Ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

// Everything that can be read now.
inline std::string ReadAll(base::Pipe& pipe) {
  std::string text;
  while (auto chunk = pipe.Read()) text += chunk->view();
  return text;
}

inline base::Body Bytes(std::string_view text) {
  return base::Body::Bytes(base::Chunk::Copy(text));
}

}  // namespace isolane::http
