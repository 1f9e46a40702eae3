// A process that says what no isolane says: what it must not do to another one.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "runtime/worker/peers/wire.h"
#include "tests/runtime/worker/peers/pair.h"

namespace isolane::worker {
namespace {

// A process that says what a test makes it say, after the greeting.
class RawPeer {
 public:
  explicit RawPeer(Pair& pair) : pair_(pair), connection_(pair.ConnectRaw()) {
    REQUIRE(Receives(wire::Kind::kHello));
    Send(received_);
  }
  ~RawPeer() { close(connection_); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void Send(std::string_view frames) {
    REQUIRE(send(connection_, frames.data(), frames.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(frames.size()));
  }
  // Waits for a frame of this kind.
  bool Receives(wire::Kind kind) {
    return pair_.Until([&] {
      char buffer[4096];
      const ssize_t size = recv(connection_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (size > 0) received_.append(buffer, static_cast<size_t>(size));
      std::string_view rest = received_;
      for (;;) {
        const wire::Frame frame = wire::NextFrame(rest);
        if (frame.state != wire::Frame::State::kComplete) return false;
        if (frame.kind == kind) return true;
        rest.remove_prefix(frame.size);
      }
    });
  }

 private:
  Pair& pair_;
  const int connection_;
  std::string received_;
};

wire::Call MethodOf(std::string_view worker, std::string_view name, uint32_t number) {
  wire::Call call;
  call.number = number;
  call.method = true;
  call.service.worker = worker;
  call.head = name;
  call.budget = {50, 1'000'000, 32, 6, 32, 30'000, 128, 16};
  return call;
}

// Arguments: the binding that is the first attachment, as V8 and workers/rpc_values.js write it.
constexpr std::string_view kFirstAttachment(
    "\xff\x0f"
    "A\1\\\2\0\5i\1\0\0\0\0\5i\0\0\0\0$\0\1",
    23);

// The same as a stub of the Durable Object with this address, of less than 100 bytes.
std::string StubOfFirstAttachment(const std::string& address) {
  using namespace std::string_literals;
  const char size = static_cast<char>(address.size());
  return "\xff\x0f"
         "A\1\\\3\0\5i\1\0\0\0\0\5i\0\0\0\0\0"s +
         static_cast<char>(size + 5) + "s" + size + "\0\0\0"s + address + "$\0\1"s;
}

TEST_SUITE("runtime/worker/peers") {
  TEST_CASE("a binding that comes back in a call whose link is lost before it begins") {
    Pair pair;
    pair.StartBack(Back("give() { return this.ctx.exports.default; }"
                        "take(own) { console.log('took ' + typeof own.name); }"
                        "name() { return 'back'; }")
                       .Flag("enable_ctx_exports"));
    RawPeer peer(pair);
    wire::Call give = MethodOf("back", "give", 1);
    std::string frames;
    wire::Append(give, frames);
    peer.Send(frames);
    REQUIRE(peer.Receives(wire::Kind::kAnswer));
    wire::Call take = MethodOf("back", "take", 2);
    take.message.cloned = true;
    take.message.clone = kFirstAttachment;
    take.message.attachments.resize(1);
    take.message.attachments[0].kind = wire::Attachment::Kind::kYourChannel;
    frames.clear();
    wire::Append(take, frames);
    peer.Send(frames + std::string(64, '\xff'));
    CHECK(pair.Until([&] { return pair.back->observer().Find("took function") != nullptr; }));
    CHECK(pair.AtRest());
  }

  TEST_CASE("the stub of a Durable Object whose id is none is told so, and names no file") {
    Pair pair;
    pair.StartBack(TestWorker("back", RpcPrelude(R"js(
                     import { DurableObject } from 'cloudflare:workers';
                     export class Obj extends DurableObject { say() { return 'started'; } }
                     export default class extends WorkerEntrypoint {
                       async ask(stub) { console.log(await tried(() => stub.say())); }
                     }
                   )js"))
                       .Objects("SELF", "Obj"));
    RawPeer peer(pair);
    wire::Call ask = MethodOf("back", "ask", 1);
    const std::string clone = StubOfFirstAttachment(std::string(64, '/'));
    ask.message.cloned = true;
    ask.message.clone = clone;
    ask.message.attachments.resize(1);
    ask.message.attachments[0].kind = wire::Attachment::Kind::kNamedService;
    ask.message.attachments[0].service = {"back", "Obj", "", true};
    std::string frames;
    wire::Append(ask, frames);
    peer.Send(frames);
    CHECK(pair.Until([&] { return !pair.back->observer().lines.empty(); }));
    CHECK(pair.back->observer().Find("Error: Invalid Durable Object ID") != nullptr);
  }

  TEST_CASE("a connection that sends nonsense is hung up on, and nothing else happens") {
    Pair pair;
    pair.StartFront(Front("return 'fine';"));
    for (const std::string& nonsense : {std::string("GET / HTTP/1.1\r\n\r\n"),
                                        std::string(1000, '\0'), std::string(64, '\xff')}) {
      const int connection = pair.ConnectRaw();
      REQUIRE(send(connection, nonsense.data(), nonsense.size(), MSG_NOSIGNAL) > 0);
      char byte;
      ssize_t received = -1;
      CHECK(pair.Until([&] {
        do {
          received = recv(connection, &byte, 1, MSG_DONTWAIT);
        } while (received > 0);  // its greeting
        return received == 0 || errno == ECONNRESET;
      }));
      close(connection);
      CHECK(pair.Text() == "fine");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
