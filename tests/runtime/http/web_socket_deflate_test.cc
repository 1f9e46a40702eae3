#include "runtime/http/web_socket_deflate.h"

#include <zlib.h>

#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace isolane::http {
namespace {

using namespace std::string_literals;

constexpr size_t kMax = 1 << 20;

// A peer's compressor, which keeps its context from message to message.
class Peer {
 public:
  explicit Peer(int bits = 15) {
    REQUIRE(deflateInit2(&stream_, 9, Z_DEFLATED, -bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~Peer() { deflateEnd(&stream_); }
  std::string Compress(std::string_view message, int flush = Z_SYNC_FLUSH) {
    std::string out(message.size() + 1000, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    stream_.avail_in = static_cast<uInt>(message.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    deflate(&stream_, flush);
    out.resize(out.size() - stream_.avail_out);
    // A block that is the last one has no tail to lose, and is followed by an empty one.
    if (flush == Z_FINISH) {
      deflateReset(&stream_);
      return out + '\0';
    }
    REQUIRE(out.ends_with("\0\0\xff\xff"s));
    return out.substr(0, out.size() - 4);
  }

 private:
  z_stream stream_{};
};

// A peer's decompressor with a window of so many bits.
std::string Restore(std::string_view payload, int bits) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, -bits) == Z_OK);
  const std::string input = std::string(payload) + "\0\0\xff\xff"s;
  std::string out(kMax, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_SYNC_FLUSH) == Z_OK);
  CHECK(stream.avail_in == 0);
  out.resize(out.size() - stream.avail_out);
  inflateEnd(&stream);
  return out;
}

std::string Inflate(WebSocketDeflate& deflate, std::string_view payload, size_t max = kMax) {
  base::Chunk message;
  std::string why;
  const uint16_t code = deflate.Inflate(payload, max, &message, &why);
  return code == 0 ? std::string(message.view()) : std::to_string(code) + ": " + why;
}

// Words that repeat, and never quite.
std::string Words(size_t size, uint32_t seed = 1) {
  static const char* const kWords[] = {"alpha ", "beta ", "gamma ", "delta ", "epsilon "};
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) text += kWords[random() % 5];
  text.resize(size);
  return text;
}

std::string Noise(size_t size) {
  std::mt19937 random(7);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

DeflateParameters NoTakeover() {
  DeflateParameters agreed;
  agreed.server_no_context_takeover = agreed.client_no_context_takeover = true;
  return agreed;
}

TEST_SUITE("runtime/http/web_socket_deflate") {
  TEST_CASE("the payloads of RFC 7692, section 7.2.3, are read") {
    WebSocketDeflate deflate(WebSocketRole::kServer, {});
    CHECK(Inflate(deflate, "\xf2\x48\xcd\xc9\xc9\x07\x00"s) == "Hello");
    CHECK_MESSAGE(Inflate(deflate, "\xf2\x00\x11\x00\x00"s) == "Hello",
                  "in terms of the one before");
    CHECK_MESSAGE(Inflate(deflate, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s) == "Hello",
                  "a block that is not compressed");
    CHECK_MESSAGE(Inflate(deflate, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s) == "Hello",
                  "a block that says that it is the last one");
    CHECK_MESSAGE(
        Inflate(deflate, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s) == "Hello",
        "two blocks");
    CHECK_MESSAGE(Inflate(deflate, "\0"s) == "", "an empty message");
  }

  TEST_CASE("what is compressed is read by any peer, message by message") {
    for (const WebSocketRole role : {WebSocketRole::kServer, WebSocketRole::kClient}) {
      WebSocketDeflate deflate(role, NoTakeover());
      for (const size_t size :
           {WebSocketDeflate::kMinSize, size_t{1000}, size_t{20'000}, size_t{300'000}}) {
        const std::string message = Words(size);
        const base::Chunk payload = deflate.Compress(message);
        CHECK(payload.size() > 0);
        CHECK(payload.size() < size);
        CHECK(Restore(payload.view(), 15) == message);
        CHECK(Inflate(deflate, payload.view()) == message);
      }
    }
  }

  TEST_CASE("what would not shrink is sent as it is") {
    WebSocketDeflate deflate(WebSocketRole::kServer, NoTakeover());
    CHECK(deflate.Compress("").empty());
    CHECK(deflate.Compress(std::string(WebSocketDeflate::kMinSize - 1, 'x')).empty());
    CHECK(deflate.Compress(Noise(1000)).empty());
    CHECK(deflate.Compress(Noise(100'000)).empty());
    CHECK(Restore(deflate.Compress(Words(1000)).view(), 15) == Words(1000));
  }

  TEST_CASE("a window that was agreed on is kept to, by either side") {
    const std::string distant = Words(5000, 1) + Words(5000, 2) + Words(5000, 1);
    for (int bits = 8; bits <= 15; bits++) {
      CAPTURE(bits);
      DeflateParameters agreed = NoTakeover();
      agreed.server_max_window_bits = bits;
      WebSocketDeflate server(WebSocketRole::kServer, agreed);
      CHECK(Restore(server.Compress(distant).view(), bits) == distant);
      agreed = NoTakeover();
      agreed.client_max_window_bits = bits;
      WebSocketDeflate client(WebSocketRole::kClient, agreed);
      CHECK(Restore(client.Compress(distant).view(), bits) == distant);
    }
  }

  TEST_CASE("a peer may refer to earlier messages where that was agreed on") {
    Peer peer;
    WebSocketDeflate deflate(WebSocketRole::kServer, {});
    WebSocketDeflate other(WebSocketRole::kServer, {});
    const std::string message = Noise(2000);
    CHECK(peer.Compress(message).size() > 1900);
    Peer same;
    CHECK(Inflate(deflate, same.Compress(message)) == message);
    const std::string again = same.Compress(message);
    CHECK(again.size() < 100);
    CHECK(Inflate(deflate, again) == message);
    CHECK_MESSAGE(Inflate(other, again) == "1002: Invalid compressed data", "nobody else's memory");
    const std::string last = same.Compress(message, Z_FINISH);
    CHECK(last.size() < 100);
    CHECK_MESSAGE(Inflate(deflate, last) == message, "also of a block that says it is the last");
    CHECK_MESSAGE(Inflate(deflate, last) == message, "whose own bytes are remembered");
  }

  TEST_CASE("a peer that promised not to refer back cannot") {
    Peer peer;
    WebSocketDeflate deflate(WebSocketRole::kServer, NoTakeover());
    const std::string message = Noise(2000);
    CHECK(Inflate(deflate, peer.Compress(message)) == message);
    CHECK(Inflate(deflate, peer.Compress(message)) == "1002: Invalid compressed data");
    CHECK_MESSAGE(Inflate(deflate, Peer().Compress(message)) == message, "it works on");
  }

  TEST_CASE("a message that grows too large ends before it is there") {
    WebSocketDeflate deflate(WebSocketRole::kServer, NoTakeover());
    const std::string zeros(size_t{64} << 20, '\0');
    const std::string bomb = Peer().Compress(zeros);
    CHECK(bomb.size() < 70'000);
    CHECK(Inflate(deflate, bomb, size_t{1} << 20) == "1009: Message is too large: > 1048576");
    CHECK(Inflate(deflate, Peer().Compress(zeros.substr(0, 1000)), 1000) == zeros.substr(0, 1000));
    CHECK(Inflate(deflate, Peer().Compress(zeros.substr(0, 1000)), 999) ==
          "1009: Message is too large: > 999");
  }

  TEST_CASE("what is no compressed message is refused") {
    const std::string whole = Peer().Compress(Words(500));
    for (const bool takeover : {false, true}) {
      const DeflateParameters agreed = takeover ? DeflateParameters() : NoTakeover();
      auto refused = [&](std::string_view payload) {
        WebSocketDeflate deflate(WebSocketRole::kServer, agreed);
        return Inflate(deflate, payload) == "1002: Invalid compressed data";
      };
      CHECK(refused("\xff\xff\xff"));
      CHECK(refused("\x07"));
      CHECK_MESSAGE(refused("\x00\x05\x00\x00\x00hello"s), "a length that contradicts itself");
      CHECK_MESSAGE(refused("\xf2\x00\x11\x00\x00"s), "a reference to nothing");
      CHECK_MESSAGE(refused(""), "not even a block");
      CHECK_MESSAGE(refused("\xf3\x48\xcd\xc9\xc9\x07\x00"s), "nothing after the last block");
      CHECK_MESSAGE(refused(whole + "\0\0\xff\xff"s), "the bytes that are to be left out");
      size_t cut_ones = 0;
      for (size_t size = 0; size < whole.size(); size++) cut_ones += refused(whole.substr(0, size));
      CHECK(cut_ones == whole.size());
    }
  }
}

}  // namespace
}  // namespace isolane::http
