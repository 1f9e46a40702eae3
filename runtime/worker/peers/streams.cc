#include "runtime/worker/peers/streams.h"

#include <algorithm>
#include <utility>

namespace isolane::worker {

namespace {

// What a message takes of its stream's credit beside its bytes.
constexpr uint32_t kMessageCost = 16;

}  // namespace

// A body of this process that the peer reads.
struct Streams::Outgoing final : base::PipeReader {
  Streams& table;
  const uint32_t number;
  std::shared_ptr<base::Pipe> pipe;  // null: `rest` is all there is
  base::Chunk rest;                  // read from the pipe and not written
  uint32_t credit = wire::kWindow;
  std::function<void()> done;

  Outgoing(Streams& owner, uint32_t own_number) : table(owner), number(own_number) {}
  ~Outgoing() override {
    if (pipe != nullptr) {
      pipe->set_reader(nullptr);
      pipe->Cancel();
    }
    if (done) done();
  }
  void OnReadable() override { table.MarkDirty(number); }
};

// A body of the peer that somebody here reads.
struct Streams::Incoming final : base::PipeWriter {
  Streams& table;
  const uint32_t number;
  std::shared_ptr<base::Pipe> pipe;
  uint32_t received = 0;  // bytes that the peer was not granted again

  Incoming(Streams& owner, uint32_t peers_number) : table(owner), number(peers_number) {}
  ~Incoming() override { pipe->set_writer(nullptr); }

  void GrantRead() {
    const auto queued = static_cast<uint32_t>(pipe->queued());
    if (queued >= received) return;
    table.Grant(number, received - queued);
    received = queued;
  }
  void OnWritable() override { GrantRead(); }
  void OnEmpty() override { GrantRead(); }
  void OnCancel() override {
    wire::Append(wire::Kind::kStop, {number}, table.sink_.frames());
    table.sink_.OnDirty();
    // The reader holds the pipe; this object is gone after it.
    table.incoming_.erase(number);
  }
};

// A WebSocket: one end is held here, whoever uses it has the other.
struct Streams::Socket final : base::MessageListener {
  Streams& table;
  const uint32_t number;
  std::shared_ptr<base::MessageEnd> end;
  uint32_t credit = wire::kWindow;
  uint32_t received = 0;
  bool sent_close = false;
  bool got_close = false;

