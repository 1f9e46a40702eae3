#include "runtime/http/web_socket_connection.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/runtime/http/connection_fixture.h"

namespace isolane::http {
namespace {

using base::Message;
using base::MessageEnd;

using namespace std::string_literals;

// A request with more headers, each of which ends in CRLF.
std::string Ask(const std::string& headers = "") {
  return "GET /chat HTTP/1.1\r\nhost: a\r\nupgrade: WebSocket\r\nconnection: keep-alive, "
         "Upgrade\r\n"
         "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n" +
         headers + "\r\n";
}
const std::string kAsk = Ask();
const std::string kOffer = "sec-websocket-extensions: permessage-deflate\r\n";

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
  explicit Upgraded(const std::string& headers = "",
                    std::string_view answer = std::string_view("\nx-ws\0yes", 9)) {
    Feed(Ask(headers));
    REQUIRE(requests.size() == 1);
    requests[0]->set_listener(&answered);
    auto ends = MessageEnd::Pair();
    mine = std::move(ends.first);
    REQUIRE(requests[0]->UpgradeToWebSocket(answer, std::move(ends.second)));
    head = Flush();
  }
  void Send(std::string_view text) {
    mine->Send({Message::Kind::kText, 0, base::Chunk::Copy(text)});
  }
  Message Receive() {
    Message message;
    REQUIRE(mine->Receive(&message));
    return message;
  }
  Answered& answered = NewListener();
  std::shared_ptr<MessageEnd> mine;
  std::string head;
};

TEST_SUITE("runtime/http/web_socket_connection") {
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
    client.Send("hi");
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
      CHECK(message.data.view() == "bye");
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
    struct {
      std::string bytes;
      uint16_t code;
      std::string why;
    } const cases[] = {
        {"\x81\x02hi", 1002, "Received a frame of the client that is not masked"},
        {"\xc1\x80\x01\x02\x03\x04", 1002,
         "Received a WebSocket frame whose compression bit was set, but the compression extension "
         "was "
         "not negotiated for this connection."},
        {"\xa1\x80\x01\x02\x03\x04", 1002, "Received frame had RSV bits 2 or 3 set"},
        {"\x83\x80\x01\x02\x03\x04", 1002, "Unknown opcode 3"},
        {Masked(WebSocketOpcode::kContinuation, "x"), 1002, "Unexpected continuation frame"},
        {Masked(WebSocketOpcode::kText, "\xc3"), 1007,
         "Received a text message that is not valid UTF-8"},
        {"\x82\xff\0\0\0\0\2\0\0\1\1\2\3\4"s, 1009, "Message is too large: 33554433 > 33554432"},
        {Masked(WebSocketOpcode::kClose, "\3"), 1002, "Received a Close frame with half a code"},
        {Masked(WebSocketOpcode::kClose, ClosePayload(1006, "")), 1002,
         "Received a Close frame with the code 1006"},
    };
    for (const auto& one : cases) {
      CAPTURE(one.why);
      for (const bool bytewise : {false, true}) {
        Upgraded client;
        // What comes after it is nobody's.
        const std::string bytes = one.bytes + Masked(WebSocketOpcode::kText, "more");
        if (bytewise) {
          client.FeedBytewise(bytes);
        } else {
          client.Feed(bytes);
        }
        CHECK(client.Flush() == Plain(WebSocketOpcode::kClose, ClosePayload(one.code, one.why)));
        const Message message = client.Receive();
        CHECK(message.kind == Message::Kind::kLost);
        CHECK(message.code == one.code);
        CHECK(message.data.view() == one.why);
        CHECK(client.connection->fate() == Connection::Fate::kClose);
        CHECK(client.answered.sent);
      }
    }
  }

  TEST_CASE("what was right before a broken rule is not lost") {
    Upgraded client;
    client.Feed(Masked(WebSocketOpcode::kText, "good") + "\xff");
    client.Feed("\xff");
    CHECK(client.Receive().data.view() == "good");
    CHECK(client.Receive().kind == Message::Kind::kLost);
  }

