// The client's way to one peer: looks the name up, tries its addresses in turn, asks a proxy for a
// tunnel, agrees on TLS. From then on it is plain bytes both ways, whatever lies between.
//
// Loop thread. Owned by a ClientConnection or a ClientSocket, which may Close it from within any of
// its callbacks but destroys it later.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/http/byte_buffer.h"
#include "runtime/http/client_options.h"
#include "runtime/http/client_route.h"
#include "runtime/http/response_parser.h"
#include "runtime/http/socket_writer.h"
#include "runtime/http/tls_context.h"
#include "runtime/http/tls_session.h"
#include "runtime/http/write_queue.h"
#include "runtime/loop/lookup.h"
#include "runtime/loop/tcp_stream.h"
#include "runtime/loop/timer.h"

namespace isolane::http {

// What all streams of a client share.
struct ClientContext {
  uv_loop_t* loop;
  ClientOptions options;
  // Made for the first https request: reading the authorities takes some milliseconds.
  std::unique_ptr<TlsContext> tls{};
  // That of TlsTrust::kNothing, which needs none.
  std::unique_ptr<TlsContext> unverified_tls{};
};

class ClientStream final : private ResponseParser::Events {
 public:
  class Events {
   public:
    virtual void OnOpen() = 0;
    // It could not be opened; why, in words. It is closed.
    virtual void OnOpenFailed(const std::string& reason) = 0;
    // Borrowed until return.
    virtual void OnBytes(std::string_view bytes) = 0;
    // Nothing more will come. `reason` is empty at an orderly end.
    virtual void OnBytesEnd(const std::string& reason) = 0;
    // What was pending has been written.
    virtual void OnWritten() = 0;
    // What was pending could not be written.
    virtual void OnWriteFailed(const std::string& reason) = 0;

   protected:
    ~Events() = default;
  };

  // Writes what is in `output`, which outlives it as `context` and `events` do.
  ClientStream(ClientContext& context, WriteQueue& output, Events& events);
  ~ClientStream();
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  // Once. OnOpen or OnOpenFailed follows, later.
  void Open(const ClientRoute& route);
  // Nothing is called any more. The peer sees the end of the connection.
  void Close();

  // While open:
  void SetReading(bool on);
  // As loop::TcpStream.
  void AcknowledgeNow() { socket_->AcknowledgeNow(); }
  bool write_pending() const { return socket_ != nullptr && socket_->write_pending(); }
  // Writes some of the output, which is not empty, while no write is pending.
  SocketWriter::Outcome Write();
  // The peer took some of the pending write since this was last asked.
  bool TakeWriteProgress();
  // TLS from here on, on a stream without it. No write is pending, and nothing is to be written
  // before OnOpen or OnOpenFailed, which follow later.
  void Upgrade(const SocketUpgrade& upgrade);
  // Nothing more will be written; the output is empty, and no write is pending. The peer is told.
  void ShutDown();
  // A stream that is only kept does not keep the loop running.
  void Ref();
  void Unref();

 private:
  enum class Stage : uint8_t { kIdle, kLookup, kConnect, kTunnel, kTls, kOpen, kClosed };

  // One socket tries one address.
  class Socket final : public loop::TcpStream {
   public:
    explicit Socket(ClientStream& owner) : TcpStream(owner.context_.loop), owner_(owner) {}

   private:
    void OnRead(std::string_view bytes) override { owner_.OnRead(bytes); }
    void OnReadEnd(int error) override { owner_.OnReadEnd(error); }
    void OnWriteDone(int status) override { owner_.OnWriteDone(status); }
    void OnConnected(int status) override { owner_.OnConnected(status); }
    ClientStream& owner_;
  };

  void OnRead(std::string_view bytes);
  void OnReadEnd(int error);
  void OnWriteDone(int status);
  void OnConnected(int status);
  void OnLookup(int status, const addrinfo* addresses);
  void OnTimeout();
  void OnBody(std::string_view) override {}  // ResponseParser::Events; CONNECT's has none

  void UseAddresses(std::vector<sockaddr_storage> addresses);
  void TryAddress();
  void StartTunnel();
  void ReadTunnel(std::string_view bytes);
  TlsContext* FindContext(TlsTrust trust);
  void StartTls(const std::string& host, TlsTrust trust);
  // Writes what the TLS session has for the peer. False: Fail was called.
  bool FlushTls();
  void Enter(Stage stage, uint64_t limit_ms);
  void BecomeOpen();
  void Fail(std::string reason);
  void FailLater(std::string reason);

  ClientContext& context_;
  WriteQueue& output_;
  Events& events_;
  ClientRoute route_;
  Stage stage_ = Stage::kIdle;
  std::string failure_;  // found where nobody may be called
  loop::LookupHandle lookup_;
  std::vector<sockaddr_storage> addresses_;  // to be tried
  size_t next_address_ = 0;
  loop::Handle<Socket> socket_;
  loop::Handle<loop::Timer> timer_;  // while it is opened
  std::unique_ptr<ResponseParser> tunnel_;
  std::unique_ptr<TlsSession> tls_;
  ByteBuffer plain_;  // decrypted, on its way to the owner
  WriteQueue wire_;   // what the socket is sent when that is not `output_`
  SocketWriter writer_;
};

}  // namespace isolane::http
