// Where a connection leads that is no HTTP, and whom TLS is to find there.
//
// Thread: any; plain data.
#pragma once

#include <cstdint>
#include <string>

namespace isolane::http {

// How much a client wants to know of its peer's certificate.
enum class TlsTrust : uint8_t {
  kFull,     // that an authority has signed it, and for whom
  kChain,    // only the former
  kNothing,  // it may be anybody's
};

struct SocketTarget {
  std::string host;  // an address without brackets, or a name
  int port = 0;
  bool tls = false;  // from the first byte on
  TlsTrust trust = TlsTrust::kFull;
};

// TLS on a connection that is open: for the peer whose certificate names `host`.
struct SocketUpgrade {
  std::string host;
  TlsTrust trust = TlsTrust::kFull;
};

}  // namespace isolane::http
