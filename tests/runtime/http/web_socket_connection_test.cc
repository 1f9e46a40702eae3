#include "runtime/http/web_socket_connection.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/runtime/http/connection_fixture.h"

namespace isolane::http {
namespace {

using base::Message;
using base::MessageEnd;

const std::string kAsk =
    "GET /chat HTTP/1.1\r\nhost: a\r\nupgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\n"
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n";

std::string Masked(WebSocketOpcode opcode, std::string_view payload) {
  std::string out;
  AppendFrame(out, opcode, payload, WebSocketRole::kClient, 0x01020304);
  return out;
}
std::string Plain(WebSocketOpcode opcode, std::string_view payload) {
  std::string out;
  AppendFrame(out, opcode, payload, WebSocketRole::kServer, 0);
  return out;
}

// A connection that has become a WebSocket; `mine` is the Worker's end.
struct Upgraded : ConnectionFixture {
  Upgraded() {
    Feed(kAsk);
    REQUIRE(requests.size() == 1);
    requests[0]->set_listener(&answered);
    auto ends = MessageEnd::Pair();
    mine = std::move(ends.first);
    REQUIRE(requests[0]->UpgradeToWebSocket(std::string_view("\nx-ws\0yes", 9),
                                            std::move(ends.second)));
    head = Flush();
  }
  Message Receive() {
    Message message;
    REQUIRE(mine->Receive(&message));
    return message;
  }
  Answered answered;
  std::shared_ptr<MessageEnd> mine;
  std::string head;
};

TEST_SUITE("runtime/http/web_socket_connection") {
  TEST_CASE("the key of RFC 6455, section 1.3") {
    CHECK(WebSocketAccept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }

  TEST_CASE("an upgrade is answered by 101 with the headers of the response") {
    Upgraded client;
    CHECK(
        client.head ==
        "HTTP/1.1 101 Switching Protocols\r\nx-ws: yes\r\nupgrade: websocket\r\nconnection: Upgrade"
        "\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  }

  TEST_CASE("messages go both ways, however the bytes come") {
    Upgraded client;
    client.FeedBytewise(Masked(WebSocketOpcode::kText, "hello") +
                        Masked(WebSocketOpcode::kBinary, "\x01\x02"));
    Message message = client.Receive();
    CHECK(message.kind == Message::Kind::kText);
    CHECK(message.data.view() == "hello");
    message = client.Receive();
    CHECK(message.kind == Message::Kind::kBinary);
    client.mine->Send({Message::Kind::kText, base::Chunk::Copy("hi"), 0, {}});
    CHECK(client.dirty);
    CHECK(client.Flush() == Plain(WebSocketOpcode::kText, "hi"));
  }

  TEST_CASE("what came with the request, or before the answer, is not lost") {
    ConnectionFixture client;
    client.Feed(kAsk + Masked(WebSocketOpcode::kText, "early"));
    client.Feed(Masked(WebSocketOpcode::kText, "and early"));
    CHECK_FALSE(client.connection->can_resume());
    auto ends = MessageEnd::Pair();
    REQUIRE(client.requests[0]->UpgradeToWebSocket({}, std::move(ends.second)));
    Message message;
    REQUIRE(ends.first->Receive(&message));
    CHECK(message.data.view() == "early");
    REQUIRE(ends.first->Receive(&message));
    CHECK(message.data.view() == "and early");
  }

  TEST_CASE("a ping is answered by a pong") {
    Upgraded client;
    client.Feed(Masked(WebSocketOpcode::kPing, "are you there"));
    CHECK(client.Flush() == Plain(WebSocketOpcode::kPong, "are you there"));
  }

  TEST_CASE("the connection ends when both sides have closed") {
    Upgraded client;
    SUBCASE("the client first") {
      client.Feed(Masked(WebSocketOpcode::kClose, ClosePayload(3001, "bye")));
      const Message message = client.Receive();
      CHECK(message.kind == Message::Kind::kClose);
      CHECK(message.code == 3001);
      CHECK(message.reason == "bye");
      CHECK(client.Flush() == "");
      CHECK(client.connection->fate() == Connection::Fate::kOpen);
      client.mine->Close(3001, "");
      CHECK(client.Flush() == Plain(WebSocketOpcode::kClose, ClosePayload(3001, "")));
    }
    SUBCASE("the Worker first") {
      client.mine->Close(1000, "done");
      CHECK(client.Flush() == Plain(WebSocketOpcode::kClose, ClosePayload(1000, "done")));
      CHECK_FALSE(client.answered.sent);
      client.Feed(Masked(WebSocketOpcode::kClose, ClosePayload(1000, "done")));
      client.Flush();
    }
    CHECK(client.answered.sent);
    CHECK(client.connection->fate() == Connection::Fate::kClose);
  }

  TEST_CASE("a broken rule fails the connection with the code that says so") {
    Upgraded client;
    client.Feed("\x81\x02hi");
    CHECK(client.Flush() == Plain(WebSocketOpcode::kClose,
                                  ClosePayload(1002, "a frame of the client is not masked")));
    CHECK(client.Receive().kind == Message::Kind::kLost);
    CHECK(client.connection->fate() == Connection::Fate::kClose);
  }

  TEST_CASE("a client that goes without a close is lost") {
    Upgraded client;
    SUBCASE("its end of the connection") { client.connection->FeedEnd(); }
    SUBCASE("its connection") { client.connection->Die(); }
    const Message message = client.Receive();
    CHECK(message.kind == Message::Kind::kLost);
    CHECK(message.reason == "WebSocket disconnected without sending Close frame.");
  }

  TEST_CASE("when the Worker's end goes the client is told") {
    Upgraded client;
    client.mine.reset();
    CHECK(client.Flush() ==
          Plain(WebSocketOpcode::kClose, ClosePayload(1001, "Network connection lost.")));
    CHECK(client.connection->fate() == Connection::Fate::kClose);
  }

  TEST_CASE("a Worker that is behind is not given more") {
    Upgraded client;
    CHECK(client.connection->wants_read());
    client.Feed(Masked(WebSocketOpcode::kBinary, std::string(MessageEnd::kHighWaterMark, 'x')));
    CHECK_FALSE(client.connection->wants_read());
    client.Receive();
    CHECK(client.connection->wants_read());
  }

  TEST_CASE("silence is no reason to close, a close that is not answered is") {
    Upgraded client;
    client.now += 10 * client.limits.body_timeout_ms;
    client.connection->Sweep();
    CHECK_FALSE(client.connection->dead());
    client.mine->Close(1000, "");
    client.Flush();
    client.connection->Sweep();
    client.now += client.limits.body_timeout_ms;
    client.connection->Sweep();
    CHECK(client.connection->dead());
  }

  TEST_CASE("a request that asks wrongly is a plain one") {
    ConnectionFixture client;
    std::string ask = kAsk;
    SUBCASE("without a key") {
      ask.replace(ask.find("sec-websocket-key"), 17, "x-websocket-keeeey");
    }
    SUBCASE("with a key that is none") { ask.replace(ask.find("dGhl"), 24, "short"); }
    SUBCASE("in another version") { ask.replace(ask.find("13\r\n"), 2, "8"); }
    SUBCASE("for something else") { ask.replace(ask.find("WebSocket"), 9, "h2c"); }
    client.Feed(ask + "GET /next HTTP/1.1\r\nhost: a\r\n\r\n");
    CHECK(client.requests.size() == 2);
    auto ends = MessageEnd::Pair();
    CHECK_FALSE(client.requests[0]->UpgradeToWebSocket({}, std::move(ends.second)));
  }

  TEST_CASE("a request that is answered otherwise leaves the connection to HTTP") {
    ConnectionFixture client;
    client.Feed(kAsk + "GET /next HTTP/1.1\r\nhost: a\r\n\r\n");
    CHECK(client.requests.size() == 1);
    client.requests[0]->Respond(403, {}, base::Body::None(), true);
    client.Flush();
    REQUIRE(client.connection->can_resume());
    client.connection->Resume();
    CHECK(client.requests.size() == 2);
  }
}

}  // namespace
}  // namespace isolane::http
