// The other isolane processes of this user: finds the one that has a Worker, keeps a link to each
// that is called or calls, and makes the dispatcher's calls and theirs one.
//
//   a call on a binding ─► Dispatcher ─► Peers ─► Link ═ unix socket ═ Link ─► Peers ─► Dispatcher
//
// Loop thread. Owned by the Graph; the dispatcher and the Workers outlive it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <isolane/result.h>

#include "runtime/loop/handle.h"
#include "runtime/loop/local_listener.h"
#include "runtime/loop/timer.h"
#include "runtime/worker/peers/incoming_call.h"
#include "runtime/worker/peers/link.h"
#include "runtime/worker/peers/registry.h"
#include "runtime/worker/remote_calls.h"

namespace isolane::worker {

class Worker;

class Peers final : public RemoteCalls {
 public:
  // The Worker of this process called `name`; null if there is none.
  using FindWorker = std::function<Worker*(const std::string& name)>;

  // `turn(context)` runs the run queue and flushes.
  Peers(Dispatcher& dispatcher, uv_loop_s* loop, FindWorker find, void (*turn)(void*),
        void* context);
  ~Peers() override;
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  // Makes the Workers known in the directory, and finds others there from now on. An error says
  // what is wrong with the directory. Names that other processes have are tried again now and then.
  Status Open(const std::string& directory, std::vector<std::string> workers);
  // Looks from now on which of these Workers of other processes can be called, and tells when that
  // changes. Instead of those that were given before.
  using OnConnections = std::function<void(const std::vector<std::string>& connected)>;
  void Watch(std::vector<std::string> services, OnConnections tell);
  // Another version has taken the place of `from`; null: it was removed.
  void Redirect(Worker& from, Worker* to);
  // Who answers to `channel.service` now, if it led to no Worker here: one that has come, or
  // another process.
  void Follow(Channel& channel);
  // These are the Workers from now on.
  void SetWorkers(std::vector<std::string> workers);
  // Workers of other processes that run now, in order.
  std::vector<std::string> KnownElsewhere();

  // Writes what calls and streams have produced.
  void Flush();
  // Nobody finds this process any more; calls under way go on.
  void Leave();
  // And every link is lost.
  void CloseNow();

  // RemoteCalls
  void Send(Call& call) override;
  void CancelCall(uint32_t call) override;
  void CancelCallsFrom(uint32_t invocation) override;
  void EndCallsOf(uint32_t pipeline) override;
  void Answer(Call& call) override;
  void DropObject(uint32_t link, uint32_t number) override;

  // --- for links ---
  Dispatcher& dispatcher() { return dispatcher_; }
  Worker* Find(const std::string& worker) { return find_(worker); }
  const std::string& instance() const { return instance_; }
  const std::string& build() const { return build_; }
  void Turn() { turn_(context_); }
  // It has something to write.
  void OnDirty(Link& link) { dirty_.push_back(link.id()); }
  IncomingCall& AddIncoming(uint32_t link, uint32_t number);
  IncomingCall* FindIncoming(uint32_t id);
  // Answered, and without a pipeline: forgotten.
  void ForgetIncoming(uint32_t id) { incoming_.erase(id); }
  // The call was sent by that link under that number.
  void NoteSent(const Call& call, uint32_t link, uint32_t number);
  void NoteAnswered(uint32_t call) { sent_.erase(call); }
  // The process at the other end of that link has the Worker no more.
  void NoteGone(const std::string& worker, uint32_t link);
  // Its callee has nothing left that the end of the pipeline would end.
  void NoteOver(uint32_t pipeline, uint32_t link, uint32_t number);
  // A channel that leads to a peer's binding, to a service of that name wherever it is, or where
  // `channel` leads, which may go. Each is kept as long as this object; never null: of too many the
  // rest leads nowhere, and says so.
  const Channel* ChannelTo(uint32_t link, uint32_t number);
  const Channel* ChannelTo(const wire::Service& service);
  const Channel* ChannelLike(const Channel& channel);
  // After the link was lost.
  void Remove(Link& link);
  void FailIncoming(const IncomingCall& incoming, const std::string& text);
  void EndIncoming(const IncomingCall& incoming);

 private:
  struct Sent {
    uint32_t link;
    uint32_t number;
    uint32_t caller;  // invocation
  };

  Link& AddLink(Link::Side side);
  void Accept(uv_stream_s* listener);
  // The link to the process that has the Worker, connected if need be. Null: there is none.
  Link* LinkTo(const std::string& worker);
  Link* FindLink(uint32_t id);
  std::string UnknownText(const Channel& channel);
  void RegisterAll();
  void LookAtConnections();
  std::vector<std::string> Connected();
  const Channel* AddChannel(Channel channel);

  Dispatcher& dispatcher_;
  uv_loop_s* const loop_;
  const FindWorker find_;
  void (*const turn_)(void*);
  void* const context_;
  const std::string instance_;
  const std::string build_;
  std::unique_ptr<Registry> registry_;
  std::vector<std::string> workers_;
  std::vector<std::string> taken_;  // names of these that other processes have
  loop::Handle<loop::LocalListener> listener_;
  loop::Handle<loop::Timer> retry_;
  loop::Handle<loop::Timer> watch_;
  std::vector<std::string> watched_;
  std::vector<std::string> connected_;  // of these
  OnConnections tell_;
  uint32_t next_link_ = 1;
  std::unordered_map<uint32_t, loop::Handle<Link>> links_;
  std::unordered_map<std::string, uint32_t> services_;  // the link to each Worker that was called
  std::vector<uint32_t> dirty_;
  uint32_t next_incoming_ = 1;
  std::unordered_map<uint32_t, std::unique_ptr<IncomingCall>> incoming_;
  std::unordered_map<uint32_t, Sent> sent_;                                        // by call
  std::unordered_map<uint32_t, std::vector<std::pair<uint32_t, uint32_t>>> ends_;  // by pipeline
  std::deque<Channel> channels_;
  Channel no_channel_;
};

}  // namespace isolane::worker
