#include "runtime/loop/tcp_listener.h"

#include <netinet/in.h>

#include <utility>

#include "runtime/loop/lookup.h"

namespace isolane::loop {
namespace {

constexpr int kBacklog = 1024;

bool ParseAddress(const std::string& ip, int port, sockaddr_storage* address) {
  const char* text = ip == "localhost" ? "127.0.0.1" : ip == "*" ? "::" : ip.c_str();
  return Lookup::ParseAddress(text, port, address);
}

Error Failure(const std::string& ip, int port, int error) {
  const bool v6 = ip.find(':') != std::string::npos;
  const std::string address = (v6 ? "[" + ip + "]" : ip) + ":" + std::to_string(port);
  Error failure;
  failure.message = "cannot listen on " + address + ": " + uv_strerror(error);
  if (error == UV_EADDRINUSE) {
    failure.kind = ErrorKind::kAddressInUse;
    failure.message = "Address already in use (" + address +
                      "). Please check that you are not already running a server on this address "
                      "or specify a different port with --port.";
  }
  if (error == UV_EACCES)
    failure.hint = "ports below 1024 are reserved; choose another with --port";
  if (error == UV_EADDRNOTAVAIL) failure.hint = "this machine has no such address";
  return failure;
}

}  // namespace

Result<Handle<TcpListener>> TcpListener::Listen(uv_loop_t* loop, const std::string& ip, int port,
                                                Callback callback, void* context) {
  if (port < 0 || port > 65535) {
    Error error;
    error.message = "cannot listen on port " + std::to_string(port) + ": a port is 0 to 65535";
    return error;
  }
  sockaddr_storage address{};
  if (!ParseAddress(ip, port, &address)) {
    Error error;
    error.message = "cannot listen on \"" + ip + "\": not an IP address";
    error.hint = "use an IPv4 or IPv6 address, \"localhost\", or \"*\" for all";
    return error;
  }
  Handle<TcpListener> listener(new TcpListener(callback, context));
  uv_tcp_init(loop, &listener->tcp_);
  listener->tcp_.data = listener.get();
  int error = uv_tcp_bind(&listener->tcp_, reinterpret_cast<sockaddr*>(&address), 0);
  if (error == UV_EAFNOSUPPORT && ip == "*") {  // a machine without IPv6
    ParseAddress("0.0.0.0", port, &address);
    error = uv_tcp_bind(&listener->tcp_, reinterpret_cast<sockaddr*>(&address), 0);
  }
  if (error == 0) {
    error = uv_listen(reinterpret_cast<uv_stream_t*>(&listener->tcp_), kBacklog,
                      [](uv_stream_t* stream, int status) {
                        auto* self = static_cast<TcpListener*>(stream->data);
                        if (status == 0) self->callback_(self->context_, stream);
                      });
  }
  if (error != 0) return Failure(ip, port, error);

  int size = sizeof address;
  uv_tcp_getsockname(&listener->tcp_, reinterpret_cast<sockaddr*>(&address), &size);
  // The port is at the same place in both kinds of address.
  listener->port_ = ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
  return listener;
}

}  // namespace isolane::loop
