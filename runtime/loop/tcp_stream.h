// One TCP connection: reads into a buffer that all connections of a thread share, writes at once
// what the kernel takes and the rest later. Thin: the hot path of the HTTP server runs through it.
//
// Loop thread. Base class of what stands behind a socket; owned through loop::Handle.
#pragma once

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/loop/handle.h"

namespace isolane::loop {

class TcpStream {
 public:
  static constexpr size_t kReadSize = 64 * 1024;
  // Pieces of memory that one write takes.
  static constexpr int kMaxPieces = 64;

  // A negative libuv error in words: "connection refused".
  static std::string_view ErrorText(int error);

  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;
  virtual ~TcpStream() = default;

  uv_handle_t* uv_handle() { return reinterpret_cast<uv_handle_t*>(&tcp_); }
  uv_loop_t* uv_loop() const { return tcp_.loop; }

  // 0, or a negative libuv error.
  int Accept(uv_stream_t* listener);
  // OnConnected follows when it gives 0. Once: another address needs another stream.
  int Connect(const sockaddr* address);

  // Cheap when nothing changes.
  void SetReading(bool on) {
    if (on != reading_) ChangeReading(on);
  }
  bool reading() const { return reading_; }

  // Gives the kernel what it takes now: the number of bytes (perhaps 0) or a negative libuv error.
  // Not while a write is pending.
  ptrdiff_t TryWrite(const uv_buf_t* pieces, int count) {
    const int written = uv_try_write(stream(), pieces, static_cast<unsigned>(count));
    return written == UV_EAGAIN ? 0 : written;
  }
  // Writes all of it, then calls OnWriteDone. The memory stays in place until then. 0, or a
  // negative libuv error: then there is no call.
  int Write(const uv_buf_t* pieces, int count);
  bool write_pending() const { return write_pending_; }
  size_t pending_bytes() const {
    return uv_stream_get_write_queue_size(reinterpret_cast<const uv_stream_t*>(&tcp_));
  }

  // The address at the other end without its port: "127.0.0.1", "2001:db8::1"; one of IPv4 that is
  // written as IPv6 as what it is. Empty when it is not known (any more).
  std::string PeerAddress() const;

  // The descriptor of its socket; -1 if there is none.
  int file() const;

  // An unreferenced stream does not keep the loop running.
  void Ref() { uv_ref(uv_handle()); }
  void Unref() { uv_unref(uv_handle()); }

  // Tells the peer that nothing more will be written.
  void ShutDown();
  // Acknowledges what has come now, not with the next write or after 40 ms. A peer that writes an
  // answer in pieces may wait for that before it sends the next one (Nagle's algorithm).
  void AcknowledgeNow();
  // The close that follows sends a reset instead of an orderly end.
  void ResetOnClose();

 protected:
  explicit TcpStream(uv_loop_t* loop);

 private:
  // The bytes are gone when it returns. May release the object.
  virtual void OnRead(std::string_view bytes) = 0;
  // `error` is UV_EOF at an orderly end. Nothing is read after it.
  virtual void OnReadEnd(int error) = 0;
  virtual void OnWriteDone(int status) = 0;
  virtual void OnConnected(int /*status*/) {}

  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp_); }
  void ChangeReading(bool on);

  uv_tcp_t tcp_;
  uv_write_t write_;
  union {
    uv_connect_t connect_;
    uv_shutdown_t shutdown_;
  };
  bool reading_ = false;
  bool write_pending_ = false;
};

}  // namespace isolane::loop
