#include "runtime/loop/tcp_stream.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>

#include "runtime/base/check.h"

namespace isolane::loop {
namespace {

// One per thread: a read is handled before the next one begins.
thread_local char read_buffer[TcpStream::kReadSize];

// How an address of IPv4 begins at a socket of IPv6.
constexpr std::string_view kMapped = "::ffff:";

}  // namespace

std::string_view TcpStream::ErrorText(int error) { return uv_strerror(error); }

TcpStream::TcpStream(uv_loop_t* loop) {
  ISOLANE_CHECK(uv_tcp_init(loop, &tcp_) == 0);
  tcp_.data = this;
}

int TcpStream::Accept(uv_stream_t* listener) {
  if (const int error = uv_accept(listener, stream()); error != 0) return error;
  // One write per batch is what the servers do, so waiting for more never helps.
  return uv_tcp_nodelay(&tcp_, 1);
}

int TcpStream::Connect(const sockaddr* address) {
  connect_.data = this;
  return uv_tcp_connect(&connect_, &tcp_, address, [](uv_connect_t* request, int status) {
    if (status == UV_ECANCELED) return;
    auto* self = static_cast<TcpStream*>(request->data);
    if (status == 0) uv_tcp_nodelay(&self->tcp_, 1);
    self->OnConnected(status);
  });
}

void TcpStream::ChangeReading(bool on) {
  reading_ = on;
  if (!on) {
    uv_read_stop(stream());
    return;
  }
  const int error = uv_read_start(
      stream(),
      [](uv_handle_t*, size_t, uv_buf_t* buffer) {
        *buffer = uv_buf_init(read_buffer, sizeof read_buffer);
      },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
        auto* self = static_cast<TcpStream*>(stream->data);
        if (size > 0) {
          self->OnRead({buffer->base, static_cast<size_t>(size)});
        } else if (size < 0) {
          self->SetReading(false);
          self->OnReadEnd(static_cast<int>(size));
        }
      });
  if (error != 0) reading_ = false;
}

int TcpStream::Write(const uv_buf_t* pieces, int count) {
  ISOLANE_CHECK(!write_pending_);
  write_pending_ = true;
  write_.data = this;
  const int error = uv_write(&write_, stream(), pieces, static_cast<unsigned>(count),
                             [](uv_write_t* request, int status) {
                               auto* self = static_cast<TcpStream*>(request->data);
                               self->write_pending_ = false;
                               // Cancelled by the close: there is nobody to tell.
                               if (uv_is_closing(self->uv_handle()) == 0) self->OnWriteDone(status);
                             });
  if (error != 0) write_pending_ = false;
  return error;
}

std::string TcpStream::PeerAddress() const {
  sockaddr_storage address{};
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  int size = sizeof address;
  char text[INET6_ADDRSTRLEN] = {};
  if (uv_tcp_getpeername(&tcp_, generic, &size) != 0) return {};
  if (uv_ip_name(generic, text, sizeof text) != 0) return {};
  const std::string_view name = text;
  const bool mapped = name.starts_with(kMapped) && name.find('.') != std::string_view::npos;
  return std::string(mapped ? name.substr(kMapped.size()) : name);
}

int TcpStream::file() const {
  uv_os_fd_t file;
  return uv_fileno(reinterpret_cast<const uv_handle_t*>(&tcp_), &file) == 0 ? file : -1;
}

void TcpStream::ShutDown() {
  uv_shutdown(&shutdown_, stream(), [](uv_shutdown_t*, int) {});
}

void TcpStream::AcknowledgeNow() {
  const int on = 1;
  setsockopt(file(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void TcpStream::ResetOnClose() {
  uv_os_fd_t fd;
  if (uv_fileno(uv_handle(), &fd) != 0) return;
  // uv_tcp_close_reset would close as well, which is the business of loop::Handle.
  const linger at_once{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace isolane::loop