  TEST_CASE("a client that goes without a close is lost") {
    Upgraded client;
    SUBCASE("its end of the connection") { client.connection->FeedEnd(); }
    SUBCASE("its connection") { client.connection->Die(); }
    const Message message = client.Receive();
    CHECK(message.kind == Message::Kind::kLost);
    CHECK(message.data.view() == "WebSocket disconnected without sending Close frame.");
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

  TEST_CASE("what the client does not take is known to the Worker, to the byte") {
    Upgraded client;
    const std::string message(100'000, 'x');
    for (int i = 0; i < 10; i++) client.Send(message);
    CHECK(client.mine->buffered() == 1'000'000);
    // 256 KiB and a message at most are in the queue for the socket; a frame adds its header.
    client.FlushSome(0);
    CHECK(client.mine->buffered() > 1'000'000);
    CHECK(client.mine->buffered() <= 1'000'040);
    client.FlushSome(50'000);
    CHECK(client.mine->buffered() <= 950'040);
    client.Flush();
    CHECK(client.mine->buffered() == 0);
  }

  TEST_CASE("pings are answered each, but not without bound when nobody takes the pongs") {
    Upgraded client;
    std::string pongs;
    for (int i = 0; i < 10; i++) {
      client.Feed(Masked(WebSocketOpcode::kPing, std::to_string(i)));
      pongs += Plain(WebSocketOpcode::kPong, std::to_string(i));
    }
    CHECK(client.Flush() == pongs);
    // The client reads nothing, and the queue is full.
    client.Send(std::string(300'000, 'x'));
    client.FlushSome(0);
    for (int i = 0; i < 10'000; i++) {
      client.Feed(Masked(WebSocketOpcode::kPing, std::string(120, 'p')));
      if (i % 10 == 0) client.FlushSome(0);
    }
    client.Feed(Masked(WebSocketOpcode::kPing, "last"));
    const std::string rest = client.Flush();
    CHECK(rest.size() < 300'000 + 2 * WebSocketConnection::kMaxPongs);
    CHECK(rest.ends_with(Plain(WebSocketOpcode::kPong, "last")));
  }

  TEST_CASE("a silent connection holds no buffers") {
    Upgraded client;
    client.Send("something");
    client.Flush();
    CHECK(client.connection->output().tail().data() != nullptr);
    client.connection->Sweep();
    CHECK(client.connection->output().tail().data() != nullptr);
    client.now += 1000;
    client.connection->Sweep();
    CHECK(client.connection->output().tail().data() == nullptr);
    client.Send("more");
    client.Feed(Masked(WebSocketOpcode::kText, "and more"));
    CHECK(client.Flush() == Plain(WebSocketOpcode::kText, "more"));
    CHECK(client.Receive().data.view() == "and more");
  }

  TEST_CASE("compression is agreed on when the client offers it") {
    const std::string text(1000, 'x');
    SUBCASE("it does") {
      Upgraded client(kOffer);
      CHECK(client.head.find("\r\nsec-websocket-extensions: permessage-deflate; "
                             "server_no_context_takeover; client_no_context_takeover\r\n") !=
            std::string::npos);
      client.Send(text);
      client.Send("short");
      const std::string frames = client.Flush();
      CHECK(frames.size() < 100);
      CHECK(frames[0] == '\xc1');
      CHECK(frames.ends_with(Plain(WebSocketOpcode::kText, "short")));
      // The same bytes come back from the client.
      std::string payload = frames.substr(2, static_cast<size_t>(frames[1]));
      std::string frame = Masked(WebSocketOpcode::kText, payload);
      frame[0] = '\xc1';
      client.FeedBytewise(frame);
      CHECK(client.Receive().data.view() == text);
    }
    SUBCASE("it does not") {
      Upgraded client;
      CHECK(client.head.find("extensions") == std::string::npos);
      client.Send(text);
      CHECK(client.Flush() == Plain(WebSocketOpcode::kText, text));
    }
    SUBCASE("the Worker declines") {
      Upgraded client(kOffer, "\nsec-websocket-extensions\0"s);
      CHECK(client.head.find("extensions") == std::string::npos);
      client.Send(text);
      CHECK(client.Flush() == Plain(WebSocketOpcode::kText, text));
    }
  }

  TEST_CASE("a bomb is refused when it has grown to the limit") {
    Upgraded client(kOffer);
    const std::string zeros(size_t{48} << 20, '\0');
    DeflateParameters both;
    both.server_no_context_takeover = both.client_no_context_takeover = true;
    WebSocketDeflate deflate(WebSocketRole::kClient, both);
    std::string frame = Masked(WebSocketOpcode::kBinary, deflate.Compress(zeros).view());
    frame[0] = '\xc2';
    CHECK(frame.size() < 300'000);
    client.Feed(frame);
    CHECK(client.Flush() ==
          Plain(WebSocketOpcode::kClose, ClosePayload(1009, "Message is too large: > 33554432")));
  }

  TEST_CASE("a response that was another handshake's is given a handshake of its own") {
    Upgraded client("",
                    "\nupgrade\0websocket\nconnection\0Upgrade\nsec-websocket-accept\0else\n"
                    "sec-websocket-extensions\0permessage-deflate\nsec-websocket-protocol\0chat"s);
    CHECK(
        client.head ==
        "HTTP/1.1 101 Switching Protocols\r\nsec-websocket-protocol: chat\r\nupgrade: websocket\r\n"
        "connection: Upgrade\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  }

  TEST_CASE("a server that stops says so, and what the Worker sends after it is dropped") {
    Upgraded client;
    client.Send("before");
    client.state.draining = true;
    client.connection->BeginDrain();
    const std::string going =
        Plain(WebSocketOpcode::kClose, ClosePayload(1001, "The server is stopping."));
    CHECK(client.Flush() == Plain(WebSocketOpcode::kText, "before") + going);
    client.Send("after");
    client.mine->Close(1000, "");
    CHECK(client.Flush() == "");
    CHECK(client.connection->fate() == Connection::Fate::kOpen);
    SUBCASE("the client answers") {
      client.Feed(Masked(WebSocketOpcode::kClose, ClosePayload(1001, "")));
      client.Flush();
      const Message message = client.Receive();
      CHECK(message.kind == Message::Kind::kClose);
      CHECK(message.code == 1001);
      CHECK(client.connection->fate() == Connection::Fate::kClose);
    }
    SUBCASE("it does not") {
      client.now += client.limits.half_close_ms;
      client.connection->Sweep();
      CHECK(client.connection->dead());
    }
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

  TEST_CASE("a request that asks wrongly is refused when it would become a WebSocket") {
    ConnectionFixture client;
    std::string ask = kAsk;
    std::string answer = "HTTP/1.1 400 Bad Request\r\n";
    std::string why;
    SUBCASE("without a key") {
      ask.replace(ask.find("sec-websocket-key"), 17, "x-websocket-keeeey");
      why = "Missing Sec-WebSocket-Key";
    }
    SUBCASE("with a key that is none") {
      ask.replace(ask.find("dGhl"), 24, "short");
      why = "Sec-WebSocket-Key is not 16 bytes in base64";
    }
    SUBCASE("in another version") {
      ask.replace(ask.find("13\r\n"), 2, "8");
      answer = "HTTP/1.1 426 Upgrade Required\r\n";
      why = "The requested WebSocket version is not supported.";
    }
    client.Feed(ask + "GET /next HTTP/1.1\r\nhost: a\r\n\r\n");
    CHECK_MESSAGE(client.requests.size() == 2, "the connection stays one of HTTP");
    auto ends = MessageEnd::Pair();
    CHECK(client.requests[0]->UpgradeToWebSocket({}, std::move(ends.second)));
    const std::string got = client.Flush();
    CHECK(got.starts_with(answer));
    CHECK(got.ends_with("\r\n\r\nERROR: " + why));
    CHECK((got.find("\r\nsec-websocket-version: 13\r\n") != std::string::npos) ==
          answer.starts_with("HTTP/1.1 426"));
    Message message;
    REQUIRE(ends.first->Receive(&message));
    CHECK(message.kind == Message::Kind::kLost);
  }

  TEST_CASE("a request for something else cannot become a WebSocket") {
    ConnectionFixture client;
    std::string ask = kAsk;
    ask.replace(ask.find("WebSocket"), 9, "h2c");
    client.Feed(ask);
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
