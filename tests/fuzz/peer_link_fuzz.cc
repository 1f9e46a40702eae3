// runtime/worker/peers: what another process sends over its unix socket, into a runtime with a
// Worker "back". The input: frames, each a byte for its kind, two bytes for the length of its
// fields, and the fields (runtime/worker/peers/wire.h). They follow a greeting that is right.
// Frames that can be read are written again as they were, and nothing of a link may be left when
// it has ended.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include <isolane/runtime.h>

#include "runtime/base/check.h"
#include "runtime/worker/graph.h"
#include "runtime/worker/peers/wire.h"
#include "tests/fuzz/targets.h"
#include "tests/support/temporary_directory.h"

namespace isolane::fuzz {

namespace {

namespace wire = worker::wire;

constexpr char kSource[] = R"js(
  import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers';
  export class Obj extends DurableObject {}
  export default class extends WorkerEntrypoint {
    async fetch(request) {
      return new Response(request.body, { headers: request.headers });
    }
    echo(...values) { return values; }
    async call(f) { return typeof f === 'function' ? f(f) : f?.method?.(f); }
  };)js";

// "internal error" is what a bug of the built-in half looks like.
class Log final : public Observer {
 public:
  void OnLog(const LogLine& line) override {
    if (line.text.find("internal error") == std::string_view::npos) return;
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.text.size()), line.text.data());
    ISOLANE_CHECK(!"nothing is logged as a bug of isolane");
  }
};

class Peer {
 public:
  Peer() {
    WorkerSpec spec;
    spec.name = "back";
    spec.main_module = "index.js";
    spec.compatibility_date = "2026-05-01";
    spec.limits.cpu_ms = 200;
    spec.modules = [](const std::string&) -> Result<ModuleSource> {
      return ModuleSource{ModuleType::kEsModule, kSource};
    };
    spec.durable_objects = {{.name = "Obj"}};
    RuntimeOptions options;
    options.unknown_services = UnknownService::kFailOnUse;
    options.observer = &log_;
    options.registry = directory_.path();
    auto loaded = Runtime::LoadSpecs({spec}, options);
    ISOLANE_CHECK(loaded.ok());
    runtime_ = std::move(*loaded);
  }

  void Send(const std::string& frames) {
    const int connection = Connect();
    const std::string greeting = Receive(connection);
    ISOLANE_CHECK(!greeting.empty());
    // What it says of itself is right for a peer, too.
    Write(connection, greeting);
    Write(connection, frames);
    for (int i = 0; i < 4; i++) {
      runtime_->Poll();
      Receive(connection);
    }
    close(connection);
    worker::Dispatcher& dispatcher = static_cast<worker::Graph&>(*runtime_).dispatcher();
    for (int i = 0; i < 1000 && dispatcher.live_pipelines() > 0; i++) runtime_->Poll();
    runtime_->Poll();
    ISOLANE_CHECK(dispatcher.live_pipelines() == 0);
    ISOLANE_CHECK(dispatcher.live_stubs() == 0);
    ISOLANE_CHECK(dispatcher.live_calls() == 0);
    ISOLANE_CHECK(dispatcher.live_bodies() == 0);
  }

 private:
  int Connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
      if (file.path().extension() == ".sock") file.path().string().copy(address.sun_path, 107);
    }
    const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ISOLANE_CHECK(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    return connection;
  }
  // Nothing in particular: enough that the other side never has to wait.
  std::string Receive(int connection) {
    std::string bytes;
    char buffer[65536];
    for (int i = 0; i < 100; i++) {
      const ssize_t size = recv(connection, buffer, sizeof buffer, 0);
      if (size > 0) bytes.append(buffer, static_cast<size_t>(size));
      if (size <= 0 && (!bytes.empty() || i > 2)) break;
      runtime_->Poll();
    }
    return bytes;
  }
  void Write(int connection, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t size = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size < 0 && errno != EAGAIN) return;
      if (size > 0) bytes.remove_prefix(static_cast<size_t>(size));
      runtime_->Poll();
    }
  }

  Log log_;
  testing::TemporaryDirectory directory_;
  std::unique_ptr<Runtime> runtime_;
};

template <typename T>
void CheckThatItIsWrittenAsRead(std::string_view fields) {
  T value;
  if (!wire::Read(fields, value)) return;
  std::string again;
  wire::Append(value, again);
  const wire::Frame frame = wire::NextFrame(again);
  ISOLANE_CHECK(frame.state == wire::Frame::State::kComplete && frame.fields == fields);
}

void CheckFields(wire::Kind kind, std::string_view fields) {
  switch (kind) {
    case wire::Kind::kHello:
      return CheckThatItIsWrittenAsRead<wire::Hello>(fields);
    case wire::Kind::kCall:
      return CheckThatItIsWrittenAsRead<wire::Call>(fields);
    case wire::Kind::kAnswer:
      return CheckThatItIsWrittenAsRead<wire::Answer>(fields);
    case wire::Kind::kData:
      return CheckThatItIsWrittenAsRead<wire::Data>(fields);
    case wire::Kind::kFail:
      return CheckThatItIsWrittenAsRead<wire::Failure>(fields);
    case wire::Kind::kCredit:
      return CheckThatItIsWrittenAsRead<wire::Credit>(fields);
    case wire::Kind::kMessage:
      return CheckThatItIsWrittenAsRead<wire::SocketMessage>(fields);
    case wire::Kind::kGone:
      return CheckThatItIsWrittenAsRead<wire::Gone>(fields);
    default:
      return;
  }
}

}  // namespace

void PeerLink(std::string_view input) {
  static Peer peer;
  std::string frames;
  while (input.size() >= 3) {
    const auto kind = static_cast<uint8_t>(input[0]);
    uint16_t size;
    std::memcpy(&size, input.data() + 1, sizeof size);
    input.remove_prefix(3);
    const std::string_view fields = input.substr(0, size);
    input.remove_prefix(fields.size());
    CheckFields(static_cast<wire::Kind>(kind), fields);
    const auto length = static_cast<uint32_t>(fields.size() + 1);
    frames.append(reinterpret_cast<const char*>(&length), sizeof length);
    frames.push_back(static_cast<char>(kind));
    frames += fields;
  }
  peer.Send(frames);
}

}  // namespace isolane::fuzz
