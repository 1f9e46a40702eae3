// The one dispatcher: outside requests and calls on bindings go through it alike, so depth,
// budgets, subrequests, tracing and lifecycle are enforced here once (steps 2 to 7 of the tour).
//
// Loop thread. Owned by the Graph; workers outlive it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <isolane/observer.h>

#include "runtime/base/body.h"
#include "runtime/base/request_router.h"
#include "runtime/base/slot_pool.h"
#include "runtime/js/watchdog.h"
#include "runtime/worker/alarms.h"
#include "runtime/worker/bodies.h"
#include "runtime/worker/call.h"
#include "runtime/worker/event_call.h"
#include "runtime/worker/mail_folder.h"
#include "runtime/worker/rate_limits.h"
#include "runtime/worker/records.h"
#include "runtime/worker/remote_calls.h"
#include "runtime/worker/rpc_table.h"
#include "runtime/worker/run_queue.h"
#include "runtime/worker/tails.h"
#include "runtime/worker/timers.h"
#include "runtime/worker/web_sockets.h"

namespace isolane::base {
class ResponderHost;
}

namespace isolane::http {
class Client;
struct SocketUpgrade;
}  // namespace isolane::http

namespace isolane::storage {
class Committer;
}

namespace isolane {
enum class ErrorPages;  // <isolane/runtime.h>
}

namespace isolane::worker {

class OutboundCall;
class ActorIds;
class ChildCall;
class ChildService;
struct ServiceEdge;
class ActorStorage;
class Loader;
class StubBody;
struct Actor;
struct ActorClass;
struct LoadedEntrypoint;

// A service written in C++: the answer of a stubbed binding.
using HostService =
    std::function<void(std::string_view packed_head, const base::Body& body, int* status,
                       std::string* response_head, base::Body* response_body)>;

// Where a binding leads. Owned by its worker; replaced behind a running Fetcher when it is stubbed.
struct Channel {
  std::string binding;
  Worker* target = nullptr;
  // It is a namespace of Durable Objects: calls go to one of them, which Call::props names.
  ActorClass* actor_class = nullptr;
  // Which export of the target: its name as it was declared, and its number there
  // (Worker::EntrypointOf) once all Workers are loaded.
  std::string entrypoint;
  int entrypoint_number = 0;
  HostService stub;
  // JSON of the binding's props, which the target sees as ctx.props; empty: {}.
  std::string props;
  // No such worker: what a use of the binding is told.
  std::string unresolved;
  // It leads to the code of its target, past the target's responder: ctx.exports.
  bool past_responder = false;
  // It leads to the target's responder and never to its code: env.ASSETS.
  bool responder_only = false;
  // Another process is to answer: the one that has the Worker `service`, or, if that is empty, the
  // one at the other end of `link`, which knows the binding by `number`.
  bool remote = false;
  std::string service;
  uint32_t link = 0;
  uint32_t number = 0;
  // Not null: it is a namespace of Durable Objects there, of the class `entrypoint`.
  std::shared_ptr<const ActorIds> remote_ids = nullptr;
  // Of a remote one, for messages: "binding AUTH of gateway, gateway/wrangler.toml:6".
  std::string declared;
  // It leads to a program of its own, and `target` is null.
  ChildService* child = nullptr;
  // Of a binding by URL: the URLs that lead here begin with it. "http://auth.id.isolane.internal"
  std::string origin;
  // It leads to a Worker that its owner has loaded, and `target` is null (loader.h).
  const LoadedEntrypoint* loaded = nullptr;
  // Where calls are counted; null: nowhere.
  ServiceEdge* edge = nullptr;
  // The rules that stand before the target, which know it by `router_number`; null: none.
  base::RequestRouter* router = nullptr;
  int router_number = -1;
};

// The type of an error that code of a Worker sees as a TypeError "fetch failed", the message being
// that of its cause; see builtins/internal/calls.js.
inline constexpr char kFetchFailed[] = "FetchFailed";

class Dispatcher {
 public:
  // Answers of Call that are not ids; the same numbers are in builtins/web/fetch.js.
  static constexpr int kTooDeep = -2;
  static constexpr int kTooManySubrequests = -3;
  // Of StartTls; the same number is in builtins/workers/network.js.
  static constexpr int kGone = -9;

