// What all TLS sessions of the client share: the authorities it trusts, protocol versions, and the
// tickets by which a peer that is known gets a shorter handshake.
//
// Loop thread. Owned by the client; outlives its sessions. OpenSSL is the V8 host's.
#pragma once

#include <isolane/result.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "runtime/http/ca_sources.h"

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace isolane::http {

class TlsContext {
 public:
  // Reads the certificates. An error names the places that were looked at and the way out.
  static Result<std::unique_ptr<TlsContext>> Create(const CaSources& sources);
  // For sessions that look at no certificate.
  static std::unique_ptr<TlsContext> CreateWithoutAuthorities();
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A session with the peer whose tickets have that key ("host:port"). Owned by the caller, as the
  // key is, which the session's app data is to point to.
  ssl_st* NewSession(const std::string& key);

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  void Keep(const std::string& key, ssl_session_st* ticket);

  struct FreeTicket {
    void operator()(ssl_session_st* ticket) const;
  };

  // Beyond, one is forgotten: a known peer is an optimization.
  static constexpr size_t kMaxTickets = 256;

  ssl_ctx_st* context_;
  std::unordered_map<std::string, std::unique_ptr<ssl_session_st, FreeTicket>> tickets_;
};

}  // namespace isolane::http
