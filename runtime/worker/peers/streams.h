// The bodies and WebSockets that cross one link between two processes: each a pipe or a message
// channel whose other end is in the other process. What may be under way on each is bounded, so a
// slow reader slows the writer at the other end and nobody else.
//
// Loop thread. Owned by a Link.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/base/body.h"
#include "runtime/base/message_channel.h"
#include "runtime/worker/peers/wire.h"

namespace isolane::worker {

// Where frames are written to.
class FrameSink {
 public:
  virtual std::string& frames() = 0;
  // Enough of them wait: bodies have to.
  virtual bool full() const = 0;
  // Something is to be written, or to be pumped.
  virtual void OnDirty() = 0;

 protected:
  ~FrameSink() = default;
};

class Streams {
 public:
  // `first` is 1 at one end of the link and 2 at the other: numbers go by two from there.
  Streams(FrameSink& sink, uint32_t first);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  // The body as a frame names it; it borrows `body` while that is bytes. `done`, if given, is
  // called when all of it was written, or nobody wants it; at once if it goes with the frame.
  wire::Body Put(base::Body& body, std::function<void()> done = {});
  uint32_t PutSocket(std::shared_ptr<base::MessageEnd> end);
  // What a frame of the peer names. False, or null: it is no new stream of the peer.
  bool Take(const wire::Body& wire, base::Body& body);
  std::shared_ptr<base::MessageEnd> TakeSocket(uint32_t number);

  // Frames of the peer. False: the peer broke a rule. One about a stream that has ended here is
  // late, not wrong.
  bool OnData(const wire::Data& data);
  void OnClose(uint32_t number);
  void OnFail(const wire::Failure& failure);
  void OnCredit(const wire::Credit& credit);
  void OnStop(uint32_t number);
  void OnMessage(const wire::SocketMessage& message);

  // Writes what the streams have, as far as credit and room go.
  void Pump();
  // Some have more than there was room for.
  bool waiting() const { return !dirty_.empty(); }
  // The link is lost: every reader is told, every writer stopped.
  void Lose(const std::string& why);

  size_t live() const { return outgoing_.size() + incoming_.size() + sockets_.size(); }

 private:
  struct Outgoing;
  struct Incoming;
  struct Socket;

  uint32_t NewNumber();
  bool IsNewOfPeer(uint32_t number) const;
  void MarkDirty(uint32_t number);
  // True: it is done with.
  bool PumpBody(Outgoing& stream);
  bool PumpSocket(Socket& socket);
  void Grant(uint32_t number, uint32_t bytes);

  FrameSink& sink_;
  uint32_t next_;
  std::unordered_map<uint32_t, std::unique_ptr<Outgoing>> outgoing_;
  std::unordered_map<uint32_t, std::unique_ptr<Incoming>> incoming_;
  std::unordered_map<uint32_t, std::unique_ptr<Socket>> sockets_;
  std::vector<uint32_t> dirty_;
};

}  // namespace isolane::worker
