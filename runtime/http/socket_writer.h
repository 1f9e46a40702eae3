// Empties a write queue into a socket: at once as far as the kernel takes it, the rest later.
//
// Loop thread. Owned by the object behind the socket.
#pragma once

#include <cstddef>

#include "runtime/http/write_queue.h"
#include "runtime/loop/tcp_stream.h"

namespace isolane::http {

class SocketWriter {
 public:
  enum class Outcome : uint8_t {
    kTaken,    // the kernel took all that was offered; there may be more in the queue
    kPending,  // OnWriteDone follows
    kFailed,
  };

  // One system call. Not while a write is pending; `queue` is not empty.
  Outcome Write(loop::TcpStream& stream, WriteQueue& queue);
  // From TcpStream::OnWriteDone, after success.
  void OnDone(WriteQueue& queue) {
    queue.Consume(pending_);
    pending_ = seen_pending_ = 0;
  }
  // The kernel took some of the pending write since this was last asked.
  bool TakeProgress(const loop::TcpStream& stream);

 private:
  size_t pending_ = 0;  // bytes of the write under way
  size_t seen_pending_ = 0;
};

}  // namespace isolane::http