  Dispatcher(js::Watchdog& watchdog, Observer& observer);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Whether what a request failed with is its answer, too.
  void set_error_pages(ErrorPages pages) { error_pages_ = pages; }
  ErrorPages error_pages() const { return error_pages_; }
  // Where Durable Objects are kept; empty: in memory. Before any Worker is made.
  void set_persist_to(std::string directory) { persist_to_ = std::move(directory); }
  // Commits what they write; outlives the Workers.
  void set_committer(storage::Committer* committer) { committer_ = committer; }
  const std::string& persist_to() const { return persist_to_; }
  // The network; null: outbound fetches fail. Outlives the dispatcher.
  void set_client(http::Client* client) { client_ = client; }
  // Serves the responders of Workers; outlives the dispatcher. Before any Worker is made.
  void set_responder_host(base::ResponderHost* host) { responder_host_ = host; }
  base::ResponderHost& responder_host() { return *responder_host_; }
  // Null: there is no other process. Outlives the dispatcher's last turn.
  void set_remote_calls(RemoteCalls* remote);
  // Called by Turn's last round: writes what responses produced. May note more events.
  void set_flush(void (*flush)(void*), void* context) {
    flush_ = flush;
    flush_context_ = context;
  }

  // --- the top level ---
  // Opens a pipeline whose first worker is `worker`. `packed_head` is copied. `top` lives until its
  // OnPipelineEnd. `accept_encoding` is the client's, for a request.cf that is made up. Returns
  // the pipeline's id, 0 if there are too many (then `top` is told).
  uint32_t Open(Worker& worker, TopLevel& top, std::string_view packed_head, base::Body body,
                std::string_view accept_encoding);
  // Opens a pipeline for an event; `done` is called when it is over, from a later Turn.
  uint32_t SendEvent(Worker& worker, HandlerEvent event, EventDone done);
  // The observer is not told when the pipeline is over.
  void Unlist(uint32_t pipeline);
  // Everything of the response has left.
  void ResponseSent(uint32_t pipeline);
  // Nobody waits for the response any more: what only it needed is dropped, waitUntil goes on.
  void ClientGone(uint32_t pipeline);
  // Runs until nothing is left to do without the loop. No isolate is entered.
  void Turn();
  // ms until a timer is due, or -1.
  double NextTimer();
  // Ends every pipeline: their top levels are told.
  void EndAll();
  // Those of Durable Objects do not count.
  size_t live_pipelines() const { return pipelines_.live() - live_actors(); }
  size_t live_invocations() const { return invocations_.live(); }
  size_t live_bodies() const { return bodies_.live(); }
  size_t live_web_sockets() const { return web_sockets_.live(); }
  size_t live_stubs() const { return rpc_.live(); }
  size_t live_calls() const { return calls_.live(); }
  // What every request and Durable Object that has not ended waits for, a paragraph each: for those
  // who look for what hangs.
  std::string DescribeLive();

  // --- what natives ask for; `caller` is a live invocation ---
  Invocation* FindInvocation(uint32_t id) { return invocations_.Find(id); }
  // A call on a channel of the caller's worker, or (null) to the network. `depth` is that of the
  // code that calls. Gives an id or kTooDeep...
  int32_t CallChannel(Invocation& caller, const Channel* channel, int depth, Call& call);
  // A method call on what the stub points to; part of the session that made the stub, so no
  // subrequest.
  int32_t CallStub(Invocation& caller, const ImportRecord& stub, int depth, Call& call);
  Call* NewCall() { return calls_.Take(); }
  void FreeCall(Call& call) { calls_.Free(&call); }
  void CancelCall(Invocation& caller, uint32_t call_id);
  // TLS on the open connection `socket` of the caller's pipeline, from now on; `call`, of kConnect,
  // is answered like the one that opened it. Gives an id or kGone.
  int32_t StartTls(Invocation& caller, uint64_t socket, const http::SocketUpgrade& upgrade,
                   Call& call);
  // `socket` with status 101: the answer is a WebSocket. `call_id`: the call on a Durable Object
  // that is answered; 0: the one it was made for.
  void Respond(Invocation& invocation, uint32_t call_id, int status, std::string_view head,
               base::Body body, bool already_encoded, std::shared_ptr<base::MessageEnd> socket);
  // The call it was made for, or a call on one of its exports, has failed.
  void Fail(Invocation& invocation, uint32_t call_id, RemoteError error, const std::string& log);
  // The result of a method call, taken from `message`.
  void RespondMethod(Invocation& invocation, uint32_t call_id, RpcMessage message);
  // The outcome of the event that the call is; `json` is what the caller is given.
  void RespondEvent(Invocation& invocation, uint32_t call_id, const EventResult& result,
                    std::string_view json);
  Call* FindCall(uint32_t id) { return calls_.Find(id); }
  RpcTable& rpc() { return rpc_; }
  Tails& tails() { return tails_; }
  // The invocation of a tail Worker is to take what is told next; it has what one request may use,
  // as each message of a WebSocket has.
  void TellOfTail(uint32_t invocation);
  // `invocation` was used while the isolate was entered on behalf of another one: it is looked
  // after when that entry is over.
  void Touch(const Invocation& invocation);
  void WaitUntil(Invocation& invocation, int change);
  uint32_t StartTimer(Invocation& invocation, double delay_ms, bool repeat);
  void StopTimer(Invocation& invocation, uint32_t id) { timers_.Stop(invocation, id); }
  Bodies& bodies() { return bodies_; }
  WebSockets& web_sockets() { return web_sockets_; }

