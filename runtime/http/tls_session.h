// One TLS session, the client's end or the server's: ciphertext in, plain bytes out, and the other
// way round. Knows no socket: its owner carries the bytes.
//
// Loop thread. Owned by a ClientStream or a ServerSocket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/http/byte_buffer.h"
#include "runtime/http/socket_target.h"

struct ssl_st;

namespace isolane::http {

class ServerTls;
class TlsContext;

struct TlsClientOptions {
  // It is offered http/1.1, and nothing else.
  bool http = true;
  TlsTrust trust = TlsTrust::kFull;
};

class TlsSession {
 public:
  enum class State : uint8_t {
    kHandshake,
    kOpen,
    kEnded,   // the peer said that nothing more will come
    kFailed,  // error() says why
  };

  // `host`: a name or an address without brackets, which the peer's certificate must be for.
  TlsSession(TlsContext& context, const std::string& host, const std::string& peer,
             TlsClientOptions options = {});
  // The server's end. Its peer begins the handshake.
  explicit TlsSession(ServerTls& context);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // The client begins the handshake: there is output.
  void Start() { Handshake(); }
  // Appends to `plain` what the ciphertext holds. There may be output after.
  void Receive(std::string_view ciphertext, ByteBuffer& plain);
  // Encrypts; there is output. Only while kOpen. False: kFailed now.
  bool Send(std::string_view plain);
  // Tells the peer that nothing more will come: there is output. Only while kOpen.
  void Close();
  // Moves what is to be sent to the peer to the end of `out`.
  void TakeOutput(ByteBuffer& out);

  State state() const { return state_; }
  // "the certificate of host:port is not trusted: self-signed certificate. ..."
  const std::string& error() const { return error_; }

 private:
  struct FreeSession {
    void operator()(ssl_st* ssl) const;
  };

  void Handshake();
  void Decrypt(ByteBuffer& plain);
  void Fail(std::string_view what);

  const std::string peer_;  // for messages
  const std::string key_;   // of tickets
  std::unique_ptr<ssl_st, FreeSession> ssl_;
  State state_ = State::kHandshake;
  std::string error_;
};

}  // namespace isolane::http
