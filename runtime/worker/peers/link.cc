#include "runtime/worker/peers/link.h"

#include <utility>

#include "runtime/worker/peers/incoming_call.h"
#include "runtime/worker/peers/peers.h"

namespace isolane::worker {

namespace {

// Frames that wait before bodies have to: calls and answers always go.
constexpr size_t kFullAt = size_t{512} << 10;
// The memory of one large frame is not kept for small ones.
constexpr size_t kKeptBytes = size_t{1} << 20;

}  // namespace

Link::Link(uv_loop_s* loop, Peers& peers, uint32_t id, Side side)
    : LocalStream(loop),
      peers_(peers),
      id_(id),
      streams_(*this, side == Side::kConnected ? 1 : 2) {}

void Link::Greet() {
  wire::Append(wire::Hello{.build = peers_.build(), .instance = peers_.instance()}, out_);
  OnDirty();
}

bool Link::full() const { return out_.size() + writing_.size() >= kFullAt; }

void Link::OnDirty() {
  if (!lost_) peers_.OnDirty(*this);
}

void Link::OnRead(std::string_view bytes) {
  if (lost_) return;
  in_ += bytes;
  size_t at = 0;
  bool right = true;
  while (right && !lost_) {
    const wire::Frame frame = wire::NextFrame(std::string_view(in_).substr(at));
    if (frame.state == wire::Frame::State::kIncomplete) break;
    right = frame.state == wire::Frame::State::kComplete && OnFrame(frame);
    at += frame.size;
  }
  in_.erase(0, at);
  if (in_.empty() && in_.capacity() > kKeptBytes) in_.shrink_to_fit();
  if (!right) Lose("The connection to another isolane process was given up: it sent nonsense.");
  peers_.Turn();
}

void Link::OnReadEnd() {
  Lose({});
  peers_.Turn();
}

void Link::OnWriteDone(int status) {
  writing_.clear();
  if (writing_.capacity() > kKeptBytes) writing_.shrink_to_fit();
  if (status != 0) {
    Lose({});
  } else {
    OnDirty();
  }
  peers_.Turn();
}

void Link::Flush() {
  if (lost_) return;
  streams_.Pump();
  if (write_pending() || out_.empty()) return;
  const ptrdiff_t written = TryWrite(out_);
  if (written < 0) {
    Lose({});
    return;
  }
  if (static_cast<size_t>(written) == out_.size()) {
    out_.clear();
    if (out_.capacity() > kKeptBytes) out_.shrink_to_fit();
    if (streams_.waiting()) OnDirty();
    return;
  }
  out_.erase(0, static_cast<size_t>(written));
  writing_.swap(out_);
  if (Write(writing_) != 0) Lose({});
}

bool Link::OnFrame(const wire::Frame& frame) {
  const std::string_view fields = frame.fields;
  if (!greeted_) {
    wire::Hello hello;
    return frame.kind == wire::Kind::kHello && wire::Read(fields, hello) && OnHello(hello);
  }
  switch (frame.kind) {
    case wire::Kind::kHello:
      return false;
    case wire::Kind::kCall: {
      wire::Call call;
      return wire::Read(fields, call) && OnCall(call);
    }
    case wire::Kind::kAnswer: {
      wire::Answer answer;
      return wire::Read(fields, answer) && OnAnswer(answer);
    }
    case wire::Kind::kData: {
      wire::Data data;
      return wire::Read(fields, data) && streams_.OnData(data);
    }
    case wire::Kind::kFail: {
      wire::Failure failure;
      if (!wire::Read(fields, failure)) return false;
      streams_.OnFail(failure);
      return true;
    }
    case wire::Kind::kCredit: {
      wire::Credit credit;
      if (!wire::Read(fields, credit)) return false;
      streams_.OnCredit(credit);
      return true;
    }
    case wire::Kind::kMessage: {
      wire::SocketMessage message;
      if (!wire::Read(fields, message)) return false;
      streams_.OnMessage(message);
      return true;
    }
    case wire::Kind::kGone: {
      wire::Gone gone;
      if (!wire::Read(fields, gone)) return false;
      peers_.NoteGone(std::string(gone.worker), id_);
      return true;
    }
    case wire::Kind::kCancel:
    case wire::Kind::kEnd:
    case wire::Kind::kClose:
    case wire::Kind::kStop:
    case wire::Kind::kDrop:
    case wire::Kind::kOver:
    case wire::Kind::kBye: {
      wire::Number number;
      if (!wire::Read(fields, number)) return false;
      OnNumber(frame.kind, number.number);
      return true;
    }
  }
  return false;
}

void Link::OnNumber(wire::Kind kind, uint32_t number) {
  switch (kind) {
    case wire::Kind::kClose:
      streams_.OnClose(number);
      return;
    case wire::Kind::kStop:
      streams_.OnStop(number);
      return;
    case wire::Kind::kDrop:
      objects_.erase(number);
      return;
    case wire::Kind::kBye:
      leaving_ = true;
      return;
    case wire::Kind::kOver:
      if (const auto sent = outgoing_.find(number); sent != outgoing_.end()) {
        if (sent->second.call != 0) return;
        peers_.NoteOver(sent->second.pipeline, id_, number);
        outgoing_.erase(sent);
      }
      return;
    default:
      break;
  }
  const auto found = incoming_.find(number);
  if (found == incoming_.end()) return;
  IncomingCall* incoming = peers_.FindIncoming(found->second);
  if (kind == wire::Kind::kEnd) incoming_.erase(found);
  if (incoming == nullptr || incoming->pipeline == 0) return;
  if (kind == wire::Kind::kEnd) {
    peers_.dispatcher().ClientGone(incoming->pipeline);
  } else {
    peers_.dispatcher().CancelForPeer(incoming->pipeline);
  }
}

bool Link::OnHello(const wire::Hello& hello) {
  if (hello.magic != wire::kMagic) return false;
  greeted_ = true;
  instance_ = hello.instance;
  if (hello.version == wire::kVersion && hello.build == peers_.build()) return true;
  // The peer sees the same, and need not be told.
  Flush();
  for (auto& [number, outgoing] : outgoing_) {
    Call* call = peers_.dispatcher().FindCall(outgoing.call);
    if (call == nullptr || !call->at_peer) continue;
    peers_.NoteAnswered(outgoing.call);
    outgoing.call = 0;
    peers_.dispatcher().AnswerUnknownService(
        *call, "Worker \"" + outgoing.worker +
                   "\" is not compatible with this version of the dev server. Please update all "
                   "Worker instances to the same version.");
  }
  Lose({});
  return true;
}

void Link::Lose(const std::string& why) {
  if (lost_) return;
  lost_ = true;
  const auto outgoing = std::exchange(outgoing_, {});
  for (const auto& [number, sent] : outgoing) {
    Call* call = peers_.dispatcher().FindCall(sent.call);
    if (call == nullptr || !call->at_peer) continue;
    peers_.NoteAnswered(sent.call);
    const std::string text =
        !why.empty()
            ? why
            : "Network connection lost: the isolane process that runs " +
                  (sent.worker.empty() ? "the other side" : "Worker \"" + sent.worker + "\"") +
                  " ended before it answered. The next call finds it when it runs again.";
    peers_.dispatcher().AnswerFromPeer(*call, RemoteError{"Error", text, {}, false});
  }
  const auto incoming = std::exchange(incoming_, {});
  for (const auto& [number, id] : incoming) {
    IncomingCall* call = peers_.FindIncoming(id);
    if (call == nullptr) continue;
    if (call->pipeline != 0) {
      peers_.dispatcher().ClientGone(call->pipeline);
      continue;
    }
    // What has begun on an object goes on, for nobody.
    if (Call* begun = peers_.dispatcher().FindCall(call->call)) begun->cancelled = true;
    peers_.ForgetIncoming(id);
  }
  streams_.Lose(why.empty() ? "Network connection lost: the other isolane process ended." : why);
  objects_.clear();
  channels_.clear();
  peers_.Remove(*this);
}

}  // namespace isolane::worker