  RateLimits& rate_limits() { return rate_limits_; }
  MailFolder& mail_folder() { return mail_folder_; }

  // --- Durable Objects ---
  // A constructor or a blockConcurrencyWhile() callback begins (1) or is over (-1).
  void BlockActor(Actor& actor, int change);
  // It ends when the code that runs now is done: `error` for all that wait for it.
  void BreakActor(Actor& actor, RemoteError error, const std::string& log);
  // Sends on an accepted WebSocket, a close too; behind the output gate of a Durable Object.
  void SendMessage(WebSocketRecord& socket, base::Message message);
  // The socket is handed over to the object.
  void HibernateSocket(Actor& actor, WebSocketRecord& socket, std::vector<std::string> tags);
  // The actor's storage, opened when it is used; the actor has not ended.
  ActorStorage& StorageOf(Actor& actor);
  // It has news about `what`, see onNews in builtins/workers/dispatch.js.
  void TellActor(const Actor& actor, uint32_t what);
  // Writes of `actor` up to this commit are durable: what waited for that leaves.
  void ConfirmActor(Actor& actor, uint64_t commit);
  // The alarm in the storage of `actor` may be another one than before.
  void AlarmChanged(Actor& actor);
  // alarm() is over.
  void AlarmDone(Actor& actor, bool succeeded);
  // Sets the clock for the alarms that earlier processes left behind. Once, when all is loaded.
  void LoadAlarms(ActorClass& actor_class);
  // The first retry of an alarm comes after `ms`, each next one after twice as long; 2 s by
  // default.
  void set_alarm_retry_ms(double ms) { alarm_retry_ms_ = ms; }
  // Idle ones go after `ms`; 10 s by default.
  void set_actor_idle_ms(double ms) { actor_idle_ms_ = ms; }
  // Those that have nothing to do, at once.
  void EndIdleActors();
  size_t live_actors() const;

  // --- other versions of Workers: dispatcher_reload.cc ---
  // `to` takes the place of `from`, null: nothing does. What is queued for `from` goes to `to`, its
  // Durable Objects move, calls that were held go on. The channels of all Workers lead to `to`
  // already.
  void Redirect(Worker& from, Worker* to);
  // Which of `workers` something here still refers to: those in `used` by index.
  std::vector<bool> InUse(const std::vector<Worker*>& workers);
  // How long calls on Workers that cannot run yet wait. ms.
  void set_hold_ms(double ms) { hold_ms_ = ms; }

  // --- Workers that others have loaded (loader.h): dispatcher_loaded.cc ---
  void AddLoader(Loader& loader);
  void RemoveLoader(Loader& loader);
  const std::vector<Loader*>& loaders() const { return loaders_; }
  // It gets no calls any more. Its owner is whoever takes it.
  void RetireLoaded(std::unique_ptr<Worker> worker);
  std::vector<std::unique_ptr<Worker>> TakeRetiredLoaded();
  bool has_retired_loaded() const { return !retired_loaded_.empty(); }
  // Those of calls that have not been answered.
  std::unordered_set<const Channel*> CalledChannels();
  // They waited for code, and need not any more.
  void StartAgain(std::vector<uint32_t> calls);

  // --- logging ---
  // `request` 0: the one that runs now, if any.
  void Log(LogLevel level, const Worker* worker, std::string_view text, bool from_runtime,
           uint64_t request = 0);
  uint64_t current_request() const;
  bool wants_data_points() const { return observer_.wants_data_points(); }
  void TellDataPoint(const Worker& worker, std::string_view dataset, std::string_view text);
  // True if the observer was told anything since the last call.
  bool TakeToldObserver() { return std::exchange(told_observer_, false); }
  const Invocation* current() const { return current_; }

