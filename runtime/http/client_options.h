// What the outbound client is told when it is made: how long things may take, where it may go and
// by which way, and whom it trusts.
//
// Thread: any; plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "runtime/http/ca_sources.h"
#include "runtime/http/proxy_settings.h"

namespace isolane::http {

struct ClientLimits {
  // The look-up of a name; each address of it; a proxy's answer to CONNECT.
  uint64_t connect_ms = 10'000;
  uint64_t tls_handshake_ms = 10'000;
  // From when there is nothing left to send to the end of the response's head.
  uint64_t response_head_ms = 100'000;
  // A body, either way, of which the peer takes or sends nothing.
  uint64_t idle_ms = 100'000;
  // A WebSocket whose peer takes nothing of what is written, or does not answer a close. Otherwise
  // it may be silent for as long as it likes.
  uint64_t web_socket_ms = 60'000;

  // Connections that are kept per host and port, and for how long. Servers commonly keep theirs 5 s
  // or more; a shorter time here makes stale ones rare.
  size_t kept_per_host = 8;
  int64_t kept_ms = 4'000;
};

struct ClientOptions {
  ClientLimits limits;
  ProxySettings proxies;
  CaSources authorities;
  // For servers of this machine: one that writes head and body of a response apart would wait 40 ms
  // for an acknowledgement in between. Costs a system call for each piece of such a response.
  bool acknowledges_pieces = false;
  // Addresses that are not of the public internet are refused.
  bool public_only = false;
  // Ports of this machine where, as far as the caller can tell, nobody listens. May be empty.
  std::function<bool(int port)> is_hidden = {};
};

}  // namespace isolane::http