  Socket(Streams& owner, uint32_t shared_number) : table(owner), number(shared_number) {}
  ~Socket() override {
    end->set_listener(nullptr);
    end->Abandon("Network connection lost.");
  }
  void OnMessage() override { table.MarkDirty(number); }
  void OnDrained() override {
    if (received == 0 || end->buffered() > 0) return;
    table.Grant(number, std::exchange(received, 0));
  }
};

Streams::Streams(FrameSink& sink, uint32_t first) : sink_(sink), next_(first) {}

Streams::~Streams() = default;

uint32_t Streams::NewNumber() {
  const uint32_t number = next_;
  next_ += 2;
  // 0 is none.
  if (next_ < 2) next_ += 2;
  return number;
}

bool Streams::IsNewOfPeer(uint32_t number) const {
  return number != 0 && number % 2 != next_ % 2 && !incoming_.contains(number) &&
         !sockets_.contains(number);
}

void Streams::MarkDirty(uint32_t number) {
  dirty_.push_back(number);
  sink_.OnDirty();
}

void Streams::Grant(uint32_t number, uint32_t bytes) {
  wire::Append(wire::Credit{number, bytes}, sink_.frames());
  sink_.OnDirty();
}

wire::Body Streams::Put(base::Body& body, std::function<void()> done) {
  wire::Body wire;
  const bool whole = body.kind == base::Body::Kind::kBytes && body.bytes.size() <= wire::kMaxData;
  if (body.none() || whole) {
    if (whole) {
      wire.kind = wire::Body::Kind::kBytes;
      wire.bytes = body.bytes.view();
    }
    if (done) done();
    return wire;
  }
  auto stream = std::make_unique<Outgoing>(*this, NewNumber());
  stream->done = std::move(done);
  wire.kind = wire::Body::Kind::kStream;
  wire.stream = stream->number;
  if (const auto length = body.length()) wire.length = static_cast<int64_t>(*length);
  if (body.kind == base::Body::Kind::kBytes) {
    stream->rest = std::move(body.bytes);
  } else {
    stream->pipe = std::move(body.pipe);
    stream->pipe->set_reader(stream.get());
  }
  body = base::Body();
  MarkDirty(stream->number);
  outgoing_.emplace(stream->number, std::move(stream));
  return wire;
}

uint32_t Streams::PutSocket(std::shared_ptr<base::MessageEnd> end) {
  if (end == nullptr) return 0;
  auto socket = std::make_unique<Socket>(*this, NewNumber());
  const uint32_t number = socket->number;
  end->speaks_for_world = true;
  end->set_listener(socket.get());
  socket->end = std::move(end);
  MarkDirty(number);
  sockets_.emplace(number, std::move(socket));
  return number;
}

bool Streams::Take(const wire::Body& wire, base::Body& body) {
  switch (wire.kind) {
    case wire::Body::Kind::kNone:
      body = base::Body();
      return true;
    case wire::Body::Kind::kBytes:
      body = base::Body::Bytes(base::Chunk::Copy(wire.bytes));
      return true;
    case wire::Body::Kind::kStream:
      break;
  }
  if (!IsNewOfPeer(wire.stream)) return false;
  auto stream = std::make_unique<Incoming>(*this, wire.stream);
  stream->pipe = std::make_shared<base::Pipe>();
  stream->pipe->outside = true;
  if (wire.length >= 0) stream->pipe->expected_length = static_cast<uint64_t>(wire.length);
  stream->pipe->set_writer(stream.get());
  body = base::Body::Stream(stream->pipe);
  incoming_.emplace(wire.stream, std::move(stream));
  return true;
}

std::shared_ptr<base::MessageEnd> Streams::TakeSocket(uint32_t number) {
  if (!IsNewOfPeer(number)) return nullptr;
  auto [here, there] = base::MessageEnd::Pair();
  auto socket = std::make_unique<Socket>(*this, number);
  here->speaks_for_world = true;
  here->set_listener(socket.get());
  socket->end = std::move(here);
  sockets_.emplace(number, std::move(socket));
  return there;
}

bool Streams::OnData(const wire::Data& data) {
  const auto found = incoming_.find(data.stream);
  if (found == incoming_.end()) return true;
  Incoming& stream = *found->second;
  if (data.bytes.size() > wire::kWindow - stream.received) return false;
  stream.received += static_cast<uint32_t>(data.bytes.size());
  const std::shared_ptr<base::Pipe> pipe = stream.pipe;
  // Whoever is told of it may be done with the stream.
  pipe->Write(base::Chunk::Copy(data.bytes));
  return true;
}

void Streams::OnClose(uint32_t number) {
  const auto found = incoming_.find(number);
  if (found == incoming_.end()) return;
  const std::shared_ptr<base::Pipe> pipe = found->second->pipe;
  incoming_.erase(found);
  pipe->Close();
}

void Streams::OnFail(const wire::Failure& failure) {
  const auto found = incoming_.find(failure.stream);
  if (found == incoming_.end()) return;
  const std::shared_ptr<base::Pipe> pipe = found->second->pipe;
  incoming_.erase(found);
  pipe->Fail({std::string(failure.type), std::string(failure.message)});
}

void Streams::OnCredit(const wire::Credit& credit) {
  const auto add = [&](uint32_t& to) {
    to = std::min(wire::kWindow, to + std::min(credit.bytes, wire::kWindow));
    MarkDirty(credit.stream);
  };
  if (const auto body = outgoing_.find(credit.stream); body != outgoing_.end()) {
    add(body->second->credit);
  } else if (const auto socket = sockets_.find(credit.stream); socket != sockets_.end()) {
    add(socket->second->credit);
  }
}

void Streams::OnStop(uint32_t number) { outgoing_.erase(number); }

void Streams::OnMessage(const wire::SocketMessage& message) {
  const auto found = sockets_.find(message.stream);
  if (found == sockets_.end()) return;
  Socket& socket = *found->second;
  base::Message out;
  switch (message.kind) {
    case wire::SocketMessage::Kind::kText:
    case wire::SocketMessage::Kind::kBinary:
      socket.received += static_cast<uint32_t>(message.data.size()) + kMessageCost;
      out.kind = message.kind == wire::SocketMessage::Kind::kText ? base::Message::Kind::kText
                                                                  : base::Message::Kind::kBinary;
      out.data = base::Chunk::Copy(message.data);
      socket.end->Send(std::move(out));
      return;
    case wire::SocketMessage::Kind::kClose:
      socket.got_close = true;
      socket.end->Close(message.code, message.reason);
      if (socket.sent_close) sockets_.erase(found);
      return;
    case wire::SocketMessage::Kind::kLost:
      socket.end->Abandon(message.reason, message.code);
      sockets_.erase(found);
      return;
  }
}

bool Streams::PumpBody(Outgoing& stream) {
  while (stream.credit > 0 && !sink_.full()) {
    if (stream.rest.empty() && stream.pipe != nullptr) {
      if (auto chunk = stream.pipe->Read()) stream.rest = std::move(*chunk);
    }
    if (stream.rest.empty()) break;
    const size_t size =
        std::min({stream.rest.size(), wire::kMaxData, static_cast<size_t>(stream.credit)});
    wire::Append(wire::Data{stream.number, stream.rest.view().substr(0, size)}, sink_.frames());
    stream.credit -= static_cast<uint32_t>(size);
    stream.rest = stream.rest.After(size);
  }
  if (!stream.rest.empty()) {
    // With credit it is the room that is missing: the link asks again when there is some.
    if (stream.credit > 0) dirty_.push_back(stream.number);
    return false;
  }
  if (stream.pipe != nullptr) {
    if (stream.pipe->queued() > 0) {
      if (stream.credit > 0) dirty_.push_back(stream.number);
      return false;
    }
    switch (stream.pipe->state()) {
      case base::Pipe::State::kOpen:
        return false;
      case base::Pipe::State::kErrored:
      case base::Pipe::State::kCancelled: {
        const base::PipeError& error = stream.pipe->error();
        wire::Append(wire::Failure{stream.number, error.type, error.message}, sink_.frames());
        return true;
      }
      case base::Pipe::State::kClosed:
        break;
    }
  }
  wire::Append(wire::Kind::kClose, {stream.number}, sink_.frames());
  return true;
}

bool Streams::PumpSocket(Socket& socket) {
  while (socket.credit > 0 && !sink_.full()) {
    base::Message message;
    if (!socket.end->Receive(&message)) return false;
    wire::SocketMessage wire;
    wire.stream = socket.number;
    wire.code = message.code;
    const bool carries =
        message.kind == base::Message::Kind::kText || message.kind == base::Message::Kind::kBinary;
    (carries ? wire.data : wire.reason) = message.data.view();
    switch (message.kind) {
      case base::Message::Kind::kText:
        wire.kind = wire::SocketMessage::Kind::kText;
        break;
      case base::Message::Kind::kBinary:
        wire.kind = wire::SocketMessage::Kind::kBinary;
        break;
      case base::Message::Kind::kClose:
        wire.kind = wire::SocketMessage::Kind::kClose;
        socket.sent_close = true;
        break;
      case base::Message::Kind::kLost:
        wire.kind = wire::SocketMessage::Kind::kLost;
        break;
    }
    wire::Append(wire, sink_.frames());
    const size_t cost = message.data.size() + kMessageCost;
    socket.credit -= static_cast<uint32_t>(std::min<size_t>(cost, socket.credit));
    if (message.kind == base::Message::Kind::kLost) return true;
    if (socket.sent_close && socket.got_close) return true;
  }
  if (socket.credit > 0) dirty_.push_back(socket.number);
  return false;
}

void Streams::Pump() {
  std::vector<uint32_t> dirty;
  dirty.swap(dirty_);
  std::sort(dirty.begin(), dirty.end());
  dirty.erase(std::unique(dirty.begin(), dirty.end()), dirty.end());
  for (const uint32_t number : dirty) {
    if (const auto body = outgoing_.find(number); body != outgoing_.end()) {
      if (PumpBody(*body->second)) outgoing_.erase(number);
    } else if (const auto socket = sockets_.find(number); socket != sockets_.end()) {
      if (PumpSocket(*socket->second)) sockets_.erase(number);
    }
  }
}

void Streams::Lose(const std::string& why) {
  dirty_.clear();
  const auto incoming = std::exchange(incoming_, {});
  for (const auto& [number, stream] : incoming) {
    stream->pipe->set_writer(nullptr);
    stream->pipe->Fail({"Error", why});
  }
  const auto sockets = std::exchange(sockets_, {});
  for (const auto& [number, socket] : sockets) socket->end->Abandon(why);
  outgoing_.clear();
}

}  // namespace isolane::worker