  // --- outbound ---
  // The network answered (or, status 0, failed); from a callback of the client.
  void OutboundAnswered(OutboundCall& outbound, int status, std::string_view packed_head,
                        base::Body body, const std::string& failure);
  // The peer has agreed to a WebSocket.
  void OutboundSwitched(OutboundCall& outbound, std::string_view packed_head,
                        std::shared_ptr<base::MessageEnd> end);
  // connect(): the connection is open.
  void OutboundConnected(OutboundCall& outbound, std::shared_ptr<base::Pipe> received);
  // The connection is free for another fetch of the pipeline. `outbound` is gone after it.
  void OutboundFinished(OutboundCall& outbound);

  // --- other processes (dispatcher_remote.cc); what RemoteCalls needs ---
  CallBudget BudgetOf(uint32_t pipeline);
  // Null: it is over.
  const Limits* LimitsOf(uint32_t pipeline);
  // Status, head, body, message or socket of the call are those of its answer.
  void AnswerFromPeer(Call& call, const CallBudget& used);
  void AnswerFromPeer(Call& call, RemoteError error);
  // There is no such Worker: 503 or a rejection with these words.
  void AnswerUnknownService(Call& call, const std::string& text);
  // Opens a pipeline for a call of a peer and gives the call, which is the caller's to fill in
  // before the next turn. `limits` lives as long as `top`. Null if there are too many; then `top`
  // was told.
  Call* OpenForPeer(Worker& worker, TopLevel& top, const Limits& limits, const CallBudget& budget,
                    uint32_t from_peer);
  // What messages call the request of that pipeline.
  void DescribeRequest(uint32_t pipeline, const Call& call);
  // The same for a call on an object that the peer holds a stub of. Null if there are too many.
  Call* NewStubCallForPeer(StubReference object, uint32_t from_peer);
  // The peer does not want the answer any more.
  void CancelForPeer(uint32_t pipeline);
  // The peer has its answer to the last byte: the pipeline may end when nothing of it runs.
  void ServedForPeer(uint32_t pipeline);
  CallBudget UsedForPeer(uint32_t pipeline, const CallBudget& given);
  // --- services that are programs of their own (dispatcher_child.cc); as for outbound ---
  void ChildAnswered(ChildCall& child, int status, std::string_view packed_head, base::Body body);
  void ChildSwitched(ChildCall& child, std::string_view packed_head,
                     std::shared_ptr<base::MessageEnd> end);
  void ChildFailed(ChildCall& child, const std::string& message);
  void ChildFinished(ChildCall& child);
  // The request of that pipeline comes from the process `caller`; both texts outlive it.
  void NameCaller(uint32_t pipeline, const std::string& caller, const std::string& service);
  // The response to a request that has no pipeline is about to leave. Gives the request's number.
  uint64_t TellResponse(ResponseSummary summary);
  // Such a request is over; without a number it gets one.
  void TellRequest(RequestSummary summary);
  bool wants_responses() const { return tells_responses_; }

  // True if an isolate was replaced since the last call: the old one waits to be disposed.
  bool TakeReplaced() { return std::exchange(replaced_, false); }

  js::Watchdog& watchdog() { return watchdog_; }
  static double NowMs();
  // Since 1970.
  static double WallClockMs();

 private:
  friend class EventCall;
  // A pipeline whose first call (Pipeline::first_call) is queued. Null if there are too many; then
  // `top` was told.
  Pipeline* NewPipeline(Worker& worker, TopLevel& top);
  void ForgetEvent(const EventCall& event);
  void AnswerEvent(Call& call, const EventResult& result, std::string_view json);

