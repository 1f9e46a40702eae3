// The body of one message on its way into the write queue: framed, perhaps compressed, and no
// faster than the socket takes it.
//
// Loop thread. Owned by an exchange of the server, or by a connection of the client.
#pragma once

#include <cstdint>
#include <memory>

#include "runtime/base/body.h"
#include "runtime/http/content_encoder.h"
#include "runtime/http/framing.h"
#include "runtime/http/write_queue.h"

namespace isolane::http {

class OutgoingBody {
 public:
  // No more is read from a pipe while so many bytes wait.
  static constexpr size_t kMaxQueued = 256 * 1024;

  enum class Progress : uint8_t {
    kWaiting,  // for the pipe, or for the socket
    kComplete,
    kBroken,  // the message cannot be completed
  };

  // `reader` is told of news of the pipe.
  void Start(base::Body body, const BodyFraming& framing, base::PipeReader* reader);
  // Moves what there is. `overrun` is set when the body is longer than its content-length said.
  Progress PumpInto(WriteQueue& queue);
  bool overrun() const { return overrun_; }
  // The rest is not wanted any more.
  void Drop();
  // The pipe was read since this was last asked: its writer may have work now.
  bool TakeWasRead() { return std::exchange(was_read_, false); }

  // A complete body, compressed at once.
  static base::Chunk EncodeAll(const base::Chunk& bytes, Encoding encoding);

 private:
  void PumpChunk(WriteQueue& queue, base::Chunk chunk);
  void Frame(WriteQueue& queue, base::Chunk chunk);
  Progress Finish(WriteQueue& queue);

  base::Body body_;
  Framing framing_ = Framing::kNoBody;
  bool overrun_ = false;
  bool was_read_ = false;
  uint64_t remaining_ = 0;  // kLength
  std::unique_ptr<ContentEncoder> encoder_;
  ByteBuffer encoded_;
};

}  // namespace isolane::http
