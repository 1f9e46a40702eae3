// A server with TLS for tests: a raw peer with one session at a time on it.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/http/client_options.h"
#include "tests/runtime/http/raw_server.h"
#include "tests/runtime/http/tls_peer.h"

namespace isolane::http {

// The one of all tests of a program.
inline const TestAuthority& Authority() {
  static const TestAuthority authority;
  return authority;
}

inline ClientOptions Trusting() {
  ClientOptions options;
  options.authorities.file = Authority().file();
  return options;
}

class TlsServer {
 public:
  explicit TlsServer(const Identity& identity) : context_(identity) { Restart(); }

  // The next connection is another session.
  void Restart() { peer_ = std::make_unique<TlsPeer>(context_); }
  // Carries what there is both ways; a little at a time when `step` is small.
  void Turn(size_t step = 1 << 20) {
    const std::string came = raw.Hear();
    for (size_t at = 0; at < came.size(); at += step)
      peer_->Receive({came.data() + at, std::min(step, came.size() - at)});
    out_ += peer_->TakeOutput();
    if (out_.empty() || !raw.connected()) return;
    out_.erase(0, raw.SayPart(std::string_view(out_).substr(0, step)));
  }
  bool Has(std::string_view text) {
    Turn();
    return peer_->received().find(text) != std::string::npos;
  }
  void Say(std::string_view text) {
    peer_->Send(text);
    Turn();
  }
  bool silent() const { return out_.empty(); }
  std::string url(const std::string& host = "localhost") const {
    return "https://" + host + ":" + std::to_string(raw.port) + "/path";
  }
  TlsPeer& peer() { return *peer_; }

  RawServer raw;

 private:
  TlsServerContext context_;
  std::unique_ptr<TlsPeer> peer_;
  std::string out_;
};

}  // namespace isolane::http
