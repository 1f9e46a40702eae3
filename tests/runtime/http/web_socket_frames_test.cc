#include "runtime/http/web_socket_frames.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <string_view>

namespace isolane::http {
namespace {

using namespace std::string_literals;

// Notes what a reader tells, one after the other.
struct Noted : WebSocketFrameReader::Events {
  std::string text;
  void OnData(bool is_text, base::Chunk payload) override {
    Add(is_text ? "text" : "binary", payload.view());
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

constexpr WebSocketRole kServer = WebSocketRole::kServer;
constexpr WebSocketRole kClient = WebSocketRole::kClient;

// Turns every letter round; "!" is corrupt.
struct Swapped : WebSocketInflater {
  uint16_t Inflate(std::string_view payload, size_t max_message, base::Chunk* message,
                   std::string* why) override {
    if (payload == "!" || payload.size() > max_message) {
      *why = "corrupt";
      return 1002;
    }
    *message = base::Chunk::Copy(std::string(payload.rbegin(), payload.rend()));
    return 0;
  }
};

struct ReadOptions {
  WebSocketRole role = kClient;
  size_t max = 1 << 20;
  WebSocketInflater* inflater = nullptr;
};

// Feeds `bytes` whole, byte by byte, and in pieces of 7; all must give the same. "CODE: why" when
// they are refused.
std::string Read(std::string_view bytes, const ReadOptions& options = {}) {
  std::string results[3];
  const size_t sizes[] = {bytes.size() + 1, 1, 7};
  for (size_t pass = 0; pass < 3; pass++) {
    Noted noted;
    WebSocketFrameReader reader(options.role, options.max, noted);
    reader.set_inflater(options.inflater);
    std::string why;
    uint16_t code = 0;
    for (size_t at = 0; at < bytes.size() && code == 0; at += sizes[pass]) {
      code = reader.Feed(bytes.substr(at, sizes[pass]), &why);
    }
    results[pass] = noted.text + (code == 0 ? "" : std::to_string(code) + ": " + why);
  }
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
  return results[0];
}

// What a server reads, of a client's frames.
std::string ReadAsServer(std::string_view bytes) { return Read(bytes, {kServer}); }

std::string Frame(WebSocketOpcode opcode, std::string_view payload, WebSocketRole role = kServer) {
  std::string out;
  AppendFrame(out, opcode, payload, role, 0x12345678);
  return out;
}

// A frame as somebody would write it who knows no rules: `form` is 7, 16 or 64 bits of length.
std::string Raw(int first, std::string_view payload, int form, bool masked) {
  std::string out(1, static_cast<char>(first));
  const int mask_bit = masked ? 0x80 : 0;
  const size_t size = payload.size();
  if (form == 7) {
    out += static_cast<char>(mask_bit | static_cast<int>(size));
  } else {
    out += static_cast<char>(mask_bit | (form == 16 ? 126 : 127));
    for (int shift = form - 8; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift);
  }
  if (!masked) return out.append(payload);
  const std::string mask = "\x01\x82\x03\xf4";
  out += mask;
  for (size_t i = 0; i < size; i++) out += static_cast<char>(payload[i] ^ mask[i & 3]);
  return out;
}

std::string CloseFrame(int code) {
  return {static_cast<char>(0x88), '\2', static_cast<char>(code >> 8), static_cast<char>(code)};
}

TEST_SUITE("runtime/http/web_socket_frames") {
  TEST_CASE("the frames of RFC 6455, section 5.7") {
    CHECK(Read("\x81\x05Hello"s) == "text(Hello)");
    CHECK(ReadAsServer("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s) == "text(Hello)");
    CHECK(Read("\x01\x03Hel\x80\x02lo"s) == "text(Hello)");
    CHECK(Read("\x89\x05Hello\x8a\x05Hello"s) == "ping(Hello)pong(Hello)");
    CHECK(ReadAsServer("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s) == "pong(Hello)");
    CHECK(Read("\x82\x7e\x01\x00"s + std::string(256, 'x')) == "binary(256)");
    CHECK(Read("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + std::string(65536, 'x')) ==
          "binary(65536)");
  }

  TEST_CASE("every form of the length is written and read, by both sides") {
    for (const size_t size : {0, 1, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537, 100000}) {
      CAPTURE(size);
      const std::string payload(size, 'x');
      const int form = size > 65535 ? 64 : size > 125 ? 16 : 7;
      const std::string noted = "binary(" + (size > 40 ? std::to_string(size) : payload) + ")";
      CHECK(Frame(WebSocketOpcode::kBinary, payload) == Raw(0x82, payload, form, false));
      CHECK(Read(Frame(WebSocketOpcode::kBinary, payload)) == noted);
      CHECK(ReadAsServer(Frame(WebSocketOpcode::kBinary, payload, kClient)) == noted);
      CHECK(ReadAsServer(Raw(0x82, payload, form, true)) == noted);
    }
  }

  TEST_CASE("a length in a longer form than it needs is refused") {
    const std::string wrong = "1002: Received a frame whose length is not in its shortest form";
    for (const bool masked : {false, true}) {
      const ReadOptions options{masked ? kServer : kClient};
      for (const size_t size : {0, 1, 125}) {
        CHECK(Read(Raw(0x82, std::string(size, 'x'), 16, masked), options) == wrong);
        CHECK(Read(Raw(0x82, std::string(size, 'x'), 64, masked), options) == wrong);
      }
      for (const size_t size : {126, 127, 65535}) {
        CHECK(Read(Raw(0x82, std::string(size, 'x'), 64, masked), options) == wrong);
      }
    }
    CHECK_MESSAGE(Read("\x82\x7f\x80\x00\x00\x00\x00\x01\x00\x00"s) == wrong, "the highest bit");
    CHECK(Read("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"s) == wrong);
  }

  TEST_CASE("every unknown opcode is refused, whatever else the frame is") {
    for (int opcode = 0; opcode < 16; opcode++) {
      for (const int fin : {0x80, 0}) {
        for (const bool masked : {false, true}) {
          const std::string got =
              Read(Raw(fin | opcode, "x", 7, masked), {masked ? kServer : kClient});
          const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
          CAPTURE(opcode);
          CHECK((got == "1002: Unknown opcode " + std::to_string(opcode)) == !known);
        }
      }
    }
  }

  TEST_CASE("every reserved bit is refused with every opcode") {
    for (const int opcode : {0, 1, 2, 8, 9, 10}) {
      for (int bits = 0x10; bits <= 0x70; bits += 0x10) {
        CAPTURE(opcode);
        CAPTURE(bits);
        CHECK(Read(Raw(0x80 | bits | opcode, "", 7, false)) ==
              ((bits & 0x30) != 0
                   ? "1002: Received frame had RSV bits 2 or 3 set"
                   : "1002: Received a WebSocket frame whose compression bit was set, "
                     "but the compression extension was not negotiated for this "
                     "connection."));
      }
    }
  }

  TEST_CASE("a client masks every frame and a server none") {
    for (const int first : {0x81, 0x82, 0x01, 0x88, 0x89, 0x8a}) {
      CAPTURE(first);
      CHECK(ReadAsServer(Raw(first, "", 7, false)) ==
            "1002: Received a frame of the client that is not masked");
      CHECK(Read(Raw(first, "", 7, true)) == "1002: Received a frame of the server that is masked");
    }
    CHECK(ReadAsServer("\x81\x80\x01\x02\x03\x04"s) == "text()");
    CHECK_MESSAGE(ReadAsServer("\x81\x81\x00\x00\x00\x00x"s) == "text(x)", "by nothing at all");
    CHECK(ReadAsServer("\x81\x81\x00\x00\x00\x00x\x81\x01x"s) ==
          "text(x)1002: Received a frame of the client that is not masked");
  }

  TEST_CASE("a mask is laid on from any place of it, on any number of bytes") {
    const std::string mask = "\x01\x82\x03\xf4";
    uint32_t number;
    std::memcpy(&number, mask.data(), sizeof number);
    const std::string plain = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (size_t offset = 0; offset < 9; offset++) {
      for (size_t size = 0; size <= plain.size(); size++) {
        std::string wanted = plain.substr(0, size);
        for (size_t i = 0; i < size; i++)
          wanted[i] = static_cast<char>(wanted[i] ^ mask[(offset + i) & 3]);
        std::string got(size, ' ');
        CopyMasked(got.data(), std::string_view(plain).substr(0, size), number, offset);
        REQUIRE(got == wanted);
        CopyMasked(got.data(), got, number, offset);
        REQUIRE_MESSAGE(got == plain.substr(0, size), "in place");
      }
    }
  }

  TEST_CASE("messages come in fragments, with control frames between") {
    CHECK(Read("\x01\x01"
               "a\x89\x01p\x00\x01"
               "b\x8a\x00\x80\x01"
               "c"s) == "ping(p)pong()text(abc)");
    CHECK(Read("\x02\x00\x80\x00"s) == "binary()");
    CHECK(Read("\x02\x00\x00\x00\x00\x01x\x80\x00\x81\x01y"s) == "binary(x)text(y)");
    CHECK(Read("\x02\x7e\x80\x00"s + std::string(0x8000, 'x') + "\x80\x7e\x80\x00"s +
               std::string(0x8000, 'y')) == "binary(65536)");
    for (const int first : {0x80, 0x00}) {
      CHECK(Read(Raw(first, "", 7, false)) == "1002: Unexpected continuation frame");
      CHECK(Read("\x81\x01x"s + Raw(first, "", 7, false)) ==
            "text(x)1002: Unexpected continuation frame");
    }
    for (const int first : {0x81, 0x82, 0x01, 0x02}) {
      CHECK(Read("\x01\x00"s + Raw(first, "", 7, false)) == "1002: Missing continuation frame");
    }
    CHECK(Read("\x01\x01x\x88\x00\x80\x01y"s) == "close 1005()");
  }

  TEST_CASE("control frames are short and whole") {
    for (const int opcode : {8, 9, 10}) {
      CHECK(Read(Raw(opcode, "", 7, false)) == "1002: Received fragmented control frame");
      const std::string too_long = "1002: Received a control frame longer than 125 bytes";
      CHECK(Read(Raw(0x80 | opcode, std::string(126, 'x'), 16, false)) == too_long);
      CHECK(Read(Raw(0x80 | opcode, std::string(65536, 'x'), 64, false)) == too_long);
      CHECK_MESSAGE(Read(Raw(0x80 | opcode, "x", 16, false)) == too_long, "the form alone says so");
    }
    CHECK(Read(Raw(0x89, std::string(125, 'x'), 7, false)) == "ping(125)");
  }

  TEST_CASE("text must be UTF-8, wherever it is split") {
    struct {
      std::string text;
      bool valid;
    } const cases[] = {
        {"", true},
        {"\xc3\xa9", true},
        {"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", true},
        {"\xe2\x82\xac", true},
        {"\xf0\x9f\x98\x80", true},
        {"\xf4\x8f\xbf\xbf", true},
        {std::string("\0", 1), true},
        {"\xef\xbf\xbf", true},
        {"\xc3", false},
        {"a\x80", false},
        {"\xc0\xaf", false},
        {"\xe0\x80\xaf", false},
        {"\xf0\x80\x80\xaf", false},
        {"\xed\xa0\x80", false},
        {"\xed\xbf\xbf", false},
        {"\xf4\x90\x80\x80", false},
        {"\xf8\x88\x80\x80\x80", false},
        {"\xfe", false},
        {"\xce\xba\xe1\xbd\xb9\xcf\x83\xed\xa0\x80\x65", false},
    };
    for (const auto& one : cases) {
      CAPTURE(one.text);
      const std::string wanted = one.valid
                                     ? "text(" + one.text + ")"
                                     : "1007: Received a text message that is not valid UTF-8";
      CHECK(Read(Frame(WebSocketOpcode::kText, one.text)) == wanted);
      for (size_t split = 0; split <= one.text.size(); split++) {
        CHECK(Read(Raw(0x01, one.text.substr(0, split), 7, false) +
                   Raw(0x80, one.text.substr(split), 7, false)) == wanted);
      }
      std::string each = Raw(0x01, "", 7, false);
      for (const char c : one.text) each += Raw(0x00, {&c, 1}, 7, false);
      CHECK(Read(each + Raw(0x80, "", 7, false)) == wanted);
      CHECK(Read(Frame(WebSocketOpcode::kBinary, one.text)) == "binary(" + one.text + ")");
    }
  }

  TEST_CASE("close frames") {
    CHECK(Read("\x88\x00"s) == "close 1005()");
    CHECK(Read(Frame(WebSocketOpcode::kClose, ClosePayload(1000, "bye"))) == "close 1000(bye)");
    CHECK(Read(Frame(WebSocketOpcode::kClose, ClosePayload(1000, std::string(123, 'x')))) ==
          "close 1000(123)");
    CHECK(Read("\x88\x01\x03"s) == "1002: Received a Close frame with half a code");
    CHECK(Read("\x88\x03\x03\xe8\xff"s) ==
          "1007: Received a Close frame whose reason is not valid UTF-8");
    CHECK(Read("\x88\x04\x03\xe8\xc3\xa9"s) == "close 1000(\xc3\xa9)");
    CHECK(Read("\x88\x03\x03\xe8\xc3"s) ==
          "1007: Received a Close frame whose reason is not valid UTF-8");
    CHECK_MESSAGE(Read("\x88\x00\x81\x01x\xff\xff"s) == "close 1005()",
                  "what follows a close is ignored");
  }

  TEST_CASE("close codes are those of RFC 6455, section 7.4, and of the registry") {
    for (int code = 0; code <= 65535; code++) {
      const bool named = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
      const bool ours = code >= 3000 && code <= 4999;
      if (IsSendableCloseCode(static_cast<uint16_t>(code)) != (named || ours)) {
        FAIL("the code " << code);
      }
    }
    for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
      CHECK(Read(CloseFrame(code)) ==
            "1002: Received a Close frame with the code " + std::to_string(code));
    }
    for (const int code : {1000, 1001, 1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999}) {
      CHECK(Read(CloseFrame(code)) == "close " + std::to_string(code) + "()");
    }
  }

  TEST_CASE("a reason that is too long is cut between characters") {
    const std::string payload = ClosePayload(1000, std::string(122, 'x') + "\xc3\xa9");
    CHECK(payload.size() == 124);
    CHECK(Read(Frame(WebSocketOpcode::kClose, payload)) == "close 1000(122)");
  }

  TEST_CASE("a message that is too long is refused before it is read") {
    const ReadOptions ten{kClient, 10};
    CHECK(Read("\x82\x0b"s, ten) == "1009: Message is too large: 11 > 10");
    CHECK(Read("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s, ten) ==
          "1009: Message is too large: 9223372036854775807 > 10");
    CHECK(Read("\x02\x06"
               "aaaaaa\x80\x05"s,
               ten) == "1009: Message is too large: 11 > 10");
    CHECK(Read("\x02\x06"
               "aaaaaa\x89\x0b"
               "ppppppppppp\x80\x04"
               "bbbb"s,
               ten) == "ping(ppppppppppp)binary(aaaaaabbbb)");
    CHECK(Read("\x82\x0a"
               "aaaaaaaaaa\x82\x0a"
               "bbbbbbbbbb"s,
               ten) == "binary(aaaaaaaaaa)binary(bbbbbbbbbb)");
  }

  TEST_CASE("a compressed message goes through what was agreed on") {
    Swapped swapped;
    const ReadOptions options{kClient, 10, &swapped};
    CHECK(Read(Raw(0xc1, "olleh", 7, false) + Raw(0x81, "plain", 7, false), options) ==
          "text(hello)text(plain)");
    CHECK(Read(Raw(0x42, "ol", 7, false) + Raw(0x89, "p", 7, false) + Raw(0x80, "leh", 7, false),
               options) == "ping(p)binary(hello)");
    CHECK(Read(Raw(0xc1, "!", 7, false), options) == "1002: corrupt");
    CHECK(Read(Raw(0xc1, std::string(11, 'x'), 7, false), options) ==
          "1009: Message is too large: 11 > 10");
    CHECK(Read(Raw(0xc1, "\xc3", 7, false), options) ==
          "1007: Received a text message that is not valid UTF-8");
    const std::string misplaced =
        "1002: Received a frame whose compression bit was set and that does not begin a message";
    for (const int opcode : {8, 9, 10}) {
      CHECK(Read(Raw(0xc0 | opcode, "", 7, false), options) == misplaced);
    }
    CHECK(Read(Raw(0x41, "a", 7, false) + Raw(0xc0, "b", 7, false), options) == misplaced);
    CHECK(Read(Raw(0x01, "a", 7, false) + Raw(0xc0, "b", 7, false), options) == misplaced);
    CHECK(Read(Raw(0xe1, "a", 7, false), options) ==
          "1002: Received frame had RSV bits 2 or 3 set");
  }
}

}  // namespace
}  // namespace isolane::http
