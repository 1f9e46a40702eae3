#include "runtime/http/web_socket_handshake.h"

#include <doctest/doctest.h>

#include <string>

namespace isolane::http {
namespace {

// '|' stands for NUL.
std::string Packed(std::string text) {
  for (char& c : text) {
    if (c == '|') c = '\0';
  }
  return text;
}

const std::string kAsk =
    "GET|http://a/\nupgrade|WebSocket\nconnection|keep-alive, Upgrade\n"
    "sec-websocket-key|dGhlIHNhbXBsZSBub25jZQ==\nsec-websocket-version|13";

std::string Without(std::string text, const std::string& line) {
  text.erase(text.find(line), line.size());
  return Packed(text);
}

std::string Read(const std::string& response, const std::string& offer = "") {
  const auto agreed = ReadWebSocketAnswer({"dGhlIHNhbXBsZSBub25jZQ==", offer}, Packed(response));
  if (!agreed.ok()) return agreed.error().message;
  return agreed.value() ? ToExtension(*agreed.value()) : "none";
}

TEST_SUITE("runtime/http/web_socket_handshake") {
  TEST_CASE("the key of RFC 6455, section 1.3") {
    CHECK(WebSocketAccept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  }

  TEST_CASE("a Worker wants a WebSocket by its Upgrade header") {
    CHECK(WantsWebSocket(Packed("GET|http://a/\nupgrade|websocket")));
    CHECK(WantsWebSocket(Packed("GET|http://a/\nupgrade|h2c, WebSocket")));
    CHECK_FALSE(WantsWebSocket(Packed("GET|http://a/\nupgrade|websockets")));
    CHECK_FALSE(WantsWebSocket(Packed("POST|http://a/\nupgrade|websocket")));
    CHECK_FALSE(WantsWebSocket(Packed("GET|http://a/\nx-upgrade|websocket")));
  }

  TEST_CASE("a client's request has all that section 4.2.1 names") {
    CHECK(WebSocketKey(Packed(kAsk)) == "dGhlIHNhbXBsZSBub25jZQ==");
    for (const char* line :
         {"\nupgrade|WebSocket", "\nconnection|keep-alive, Upgrade", "\nsec-websocket-version|13",
          "\nsec-websocket-key|dGhlIHNhbXBsZSBub25jZQ=="}) {
      CHECK(WebSocketKey(Without(kAsk, line)) == "");
    }
    std::string post = Packed(kAsk);
    CHECK(WebSocketKey("POST" + post.substr(3)) == "");
  }

  TEST_CASE("what is missing is named") {
    auto problem = [](const std::string& line, const std::string& instead = "") {
      std::string text = kAsk;
      text.replace(text.find(line), line.size(), instead);
      const HandshakeProblem found = FindHandshakeProblem(Packed(text));
      return std::to_string(found.status) + " " + found.text;
    };
    CHECK(problem("version|13", "version|8") ==
          "426 The requested WebSocket version is not supported.");
    CHECK(problem("\nsec-websocket-version|13") ==
          "426 The requested WebSocket version is not supported.");
    CHECK(problem("\nsec-websocket-key|dGhlIHNhbXBsZSBub25jZQ==") ==
          "400 Missing Sec-WebSocket-Key");
    CHECK(problem("dGhlIHNhbXBsZSBub25jZQ==", "short") ==
          "400 Sec-WebSocket-Key is not 16 bytes in base64");
    CHECK(problem("keep-alive, Upgrade", "keep-alive") == "400 Missing Connection: Upgrade");
  }

  TEST_CASE("both sides agree on an extension that the client offers in several headers") {
    const std::string ask = Packed(kAsk +
                                   "\nsec-websocket-extensions|x-other"
                                   "\nsec-websocket-extensions|permessage-deflate");
    REQUIRE(AgreeOnDeflate(ask, "").has_value());
    CHECK(AgreeOnDeflate(ask, "")->client_no_context_takeover);
    CHECK_FALSE(AgreeOnDeflate(Packed(kAsk), "").has_value());
    CHECK_FALSE(AgreeOnDeflate(ask, Packed("\nsec-websocket-extensions|")).has_value());
    const std::string wanted = Packed("\nsec-websocket-extensions|permessage-deflate");
    REQUIRE(AgreeOnDeflate(ask, wanted).has_value());
    CHECK_FALSE(AgreeOnDeflate(ask, wanted)->client_no_context_takeover);
  }

  TEST_CASE("each request of a client has a key of its own") {
    const WebSocketAsk one = WebSocketAsk::For(Packed("GET|http://a/\nupgrade|websocket"));
    const WebSocketAsk other = WebSocketAsk::For(
        Packed("GET|http://a/\nupgrade|websocket\nsec-websocket-extensions|x, permessage-deflate"));
    CHECK(one.key.size() == 24);
    CHECK(one.key != other.key);
    CHECK(one.offer == "");
    CHECK(other.offer == "permessage-deflate");
  }

  TEST_CASE("a server's answer is checked") {
    const std::string good =
        "Switching Protocols\nupgrade|WebSocket\nconnection|Upgrade\n"
        "sec-websocket-accept|s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    CHECK(Read(good) == "none");
    CHECK(Read(good + "\nsec-websocket-extensions|permessage-deflate", "permessage-deflate") ==
          "permessage-deflate");
    CHECK(Read(good + "\nsec-websocket-extensions|permessage-deflate") ==
          "Server failed WebSocket handshake: added Sec-WebSocket-Extensions when client did not "
          "offer any.");
    CHECK(Read("ok\nsec-websocket-accept|s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") ==
          "Server failed WebSocket handshake: missing Upgrade header.");
    CHECK(Read("ok\nupgrade|h2c\nsec-websocket-accept|s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") ==
          "Server failed WebSocket handshake: incorrect Upgrade header: expected 'websocket', got "
          "'h2c'.");
    CHECK(Read("ok\nupgrade|websocket\nsec-websocket-accept|no") ==
          "Server failed WebSocket handshake: incorrect Sec-WebSocket-Accept header: 'no'.");
    CHECK(Read("ok\nupgrade|websocket") ==
          "Server failed WebSocket handshake: incorrect Sec-WebSocket-Accept header: ''.");
  }
}

}  // namespace
}  // namespace isolane::http
