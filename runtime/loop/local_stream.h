// One connection over a unix socket, for processes of one user on one machine.
//
// Loop thread. Base class of what stands behind such a socket; owned through loop::Handle.
#pragma once

#include <uv.h>

#include <cstddef>
#include <string_view>

#include "runtime/loop/handle.h"

namespace isolane::loop {

class LocalStream {
 public:
  LocalStream(const LocalStream&) = delete;
  LocalStream& operator=(const LocalStream&) = delete;
  virtual ~LocalStream() = default;

  uv_handle_t* uv_handle() { return reinterpret_cast<uv_handle_t*>(&pipe_); }

  // 0, or a negative libuv error. Reading starts with it.
  int Accept(uv_stream_t* listener);
  // Takes over a connected socket, likewise.
  int Adopt(int descriptor);
  // The user at the other end is the one of this process.
  bool IsOwn();

  // Gives the kernel what it takes now: the number of bytes (perhaps 0) or a negative libuv error.
  // Not while a write is pending.
  ptrdiff_t TryWrite(std::string_view bytes);
  // Writes all of it, then calls OnWriteDone. The memory stays in place until then. 0, or a
  // negative libuv error: then there is no call.
  int Write(std::string_view bytes);
  bool write_pending() const { return write_pending_; }

 protected:
  explicit LocalStream(uv_loop_t* loop);

 private:
  // The bytes are gone when it returns. May release the object.
  virtual void OnRead(std::string_view bytes) = 0;
  // The other end is gone. Nothing is read after it. May release the object.
  virtual void OnReadEnd() = 0;
  virtual void OnWriteDone(int status) = 0;

  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&pipe_); }
  int StartReading();

  uv_pipe_t pipe_;
  uv_write_t write_;
  bool write_pending_ = false;
};

}  // namespace isolane::loop
