// One connection to another isolane process: calls in both directions, the objects that either has
// given the other, their bodies and WebSockets (wire.h).
//
// Loop thread. Owned by Peers through loop::Handle; its memory goes some time after it was lost.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/loop/local_stream.h"
#include "runtime/worker/call.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/peers/streams.h"
#include "runtime/worker/peers/wire.h"
#include "runtime/worker/rpc_table.h"

namespace isolane::worker {

class IncomingCall;
class Peers;

class Link final : public loop::LocalStream, private FrameSink {
 public:
  enum class Side { kConnected, kAccepted };

  Link(uv_loop_s* loop, Peers& peers, uint32_t id, Side side);

  uint32_t id() const { return id_; }
  // Of the process at the other end; empty until it has said it.
  const std::string& instance() const { return instance_; }
  void set_instance(std::string instance) { instance_ = std::move(instance); }
  // Its process takes new calls.
  bool open() const { return !lost_ && !leaving_; }

  // Says who this is; the first thing.
  void Greet();
  void SendCall(Call& call);
  void Cancel(uint32_t number);
  void EndCall(uint32_t number);
  // Nothing of the peer's call is left.
  void CallIsOver(uint32_t number);
  void Answer(const IncomingCall& incoming, Call& call, const CallBudget& used);
  void AnswerError(uint32_t number, const RemoteError& error, const CallBudget& used = {});
  void DropObject(uint32_t number);
  // Of what the peer was told the way to: RedirectChannel.
  void Redirect(Worker& from, Worker* to);
  void SayGoodbye();
  // The Worker called so is not here any more.
  void SayGone(const std::string& worker);
  // Writes what there is.
  void Flush();
  // Gives it up: `why` is what calls, readers and WebSockets are told. The Peers remove it later.
  void Lose(const std::string& why);

 private:
  // A call that was sent: until its answer, and then, for one on an entrypoint, until the pipeline
  // that made it is over.
  struct Outgoing {
    uint32_t call = 0;      // 0: it has its answer
    uint32_t pipeline = 0;  // 0: it is one on an object
    std::string worker;
  };

  // A binding that the peer was given.
  struct Exported {
    std::string worker;  // a service of this process, or a class of its objects, by name
    std::string entrypoint;
    std::string props;
    bool objects = false;
    Channel channel;  // anything else

    wire::Service service() const { return {worker, entrypoint, props, objects}; }
  };

  // loop::LocalStream
  void OnRead(std::string_view bytes) override;
  void OnReadEnd() override;
  void OnWriteDone(int status) override;
  // FrameSink
  std::string& frames() override { return out_; }
  bool full() const override;
  void OnDirty() override;

  bool OnFrame(const wire::Frame& frame);
  bool OnHello(const wire::Hello& hello);
  bool OnCall(const wire::Call& call);
  bool OnAnswer(const wire::Answer& answer);
  void OnNumber(wire::Kind kind, uint32_t number);

  wire::Message PutMessage(RpcMessage& message);
  static Exported ExportedFor(const Channel& channel);
  static bool IsSame(const Exported& one, const Exported& other);
  wire::Attachment PutChannel(const Channel& channel);
  bool TakeMessage(const wire::Message& wire, RpcMessage& message);
  bool TakeAttachment(const wire::Attachment& wire, RpcAttachment& attachment);
  // Starts the call, or says why not.
  void StartOnObject(const wire::Call& wire, RpcMessage message);
  void StartOnService(const wire::Call& wire, const wire::Service& service, base::Body body,
                      RpcMessage message);
  void StartOnObjects(const wire::Call& wire, Worker& worker, const std::string& name,
                      base::Body body, RpcMessage message);
  void StartOnChannel(const wire::Call& wire, base::Body body, RpcMessage message);
  // Opens a pipeline for the call; the Worker's limits count where the caller has none.
  void Open(const wire::Call& wire, Worker& worker, Channel channel, base::Body body,
            RpcMessage message);
  // What all kinds of calls have; `call` is the one that stands for it here.
  void Fill(const wire::Call& wire, base::Body body, RpcMessage message, IncomingCall& incoming,
            Call& call);
  IncomingCall& AddIncoming(const wire::Call& wire);
  void AnswerNotFound(const wire::Call& wire, const std::string& text);

  Peers& peers_;
  const uint32_t id_;
  Streams streams_;
  std::string instance_;
  bool greeted_ = false;  // by the peer
  bool leaving_ = false;  // the peer has said goodbye
  bool lost_ = false;
  std::string in_;
  std::string out_;
  std::string writing_;  // what the kernel has not taken yet
  uint32_t next_call_ = 1;
  std::unordered_map<uint32_t, Outgoing> outgoing_;
  std::unordered_map<uint32_t, uint32_t> incoming_;  // number of the peer: IncomingCall
  uint32_t next_object_ = 1;
  std::unordered_map<uint32_t, StubReference> objects_;  // that the peer holds stubs of
  std::deque<Exported> channels_;
};

}  // namespace isolane::worker
