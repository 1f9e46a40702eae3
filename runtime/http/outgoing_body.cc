#include "runtime/http/outgoing_body.h"

#include <optional>
#include <utility>

namespace isolane::http {

using base::Body;
using base::Chunk;
using base::Pipe;

Chunk OutgoingBody::EncodeAll(const Chunk& bytes, Encoding encoding) {
  auto out = std::make_shared<ByteBuffer>();
  ContentEncoder::Create(encoding)->Encode(bytes.view(), ContentEncoder::Mode::kFinish, *out);
  const char* data = out->data();
  const size_t size = out->size();
  return Chunk(data, size, std::move(out));
}

void OutgoingBody::Start(Body body, const BodyFraming& framing, base::PipeReader* reader) {
  body_ = std::move(body);
  framing_ = framing.framing;
  remaining_ = framing.length;
  overrun_ = false;
  if (framing_ == Framing::kNoBody) {
    Drop();
    return;
  }
  if (body_.kind != Body::Kind::kPipe) return;
  body_.pipe->set_reader(reader);
  if (framing.encoding != Encoding::kNone) encoder_ = ContentEncoder::Create(framing.encoding);
}

OutgoingBody::Progress OutgoingBody::PumpInto(WriteQueue& queue) {
  if (body_.kind != Body::Kind::kPipe) {
    if (body_.kind == Body::Kind::kBytes) PumpChunk(queue, std::move(body_.bytes));
    body_ = {};
    return Finish(queue);
  }
  bool moved = false;
  while (queue.size() < kMaxQueued) {
    std::optional<Chunk> chunk = body_.pipe->Read();
    if (!chunk) {
      if (body_.pipe->state() == Pipe::State::kOpen) {
        // The peer shall see what there is: a compressor may hold it back.
        if (moved && encoder_ != nullptr) {
          encoder_->Encode({}, ContentEncoder::Mode::kFlush, encoded_);
          Frame(queue, Chunk::Copy(encoded_.view()));
          encoded_.Clear();
        }
        return Progress::kWaiting;
      }
      return body_.pipe->at_end() ? Finish(queue) : Progress::kBroken;
    }
    moved = was_read_ = true;
    PumpChunk(queue, *std::move(chunk));
    if (overrun_) {
      Drop();
      return Progress::kComplete;
    }
  }
  return Progress::kWaiting;
}

void OutgoingBody::PumpChunk(WriteQueue& queue, Chunk chunk) {
  if (encoder_ == nullptr) {
    Frame(queue, std::move(chunk));
    return;
  }
  encoder_->Encode(chunk.view(), ContentEncoder::Mode::kMore, encoded_);
  if (encoded_.size() < Pipe::kHighWaterMark) return;
  Frame(queue, Chunk::Copy(encoded_.view()));
  encoded_.Clear();
}

void OutgoingBody::Frame(WriteQueue& queue, Chunk chunk) {
  if (chunk.empty()) return;
  switch (framing_) {
    case Framing::kNoBody:
      return;
    case Framing::kUntilClose:
      queue.Append(std::move(chunk));
      return;
    case Framing::kLength:
      if (chunk.size() > remaining_) {
        overrun_ = true;
        chunk = Chunk(chunk.data(), remaining_, chunk.owner());
      }
      remaining_ -= chunk.size();
      queue.Append(std::move(chunk));
      return;
    case Framing::kChunked: {
      char size[20];
      char* at = size + sizeof size;
      *--at = '\n';
      *--at = '\r';
      for (size_t rest = chunk.size(); rest != 0; rest >>= 4) *--at = "0123456789abcdef"[rest & 15];
      queue.Append(std::string_view(at, static_cast<size_t>(size + sizeof size - at)));
      queue.Append(std::move(chunk));
      queue.Append("\r\n");
      return;
    }
  }
}

OutgoingBody::Progress OutgoingBody::Finish(WriteQueue& queue) {
  if (encoder_ != nullptr) {
    encoder_->Encode({}, ContentEncoder::Mode::kFinish, encoded_);
    Frame(queue, Chunk::Copy(encoded_.view()));
    encoded_.Clear();
    encoder_.reset();
  }
  if (body_.kind == Body::Kind::kPipe) body_.pipe->set_reader(nullptr);
  body_ = {};
  if (framing_ == Framing::kChunked) queue.Append("0\r\n\r\n");
  return framing_ == Framing::kLength && remaining_ > 0 ? Progress::kBroken : Progress::kComplete;
}

void OutgoingBody::Drop() {
  encoder_.reset();
  encoded_.Clear();
  // Moved out first: a cancelled writer may end what owns this object's exchange.
  Body body = std::exchange(body_, {});
  if (body.kind != Body::Kind::kPipe) return;
  body.pipe->set_reader(nullptr);
  body.pipe->Cancel();
}

}  // namespace isolane::http