  void Run(const Event& event);
  // What the pipeline may use from now on of what limits allow.
  void FillBudgets(Pipeline& pipeline);
  void RunSocket(uint32_t invocation_id, uint32_t socket_id);
  // Gives JavaScript the next message of an accepted WebSocket.
  void DeliverMessage(Invocation& invocation, WebSocketRecord& socket);
  void Start(uint32_t call_id);
  void StartOnStub(Call& call);
  void SendToPeer(Call& call);
  // The rules before the target. False: they have answered.
  bool RouteInside(Call& call);
  void StartOnChild(Call& call);
  void DropChildCall(Call& call);
  void StartOnLoaded(Pipeline& pipeline, Call& call);
  // True if that has queued something.
  bool TidyLoaders();
  void TurnIntoResponse(Call& call);
  // dispatcher_actors.cc
  void StartOnActor(Call& call);
  // The gate of the actor is shut: what comes waits.
  static bool IsShut(const Actor& actor);
  // This call may pass all the same, or waits for no other reason.
  bool Passes(const Actor& actor, const Call& call);
  // Null: `failure` says why.
  Actor* FindOrStartActor(ActorClass& actor_class, const std::string& address,
                          std::string* failure);
  bool StartActor(Actor& actor, const std::string& address);
  void Deliver(Actor& actor, Call& call);
  void RunHibernating(WebSocketRecord& socket);
  // dispatcher_alarms.cc
  void RunAlarms();
  void DeliverAlarm(Actor& actor, int retries);
  void RetryAlarm(ActorClass& actor_class, const std::string& object_id, int retries);
  void RunActor(Actor& actor);
  void QueueActor(Actor& actor);
  void EndActor(Actor& actor);
  void LookAfterActor(Actor& actor);
  // Something is under way that would be lost. A waitUntil task alone does not count.
  bool IsBusy(const Actor& actor);
  // Somebody waits for an answer of it, or for its storage.
  bool IsAnswering(const Actor& actor);
  // dispatcher_reload.cc
  void MoveActors(ActorClass& from, ActorClass* to);
  // A new version is there: the actor ends when it has answered what it has begun.
  void Leave(Actor& actor);
  // A call of `pipeline` is part of what the actor has begun.
  bool IsServing(const Actor& actor, uint32_t pipeline);
  bool IsServing(const Actor& actor, uint32_t pipeline, std::vector<uint32_t>& seen);
  void RunLeaving(Actor& actor);
  // Ends those of leaving_ that are done. True if that has queued something.
  bool HandOver();
  void Hold(Call& call);
  // Starts those that need not wait any more.
  void ReleaseHeld();
  void FailOverdueHeld(double now_ms);
  bool Holds(const Pipeline& pipeline);
  // It cannot be started: `text` for its caller.
  void Refuse(Call& call, Pipeline& pipeline, std::string text);
  // At the input gate: its storage is busy with itself, or its own code says so.
  static bool MustWait(const Actor& actor);
  void EvictIdle(double now_ms);
  // Puts the event into the run queue, or behind the output gate of the Durable Object that it
  // leaves.
  void PushFrom(Invocation& from, EventKind kind, uint32_t id);
  // One call less that `caller` waits for.
  static void Settle(Invocation& caller, Call& call);
  void Reply(uint32_t call_id);
  void ReplyToMethod(Invocation& caller, Call& call);
  void ReplyToConnect(Invocation& caller, Call& call);
  // Takes the call from whoever was to answer it. Null if it is not that invocation's to answer.
  Call* TakeAnswered(Invocation& invocation, uint32_t call_id);
  // The call is over with this error, unless nobody waits for it.
  void ReplyWithError(Call& call, RemoteError error);
  // The binding leads to a C++ service, or nowhere.
  void AnswerWithoutWorker(Call& call);
  // dispatcher_responder.cc: false if the Worker's code is to answer.
  bool AnswerByResponder(Pipeline& pipeline, Call& call);
  void StartOutbound(Invocation& caller, Call& call);
  void SendOutbound(Pipeline& pipeline, Call& call);
  // Starts fetches that wait while there are connections for them.
  void SendWaiting(Pipeline& pipeline);
  // The fetch is not wanted any more, waiting or under way; frees its call.
  void DropOutbound(Pipeline& pipeline, Call& call);
  // Every connection is held by a response that nobody reads, and a fetch waits: one has to go.
  void CheckForStall(Pipeline& pipeline);
  void QueueStalled();
  // Says so if something waits for a connection while connect() has them all.
  void WarnOfConnections(Pipeline& pipeline);

  // Enters the isolate on behalf of `invocation`, calls `body(context)`, runs microtasks, and looks
  // after what became of the invocation and its isolate.
  template <typename Function>
  void Enter(Invocation& invocation, Function&& function);
  void AfterEntry(uint32_t invocation_id, Worker& worker, js::Isolate& isolate, uint32_t pipeline);
  void LookAfter(uint32_t invocation_id);
  void Condemn(Worker& worker, uint32_t culprit_pipeline);

