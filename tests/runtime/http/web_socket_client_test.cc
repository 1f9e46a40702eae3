// WebSockets of the outbound client: with our own server, and with a peer that says what the test
// says. Frames are in web_socket_frames_test.cc.
#include <doctest/doctest.h>

#include <string>

#include "runtime/http/web_socket_connection.h"
#include "runtime/http/web_socket_handshake.h"
#include "tests/runtime/http/client_fixture.h"

namespace isolane::http {
namespace {

using base::Message;
using base::MessageEnd;
using namespace std::string_literals;

std::string Plain(WebSocketOpcode opcode, std::string_view payload) {
  std::string out;
  AppendFrame(out, opcode, payload, WebSocketRole::kServer, 0);
  return out;
}

Message Text(std::string_view text) { return {Message::Kind::kText, 0, base::Chunk::Copy(text)}; }

// A client whose request asks for a WebSocket, with `headers` in the packed form.
struct Asking : ClientFixture {
  explicit Asking(ClientOptions options = {}) : ClientFixture(std::move(options)) {}

  void Ask(const std::string& url, const std::string& headers = "") {
    client->Start("GET\0"s + url + "\nupgrade\0websocket"s + headers, base::Body::None(), &result);
  }
  void AskServer(const std::string& headers = "") {
    Ask("http://127.0.0.1:" + std::to_string(server->port()) + "/chat", headers);
  }
  // Of what the raw peer was asked, the value of a header.
  static std::string HeaderOf(const std::string& head, const std::string& name) {
    const size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "(none)";
    const size_t from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  // The raw peer has been asked, and answers.
  void Switch(RawServer& peer, const std::string& headers = "") {
    REQUIRE(RunUntil([&] {
      peer.Asked();
      return peer.heard.find("\r\n\r\n") != std::string::npos;
    }));
    peer.Say(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        "sec-websocket-accept: " +
        WebSocketAccept(HeaderOf(peer.heard, "sec-websocket-key")) + "\r\n" + headers + "\r\n");
  }
  bool Receive(Message* message) {
    return RunUntil([&] { return result.socket->Receive(message); });
  }
  Result result;
};

// What a client of ours has sent, unmasked: "text(..)close 1000(..)".
struct Heard : WebSocketFrameReader::Events {
  void OnData(bool text, base::Chunk payload) override {
    Add(text ? "text" : "binary", payload.view());
  }
  void OnPing(std::string_view payload) override { Add("ping", payload); }
  void OnPong(std::string_view payload) override { Add("pong", payload); }
  void OnClose(uint16_t code, std::string_view reason) override {
    Add("close " + std::to_string(code), reason);
  }
  void Add(const std::string& what, std::string_view payload) {
    text += what + "(" + std::string(payload) + ")";
  }
  void Feed(std::string_view bytes) {
    std::string why;
    CHECK(reader.Feed(bytes, &why) == 0);
    CHECK(why == "");
  }
  std::string text;
  WebSocketFrameReader reader{WebSocketRole::kServer, 1 << 20, *this};
};

TEST_SUITE("runtime/http/web_socket_client") {
  TEST_CASE("a client and a server of ours talk, compressed if both want to") {
    std::string offer;
    std::string agreed;
    SUBCASE("they do") {
      offer = "\nsec-websocket-extensions\0permessage-deflate"s;
      agreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    }
    SUBCASE("they do not") {}
    Asking client;
    Exchange* exchange = nullptr;
    client.on_request = [&](Exchange& asked) { exchange = &asked; };
    client.AskServer(offer);
    REQUIRE(client.RunUntil([&] { return exchange != nullptr; }));
    auto [theirs, wire] = MessageEnd::Pair();
    CHECK(exchange->UpgradeToWebSocket({}, std::move(wire)));
    client.server->Flush();
    REQUIRE(client.RunUntil([&] { return client.result.socket != nullptr; }));
    CHECK(ListHeader(client.result.head, "sec-websocket-extensions").value_or("") == agreed);
    const std::string words(5000, 'w');
    for (const std::string& text : {"short"s, words, std::string(200'000, 'l')}) {
      client.result.socket->Send(Text(text));
      Message message;
      REQUIRE(client.RunUntil([&, end = theirs.get()] { return end->Receive(&message); }));
      CHECK(message.data.view() == text);
      theirs->Send(Text(text));
      client.server->Flush();
      REQUIRE(client.Receive(&message));
      CHECK(message.data.view() == text);
    }
    client.result.socket->Close(3000, "done");
    Message message;
    REQUIRE(client.RunUntil([&, end = theirs.get()] { return end->Receive(&message); }));
    CHECK(message.kind == Message::Kind::kClose);
    CHECK(message.code == 3000);
    theirs->Close(3000, "done");
    client.server->Flush();
    REQUIRE(client.Receive(&message));
    CHECK(message.kind == Message::Kind::kClose);
    CHECK(client.RunUntil([&] { return client.result.finished == 1; }));
  }

  TEST_CASE("what a client asks with, and what a Worker cannot say itself") {
    Asking client;
    RawServer peer;
    client.Ask("http://" + peer.where() + "/chat?x",
               "\nsec-websocket-protocol\0chat, more\nsec-websocket-key\0mine\n"
               "sec-websocket-version\0"
               "7\nconnection\0close\nx-own\0yes"s);
    client.Switch(peer, "sec-websocket-protocol: chat\r\n");
    CHECK(peer.heard.starts_with("GET /chat?x HTTP/1.1\r\n"));
    CHECK(Asking::HeaderOf(peer.heard, "upgrade") == "websocket");
    CHECK(Asking::HeaderOf(peer.heard, "connection") == "Upgrade");
    CHECK(Asking::HeaderOf(peer.heard, "sec-websocket-version") == "13");
    CHECK(Asking::HeaderOf(peer.heard, "sec-websocket-key").size() == 24);
    CHECK(Asking::HeaderOf(peer.heard, "sec-websocket-protocol") == "chat, more");
    CHECK(Asking::HeaderOf(peer.heard, "sec-websocket-extensions") == "(none)");
    CHECK(Asking::HeaderOf(peer.heard, "x-own") == "yes");
    REQUIRE(client.RunUntil([&] { return client.result.socket != nullptr; }));
    CHECK(ListHeader(client.result.head, "sec-websocket-protocol") == "chat");
  }

  TEST_CASE("messages that come with the answer are not lost, and a client masks its own") {
    Asking client;
    RawServer peer;
    client.Ask("http://" + peer.where() + "/");
    REQUIRE(client.RunUntil([&] { return peer.Asked(); }));
    peer.Say(
        "HTTP/1.1 101 x\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: " +
        WebSocketAccept(Asking::HeaderOf(peer.heard, "sec-websocket-key")) + "\r\n\r\n" +
        Plain(WebSocketOpcode::kText, "early") + Plain(WebSocketOpcode::kPing, "p"));
    REQUIRE(client.RunUntil([&] { return client.result.socket != nullptr; }));
    Message message;
    REQUIRE(client.Receive(&message));
    CHECK(message.data.view() == "early");
    client.result.socket->Send(Text("one"));
    client.result.socket->Send(Text("two"));
    client.result.socket->Close(1000, "bye");
    Heard heard;
    REQUIRE(client.RunUntil([&] {
      heard.Feed(peer.Hear());
      return heard.text.find("close") != std::string::npos;
    }));
    CHECK(heard.text == "pong(p)text(one)text(two)close 1000(bye)");
    peer.Say(Plain(WebSocketOpcode::kClose, ClosePayload(1000, "bye")));
    REQUIRE(client.RunUntil([&] { return client.result.finished == 1; }));
    CHECK_MESSAGE(client.RunUntil([&] { return peer.Left(); }), "the connection is not kept");
  }

  TEST_CASE("a server that masks, or breaks another rule, is told so") {
    Asking client;
    RawServer peer;
    client.Ask("http://" + peer.where() + "/");
    client.Switch(peer);
    REQUIRE(client.RunUntil([&] { return client.result.socket != nullptr; }));
    peer.Say("\x81\x81\x01\x02\x03\x04x");
    Heard heard;
    REQUIRE(client.RunUntil([&] {
      heard.Feed(peer.Hear());
      return !heard.text.empty();
    }));
    CHECK(heard.text == "close 1002(Received a frame of the server that is masked)");
    Message message;
    REQUIRE(client.Receive(&message));
    CHECK(message.kind == Message::Kind::kLost);
    CHECK(message.code == 1002);
    CHECK(client.RunUntil([&] { return client.result.finished == 1; }));
  }

  TEST_CASE("an answer that is no handshake fails the request, and says why") {
    Asking client;
    RawServer peer;
    client.Ask("http://" + peer.where() + "/");
    SUBCASE("a wrong key") {
      REQUIRE(client.RunUntil([&] { return peer.Asked(); }));
      peer.Say(
          "HTTP/1.1 101 x\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
          "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
      REQUIRE(client.RunUntil([&] { return client.result.done(); }));
      CHECK(client.result.error ==
            "Server failed WebSocket handshake: incorrect Sec-WebSocket-Accept header: "
            "'s3pPLMBiTxaQ9kYGzzhZRbK+xOo='.");
    }
    SUBCASE("an extension that nobody offered") {
      client.Switch(peer, "sec-websocket-extensions: permessage-deflate\r\n");
      REQUIRE(client.RunUntil([&] { return client.result.done(); }));
      CHECK(client.result.error ==
            "Server failed WebSocket handshake: added Sec-WebSocket-Extensions when client did not "
            "offer any.");
    }
    SUBCASE("a refusal is a response") {
      REQUIRE(client.RunUntil([&] { return peer.Asked(); }));
      peer.Say("HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\nno");
      REQUIRE(client.RunUntil([&] { return client.result.done(); }));
      CHECK(client.result.status == 403);
      CHECK(ReadAll(client.result.body) == "no");
    }
  }

  TEST_CASE("a peer that goes without a close is lost") {
    Asking client;
    RawServer peer;
    client.Ask("http://" + peer.where() + "/");
    client.Switch(peer);
    REQUIRE(client.RunUntil([&] { return client.result.socket != nullptr; }));
    peer.Hang();
    Message message;
    REQUIRE(client.Receive(&message));
    CHECK(message.kind == Message::Kind::kLost);
    CHECK(message.code == 0);
    CHECK(message.data.view() == WebSocketConnection::kGone);
    CHECK(client.RunUntil([&] { return client.result.finished == 1; }));
  }

  TEST_CASE("a peer may be silent, but not when a close is due, or takes nothing of what is sent") {
    ClientOptions options;
    options.limits.idle_ms = options.limits.response_head_ms = 1;
    options.limits.web_socket_ms = 1;
    Asking client(options);
    RawServer peer;
    client.Ask("http://" + peer.where() + "/");
    client.Switch(peer);
    REQUIRE(client.RunUntil([&] { return client.result.socket != nullptr; }));
    client.result.socket->Send(Text("hello"));
    Heard heard;
    REQUIRE(client.RunUntil([&] {
      heard.Feed(peer.Hear());
      return heard.text == "text(hello)";
    }));
    for (int i = 0; i < 50; i++) client.loop.RunOnce();
    CHECK(client.result.finished == 0);
    SUBCASE("a close that it does not answer") { client.result.socket->Close(1000, ""); }
    SUBCASE("bytes that it does not take") {
      client.result.socket->Send(Text(std::string(size_t{20} << 20, 'x')));
    }
    Message message;
    REQUIRE(client.RunUntil([&] { return client.result.finished == 1; }));
  }

  TEST_CASE("a Worker that is behind is not given more") {
    Asking client;
    RawServer peer;
    client.Ask("http://" + peer.where() + "/");
    client.Switch(peer);
    REQUIRE(client.RunUntil([&] { return client.result.socket != nullptr; }));
    const std::string frame = Plain(WebSocketOpcode::kBinary, std::string(60'000, 'x'));
    std::string rest;
    size_t sent = 0;
    size_t idle_rounds = 0;
    // Until the kernel takes no more: then nobody reads at the other end.
    while (idle_rounds < 200) {
      if (rest.empty()) rest = frame;
      const size_t count = peer.SayPart(rest);
      rest.erase(0, count);
      sent += count;
      idle_rounds = count == 0 ? idle_rounds + 1 : 0;
      client.loop.RunOnce();
    }
    size_t taken = 0;
    Message message;
    while (client.result.socket->Receive(&message)) taken += message.data.size();
    CHECK(taken >= MessageEnd::kHighWaterMark);
    CHECK(taken < sent);
    CHECK(taken < MessageEnd::kHighWaterMark + 200'000);
    REQUIRE_MESSAGE(client.Receive(&message), "and goes on when it has caught up");
  }

  TEST_CASE("a proxy is asked for a tunnel, whatever the URL's scheme") {
    RawServer proxy;
    ClientOptions options;
    static std::string where;
    where = proxy.where();
    options.proxies = ProxySettings([](const char* name) -> const char* {
      return std::string_view(name) == "http_proxy" ? where.c_str() : nullptr;
    });
    Asking client(options);
    client.Ask("http://chat.example:81/room");
    REQUIRE(client.RunUntil([&] { return proxy.Asked(); }));
    CHECK(proxy.heard.starts_with("CONNECT chat.example:81 HTTP/1.1\r\n"));
    proxy.heard.clear();
    proxy.Say("HTTP/1.1 200 OK\r\n\r\n");
    client.Switch(proxy);
    CHECK(proxy.heard.starts_with("GET /room HTTP/1.1\r\nhost: chat.example:81\r\n"));
    CHECK(client.RunUntil([&] { return client.result.socket != nullptr; }));
  }
}

}  // namespace
}  // namespace isolane::http
