// The socket under one connection of the server: passes bytes both ways and closes when told.
//
// Loop thread. Owned by the server's list through loop::Handle, so it may be let go of in its own
// callbacks.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/http/connection.h"
#include "runtime/http/socket_writer.h"
#include "runtime/http/tls_session.h"
#include "runtime/loop/tcp_stream.h"

namespace isolane::http {

class ServerSocket final : public loop::TcpStream, private Connection::Transport {
 public:
  class Owner {
   public:
    // There is something to do at the next flush. Once until then.
    virtual void OnDirty(ServerSocket& socket) = 0;
    // A read or a write has been handled: the turn runs now.
    virtual void OnEvent(ServerSocket& socket) = 0;

   protected:
    ~Owner() = default;
  };

  ServerSocket(uv_loop_t* loop, ServerState& state, Owner& owner);

  Connection& connection() { return connection_; }

  // Writes what there is to write; one system call unless a pipe has more than that. True: pipes
  // were read, or somebody was told of an end, so that there may be work for a turn.
  bool Flush();
  // The server is about to release it: nothing is called any more.
  void Release();
  bool dirty() const { return dirty_; }
  bool finished() const { return finished_; }
  void Sweep();

  size_t index = 0;  // in the server's list

 private:
  struct Tls {
    explicit Tls(ServerTls& context) : session(context) {}

    TlsSession session;
    ByteBuffer plain;       // what the peer has sent
    WriteQueue ciphertext;  // what is to be sent to it
    // So many bytes of the connection's output it stands for. They stay there until it has left, so
    // that what is idle or stalls is judged as without TLS.
    size_t encrypted = 0;
  };

  void OnRead(std::string_view bytes) override;
  void OnReadEnd(int error) override;
  void OnWriteDone(int status) override;

  void OnDirty() override;           // Connection::Transport
  void OnReadingChanged() override;  // Connection::Transport
  std::string ClientAddress() const override { return PeerAddress(); }

  void Settle();

  // --- with TLS ---
  void Decrypt(std::string_view ciphertext);
  // Makes ciphertext of some of what the connection has written, once what there was is with the
  // kernel.
  void Encrypt();
  // The kernel has taken what was written.
  void NoteWritten();
  // Tells the peer, as far as the kernel takes it at once, that nothing more comes.
  void EndTls();
  WriteQueue& output() { return tls_ == nullptr ? connection_.output() : tls_->ciphertext; }

  Owner* owner_;  // null once released
  Connection connection_;
  SocketWriter writer_;
  std::unique_ptr<Tls> tls_;  // null: plain HTTP
  bool dirty_ = false;
  bool finished_ = false;  // to be released at the next occasion
  bool lingering_ = false;
};

}  // namespace isolane::http