  // The invocation can never answer: its caller or the top level is told `error`.
  void Drop(Invocation& invocation, const RemoteError& error, int status);
  void Release(Invocation& invocation, bool tell_javascript);
  // Logs which stubs `holder` has never disposed of, once for each place that got one.
  void WarnOfUndisposed(const Invocation& holder);
  // Lets the JavaScript half forget contexts that ended before they had answered.
  void ReleaseContexts();
  void AbortTree(Invocation& invocation);
  // The pipeline has used up its CPU budget: 503, and it is over. `worker` ran last.
  void EndExhausted(Pipeline& pipeline, const Worker& worker);
  // What tail Workers are told of all that the pipeline still does.
  void NoteOutcomes(Pipeline& pipeline, std::string_view outcome);
  void FailTop(Pipeline& pipeline, int status, const std::string& text);
  // dispatcher_traces.cc: only if the observer wants them.
  void TraceCall(const Invocation& caller, Call& call);
  void TraceReply(Pipeline& pipeline, const Call& call);
  void TellResponse(Pipeline& pipeline, std::string_view packed_head);
  void QueueCheck(Pipeline& pipeline);
  void Check(Pipeline& pipeline);
  void CheckForHang(Pipeline& pipeline);
  // What the invocations of the pipeline wait for, a line each: for the log.
  std::string DescribeWaits(Pipeline& pipeline);
  void EndOverdue(double now_ms);
  void End(Pipeline& pipeline);

  js::Watchdog& watchdog_;
  Observer& observer_;
  const bool traces_;
  const bool tells_responses_;
  http::Client* client_ = nullptr;
  base::ResponderHost* responder_host_ = nullptr;
  void (*flush_)(void*) = nullptr;
  void* flush_context_ = nullptr;

  RunQueue queue_;
  base::SlotPool<Pipeline> pipelines_;
  base::SlotPool<Invocation> invocations_;
  base::SlotPool<Call> calls_;
  Timers timers_{queue_, invocations_};
  Bodies bodies_{queue_, invocations_};
  RpcTable rpc_{queue_, invocations_};
  WebSockets web_sockets_{queue_, invocations_};
  std::unique_ptr<base::SlotPool<Actor>> actors_;
  // Actors that were busy lately, by when they are to be looked at.
  std::deque<std::pair<double, uint32_t>> idle_actors_;
  double actor_idle_ms_ = 10'000;
  // Those whose Worker has another version, and until when they may go on; in that order.
  std::vector<std::pair<double, uint32_t>> leaving_;
  // Calls on Workers that cannot run yet, and until when they wait; in that order.
  std::deque<std::pair<double, uint32_t>> held_;
  double hold_ms_ = 10'000;
  std::string persist_to_;
  RateLimits rate_limits_;
  MailFolder mail_folder_;
  ErrorPages error_pages_{};  // kNone
  Alarms alarms_;
  double alarm_retry_ms_ = 2000;
  storage::Committer* committer_ = nullptr;
  RemoteCalls* remote_ = nullptr;
  Tails tails_{*this};
  std::unordered_map<const EventCall*, std::unique_ptr<EventCall>> events_;
  std::unordered_map<uint64_t, std::unique_ptr<OutboundCall>>
      outbound_;  // by OutboundCall::request
  std::unordered_map<uint32_t, std::unique_ptr<StubBody>> stub_bodies_;
  std::vector<Loader*> loaders_;
  std::vector<std::unique_ptr<Worker>> retired_loaded_;
  std::unordered_map<uint64_t, std::unique_ptr<ChildCall>> child_calls_;  // by ChildCall::number
  uint64_t last_child_call_ = 0;
  Pipeline* live_ = nullptr;  // list of live pipelines
  std::vector<std::pair<Worker*, uint32_t>> releases_;
  // Pipelines whose response was sent, in order of the time at which their waitUntil tasks must be
  // done.
  struct Deadline {
    double due_ms;
    uint32_t pipeline;
  };
  std::deque<Deadline> deadlines_;
  std::vector<uint32_t> touched_;   // invocations used during an entry for another one
  std::vector<uint32_t> suspects_;  // pipelines to check for a hang when the queue is empty
  double stall_due_ms_ = -1;        // when pipelines are to be checked for a stall; -1: not at all
  Invocation* current_ = nullptr;   // on whose behalf an isolate is entered
  uint64_t requests_ = 0;
  double cycles_per_ms_ = 0;  // 0: not asked for yet
  bool in_turn_ = false;
  bool told_observer_ = false;
  bool replaced_ = false;
};

}  // namespace isolane::worker
