#include "runtime/loop/local_stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include "runtime/base/check.h"

namespace isolane::loop {
namespace {

constexpr size_t kReadSize = 64 * 1024;
// One per thread: a read is handled before the next one begins.
thread_local char read_buffer[kReadSize];

}  // namespace

LocalStream::LocalStream(uv_loop_t* loop) {
  ISOLANE_CHECK(uv_pipe_init(loop, &pipe_, 0) == 0);
  pipe_.data = this;
}

int LocalStream::Accept(uv_stream_t* listener) {
  if (const int error = uv_accept(listener, stream()); error != 0) return error;
  return StartReading();
}

int LocalStream::Adopt(int descriptor) {
  if (const int error = uv_pipe_open(&pipe_, descriptor); error != 0) {
    close(descriptor);
    return error;
  }
  return StartReading();
}

bool LocalStream::IsOwn() {
  uv_os_fd_t descriptor;
  if (uv_fileno(uv_handle(), &descriptor) != 0) return false;
  ucred peer{};
  socklen_t size = sizeof peer;
  return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.uid == geteuid();
}

int LocalStream::StartReading() {
  return uv_read_start(
      stream(),
      [](uv_handle_t*, size_t, uv_buf_t* buffer) {
        *buffer = uv_buf_init(read_buffer, sizeof read_buffer);
      },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
        auto* self = static_cast<LocalStream*>(stream->data);
        if (size > 0) {
          self->OnRead({buffer->base, static_cast<size_t>(size)});
        } else if (size < 0) {
          uv_read_stop(stream);
          self->OnReadEnd();
        }
      });
}

ptrdiff_t LocalStream::TryWrite(std::string_view bytes) {
  const uv_buf_t piece =
      uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  const int written = uv_try_write(stream(), &piece, 1);
  return written == UV_EAGAIN ? 0 : written;
}

int LocalStream::Write(std::string_view bytes) {
  ISOLANE_CHECK(!write_pending_);
  write_pending_ = true;
  write_.data = this;
  const uv_buf_t piece =
      uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  const int error = uv_write(&write_, stream(), &piece, 1, [](uv_write_t* request, int status) {
    auto* self = static_cast<LocalStream*>(request->data);
    self->write_pending_ = false;
    // Cancelled by the close: there is nobody to tell.
    if (uv_is_closing(self->uv_handle()) == 0) self->OnWriteDone(status);
  });
  if (error != 0) write_pending_ = false;
  return error;
}

}  // namespace isolane::loop
