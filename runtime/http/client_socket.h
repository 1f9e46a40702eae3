// One connection of the client for bytes that are no HTTP, between two pipes: what is sent and what
// comes. TLS may begin at any time.
//
// Loop thread. Owned by the client's list; what it calls may let go of it, and then its memory goes
// in the loop's next iteration.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/pipe.h"
#include "runtime/http/client.h"
#include "runtime/http/client_stream.h"
#include "runtime/http/socket_target.h"
#include "runtime/http/write_queue.h"
#include "runtime/loop/timer.h"

namespace isolane::http {

class ClientSocket final : private ClientStream::Events,
                           private base::PipeReader,
                           private base::PipeWriter {
 public:
  class Owner {
   public:
    // Something has happened that a turn may want to know.
    virtual void OnEvent() = 0;
    // It is closed, and calls nobody any more.
    virtual void OnOver(ClientSocket& socket) = 0;

   protected:
    ~Owner() = default;
  };

  ClientSocket(ClientContext& context, Owner& owner);
  ~ClientSocket() override { Release("Network connection lost."); }
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;

  // Once. The listener is called later.
  void Open(uint64_t id, const SocketTarget& target, std::shared_ptr<base::Pipe> sent,
            ClientListener* listener);
  // While open(), as Client::StartTls.
  void StartTls(uint64_t id, const SocketUpgrade& upgrade, std::shared_ptr<base::Pipe> sent,
                ClientListener* listener);
  // The listener is forgotten, the connection closed. What it carried ends with `reason`.
  void Release(const std::string& reason);

  uint64_t id() const { return id_; }
  // Both sides may still speak, and TLS may begin.
  bool open() const { return open_ && !upgrade_ && !shut_ && !lingering_; }

 private:
  // ClientStream::Events
  void OnOpen() override;
  void OnOpenFailed(const std::string& reason) override { Lose(reason); }
  void OnBytes(std::string_view bytes) override;
  void OnBytesEnd(const std::string& reason) override;
  void OnWritten() override;
  void OnWriteFailed(const std::string& reason) override { Lose(reason); }

  void OnReadable() override;  // base::PipeReader, of what is sent
  void OnWritable() override;  // base::PipeWriter, of what comes
  void OnCancel() override;

  void OnTimer();
  // Sends what there is to send; goes on to whatever comes after the end of that.
  void Pump();
  void PumpEnd();
  void EndReceived();
  void CheckOver();
  void Lose(const std::string& reason);

  ClientContext& context_;
  Owner* owner_;  // null once released
  uint64_t id_ = 0;
  ClientListener* listener_ = nullptr;
  std::string subject_;  // for messages

  std::shared_ptr<base::Pipe> sent_;      // shared with its writer; null: no more of it
  std::shared_ptr<base::Pipe> received_;  // shared with its reader; null: it has ended
  std::optional<SocketUpgrade> upgrade_;  // when all of `output_` has left
  WriteQueue output_;
  ClientStream stream_;
  bool open_ = false;
  bool delivered_ = false;           // the listener knows that it is open
  bool shut_ = false;                // the peer was told that nothing more is sent
  bool lingering_ = false;           // all is said but not yet with the peer
  loop::Handle<loop::Timer> timer_;  // sends in the loop's next iteration; ends a linger
};

}  // namespace isolane::http
