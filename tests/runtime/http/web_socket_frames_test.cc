#include "runtime/http/web_socket_frames.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace isolane::http {
namespace {

using namespace std::string_literals;

// Notes what a reader tells, one line each.
struct Noted : WebSocketFrameReader::Events {
  std::string text;
  void OnData(bool is_text, std::string_view payload) override {
    Add(is_text ? "text" : "binary", payload);
  }
  void OnPing(std::string_view payload) override { Add("ping", payload); }
  void OnPong(std::string_view payload) override { Add("pong", payload); }
  void OnClose(uint16_t code, std::string_view reason) override {
    Add("close " + std::to_string(code), reason);
  }
  void Add(const std::string& what, std::string_view payload) {
    const bool long_one = payload.size() > 40;
    text += what + "(" + (long_one ? std::to_string(payload.size()) : std::string(payload)) + ")";
  }
};

// Feeds `bytes` whole and byte by byte; both must give the same. "CODE: why" when they are refused.
std::string Read(std::string_view bytes, WebSocketRole role = WebSocketRole::kClient,
                 size_t max = 1 << 20) {
  std::string results[2];
  for (int bytewise = 0; bytewise < 2; bytewise++) {
    Noted noted;
    WebSocketFrameReader reader(role, max, noted);
    std::string why;
    uint16_t code = 0;
    if (bytewise == 0) {
      code = reader.Feed(bytes, &why);
    } else {
      for (size_t i = 0; i < bytes.size() && code == 0; i++)
        code = reader.Feed(bytes.substr(i, 1), &why);
    }
    results[bytewise] = noted.text + (code == 0 ? "" : std::to_string(code) + ": " + why);
  }
  CHECK(results[0] == results[1]);
  return results[0];
}

std::string Frame(WebSocketOpcode opcode, std::string_view payload,
                  WebSocketRole role = WebSocketRole::kServer) {
  std::string out;
  AppendFrame(out, opcode, payload, role, 0x12345678);
  return out;
}

TEST_SUITE("runtime/http/web_socket_frames") {
  TEST_CASE("the frames of RFC 6455, section 5.7") {
    CHECK(Read("\x81\x05Hello"s) == "text(Hello)");
    CHECK(Read("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s, WebSocketRole::kServer) ==
          "text(Hello)");
    CHECK(Read("\x01\x03Hel\x80\x02lo"s) == "text(Hello)");
    CHECK(Read("\x89\x05Hello\x8a\x05Hello"s) == "ping(Hello)pong(Hello)");
  }

  TEST_CASE("every form of the length is written and read") {
    for (size_t size : {0, 1, 125, 126, 127, 65535, 65536, 100000}) {
      const std::string payload(size, 'x');
      for (const WebSocketRole writer : {WebSocketRole::kServer, WebSocketRole::kClient}) {
        const std::string frame = Frame(WebSocketOpcode::kBinary, payload, writer);
        const size_t head = 2 +
                            (size > 65535 ? 8
                             : size > 125 ? 2
                                          : 0) +
                            (writer == WebSocketRole::kClient ? 4 : 0);
        CHECK(frame.size() == head + size);
        const WebSocketRole reader =
            writer == WebSocketRole::kServer ? WebSocketRole::kClient : WebSocketRole::kServer;
        CHECK(Read(frame, reader) ==
              "binary(" + (size > 40 ? std::to_string(size) : payload) + ")");
      }
    }
  }

  TEST_CASE("a length in a longer form than it needs is refused") {
    CHECK(Read("\x82\x7e\x00\x7d"s) == "1002: a frame has its length in a wrong form");
    CHECK(Read("\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"s) ==
          "1002: a frame has its length in a wrong form");
    CHECK(Read("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"s) ==
          "1002: a frame has its length in a wrong form");
  }

  TEST_CASE("every reserved bit and unknown opcode is refused") {
    for (int bit : {0x40, 0x20, 0x10}) {
      CHECK(Read(std::string{static_cast<char>(0x81 | bit), '\0'}) ==
            "1002: a frame has a reserved bit set");
    }
    for (int opcode = 0; opcode < 16; opcode++) {
      const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
      const std::string got = Read(std::string{static_cast<char>(0x80 | opcode), '\0'});
      CAPTURE(opcode);
      CHECK((got.find("unknown opcode " + std::to_string(opcode)) != std::string::npos) == !known);
    }
  }

  TEST_CASE("a client masks and a server does not") {
    CHECK(Read("\x81\x00"s, WebSocketRole::kServer) == "1002: a frame of the client is not masked");
    CHECK(Read("\x81\x80\x01\x02\x03\x04"s) == "1002: a frame of the server is masked");
  }

  TEST_CASE("messages come in fragments, with control frames between") {
    CHECK(Read("\x01\x01"
               "a\x89\x01p\x00\x01"
               "b\x80\x01"
               "c"s) == "ping(p)text(abc)");
    CHECK(Read("\x02\x00\x80\x00"s) == "binary()");
    CHECK(Read("\x80\x00"s) == "1002: a continuation frame continues nothing");
    CHECK(Read("\x01\x00\x81\x00"s) == "1002: a message begins within another one");
  }

  TEST_CASE("control frames are short and whole") {
    CHECK(Read("\x09\x00"s) == "1002: a control frame is fragmented or longer than 125 bytes");
    CHECK(Read("\x89\x7e\x00\x7e"s) ==
          "1002: a control frame is fragmented or longer than 125 bytes");
  }

  TEST_CASE("text must be UTF-8, also when a character is split by fragments") {
    CHECK(Read("\x81\x02\xc3\xa9"s) == "text(\xc3\xa9)");
    CHECK(Read("\x01\x01\xc3\x80\x01\xa9"s) == "text(\xc3\xa9)");
    CHECK(Read("\x81\x01\xc3"s) == "1007: a text message is not valid UTF-8");
    CHECK(Read("\x81\x03\xed\xa0\x80"s) == "1007: a text message is not valid UTF-8");
    CHECK(Read("\x82\x01\xc3"s) == "binary(\xc3)");
  }

  TEST_CASE("close frames") {
    CHECK(Read("\x88\x00"s) == "close 1005()");
    CHECK(Read(Frame(WebSocketOpcode::kClose, ClosePayload(1000, "bye"))) == "close 1000(bye)");
    CHECK(Read("\x88\x01\x03"s) == "1002: a close frame has half a code");
    for (int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535}) {
      CHECK(Read(std::string{static_cast<char>(0x88), '\2', static_cast<char>(code >> 8),
                             static_cast<char>(code)}) ==
            "1002: a close frame has the code " + std::to_string(code));
    }
    for (int code : {1000, 1003, 1007, 1011, 1014, 3000, 4999}) {
      CHECK(Read(std::string{static_cast<char>(0x88), '\2', static_cast<char>(code >> 8),
                             static_cast<char>(code)}) == "close " + std::to_string(code) + "()");
    }
    CHECK(Read("\x88\x03\x03\xe8\xff"s) == "1007: the reason of a close frame is not valid UTF-8");
    CHECK_MESSAGE(Read("\x88\x00\x81\x01x"s) == "close 1005()", "what follows a close is ignored");
  }

  TEST_CASE("a reason that is too long is cut between characters") {
    const std::string payload = ClosePayload(1000, std::string(122, 'x') + "\xc3\xa9");
    CHECK(payload.size() == 124);
    CHECK(IsValidUtf8(std::string_view(payload).substr(2)));
  }

  TEST_CASE("a message that is too long is refused before it is read") {
    CHECK(Read("\x82\x0b"s, WebSocketRole::kClient, 10) ==
          "1009: a message is longer than 10 bytes");
    CHECK(Read("\x02\x06"
               "aaaaaa\x80\x05"s,
               WebSocketRole::kClient, 10) == "1009: a message is longer than 10 bytes");
    CHECK(Read("\x02\x06"
               "aaaaaa\x80\x04"
               "bbbb"s,
               WebSocketRole::kClient, 10) == "binary(aaaaaabbbb)");
  }
}

}  // namespace
}  // namespace isolane::http
