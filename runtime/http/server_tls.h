// What the server needs to speak TLS: who it is, and the settings that its sessions share.
//
// Loop thread. Owned by whoever opens the server, and outlives it. OpenSSL is the V8 host's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <isolane/result.h>

struct ssl_ctx_st;
struct ssl_st;

namespace isolane::http {

// PEM: a certificate, with those that vouch for it after it, and its private key.
struct ServerIdentity {
  std::string certificate;
  std::string key;
};

// One that nobody vouches for: for "localhost", the loopback addresses, and `names` (of hosts).
// Valid for 30 days.
ServerIdentity MakeIdentity(const std::vector<std::string>& names);

class ServerTls {
 public:
  // An error says which of the two parts is wrong, and why.
  static Result<std::unique_ptr<ServerTls>> Create(const ServerIdentity& identity);
  ~ServerTls();
  ServerTls(const ServerTls&) = delete;
  ServerTls& operator=(const ServerTls&) = delete;

  // Owned by the caller.
  ssl_st* NewSession();

 private:
  explicit ServerTls(ssl_ctx_st* context) : context_(context) {}

  ssl_ctx_st* context_;
};

}  // namespace isolane::http
