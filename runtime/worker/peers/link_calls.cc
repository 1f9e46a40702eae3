// Calls, answers and what they carry, as frames and back.
#include <algorithm>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher_rpc.h"
#include "runtime/worker/peers/incoming_call.h"
#include "runtime/worker/peers/link.h"
#include "runtime/worker/peers/object_class.h"
#include "runtime/worker/peers/peers.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

// Bits of Call::operation that a Worker may set: see builtins/workers/rpc_stub.js.
constexpr int32_t kOperations = 1 | 2 | kEventOperation;
// What one frame holds beside the bytes of its message.
constexpr size_t kFrameRoom = size_t{1} << 20;

constexpr char kTooMany[] = "isolane is handling as many calls as it can.";

wire::Budget BudgetOf(const Limits& limits, const CallBudget& budget) {
  return {.subrequests = budget.subrequests,
          .cpu_us = budget.cpu_us,
          .depth = limits.depth,
          .connections = limits.connections,
          .rpc_mb = limits.rpc_mb,
          .wait_until_ms = std::max<int64_t>(1, limits.wait_until_ms),
          .head_kb = limits.head_kb,
          .url_kb = limits.url_kb};
}

// "ID" or "ID\nNAME", as Call::props names an object.
bool IsAddressOf(const ActorIds& ids, std::string_view address) {
  const std::string_view id = address.substr(0, ActorIds::kDigits);
  for (const char c : id) {
    if (c >= 'A' && c <= 'F') return false;
  }
  if (ids.Check(id) != ActorIds::Verdict::kValid) return false;
  return address.size() == ActorIds::kDigits || address[ActorIds::kDigits] == '\n';
}

void TakeLimits(const wire::Budget& wire, Limits& limits) {
  limits.depth = wire.depth;
  limits.connections = wire.connections;
  limits.rpc_mb = wire.rpc_mb;
  limits.wait_until_ms = wire.wait_until_ms;
  limits.head_kb = wire.head_kb;
  limits.url_kb = wire.url_kb;
  limits.subrequests = wire.subrequests;
  limits.cpu_ms = wire.cpu_us / 1000;
}

}  // namespace

// --- what messages carry ---

// By name where there is one, so that it follows whatever becomes of the Worker.
Link::Exported Link::ExportedFor(const Channel& channel) {
  if (!channel.stub && channel.actor_class != nullptr) {
    const ActorClass& one = *channel.actor_class;
    return {one.worker.name(), one.name, channel.props, true, {}};
  }
  const bool named = !channel.service.empty() && channel.child == nullptr && !channel.stub;
  if (named && channel.target == nullptr) {
    return {channel.service, channel.entrypoint, channel.props, channel.remote_ids != nullptr, {}};
  }
  const bool whole_worker = channel.target != nullptr && !channel.stub && !channel.past_responder &&
                            !channel.responder_only && channel.router == nullptr;
  if (whole_worker) {
    return {channel.target->name(), channel.entrypoint, channel.props, false, {}};
  }
  return {{}, {}, {}, false, channel};
}

bool Link::IsSame(const Exported& one, const Exported& other) {
  if (one.worker.empty() && other.worker.empty()) {
    return LeadsTheSameWay(one.channel, other.channel);
  }
  return one.worker == other.worker && one.entrypoint == other.entrypoint &&
         one.props == other.props && one.objects == other.objects;
}

wire::Attachment Link::PutChannel(const Channel& channel) {
  wire::Attachment wire;
  if (channel.remote && channel.link == id_) {
    wire.kind = wire::Attachment::Kind::kYourChannel;
    wire.number = channel.number;
    return wire;
  }
  if (channel.remote && !channel.service.empty() && !channel.stub) {
    wire.kind = wire::Attachment::Kind::kNamedService;
    wire.service = {channel.service, channel.entrypoint, channel.props,
                    channel.remote_ids != nullptr};
    return wire;
  }
  wire.kind = wire::Attachment::Kind::kMyChannel;
  Exported exported = ExportedFor(channel);
  // A Worker that sends the same binding again and again needs one number for it.
  for (size_t i = 0; i < channels_.size(); i++) {
    if (!IsSame(channels_[i], exported)) continue;
    wire.number = static_cast<uint32_t>(i);
    return wire;
  }
  wire.number = static_cast<uint32_t>(channels_.size());
  channels_.push_back(std::move(exported));
  return wire;
}

wire::Message Link::PutMessage(RpcMessage& message) {
  wire::Message wire;
  wire.values = message.values;
  wire.cloned = message.cloned;
  wire.clone = message.clone.view();
  wire.with_disposer = message.with_disposer;
  for (RpcAttachment& attachment : message.attachments) {
    wire::Attachment& put = wire.attachments.emplace_back();
    if (attachment.channel != nullptr) {
      put = PutChannel(*attachment.channel);
    } else if (attachment.stub.held()) {
      const ExportRecord* object = peers_.dispatcher().rpc().FindExport(attachment.stub.target());
      if (object != nullptr && object->link == id_) {
        put.kind = wire::Attachment::Kind::kYours;
        put.number = object->number;
      } else {
        put.kind = wire::Attachment::Kind::kMine;
        put.number = next_object_++;
        objects_.emplace(put.number, std::move(attachment.stub));
      }
    } else {
      put.body = streams_.Put(attachment.body);
    }
  }
  return wire;
}

bool Link::TakeAttachment(const wire::Attachment& wire, RpcAttachment& attachment) {
  RpcTable& rpc = peers_.dispatcher().rpc();
  switch (wire.kind) {
    case wire::Attachment::Kind::kBody:
      return streams_.Take(wire.body, attachment.body);
    case wire::Attachment::Kind::kMine:
      attachment.stub = rpc.ExportRemote(id_, wire.number);
      return true;
    case wire::Attachment::Kind::kYours: {
      const auto found = objects_.find(wire.number);
      if (found == objects_.end()) return false;
      attachment.stub = rpc.Reference(found->second.target());
      return true;
    }
    case wire::Attachment::Kind::kMyChannel:
      attachment.channel = peers_.ChannelTo(id_, wire.number);
      return true;
    case wire::Attachment::Kind::kYourChannel: {
      if (wire.number >= channels_.size()) return false;
      const Exported& exported = channels_[wire.number];
      // The message may be read when this link is gone.
      attachment.channel = exported.worker.empty() ? peers_.ChannelLike(exported.channel)
                                                   : peers_.ChannelTo(exported.service());
      return true;
    }
    case wire::Attachment::Kind::kNamedService:
      attachment.channel = peers_.ChannelTo(wire.service);
      return true;
  }
  return false;
}

bool Link::TakeMessage(const wire::Message& wire, RpcMessage& message) {
  message.values = wire.values;
  message.cloned = wire.cloned;
  message.clone = base::Chunk::Copy(wire.clone);
  message.with_disposer = wire.with_disposer;
  for (const wire::Attachment& attachment : wire.attachments) {
    if (!TakeAttachment(attachment, message.attachments.emplace_back())) return false;
  }
  return true;
}

// --- calls that leave ---

void Link::SendCall(Call& call) {
  Dispatcher& dispatcher = peers_.dispatcher();
  wire::Call wire;
  Outgoing sent{call.id, call.pipeline, {}};
  if (call.message.values.size() + call.message.clone.size() + kFrameRoom > wire::kMaxFrame) {
    dispatcher.AnswerFromPeer(
        call, RemoteError{"Error",
                          "The arguments are larger than what isolane sends to a Worker of another "
                          "process (255 MiB).",
                          {},
                          false});
    return;
  }
  if (call.export_id != 0) {
    wire.target = wire::Call::Target::kObject;
    wire.target_number = dispatcher.rpc().FindExport(call.export_id)->number;
    sent.pipeline = 0;
  } else if (call.channel->service.empty()) {
    wire.target = wire::Call::Target::kChannel;
    wire.target_number = call.channel->number;
  } else {
    const Channel& channel = *call.channel;
    wire.service = {channel.service, channel.entrypoint, channel.props,
                    channel.remote_ids != nullptr};
    sent.worker = call.channel->service;
  }
  wire.number = next_call_++;
  wire.method = call.kind == CallKind::kMethod;
  wire.depth = call.depth;
  wire.operation = call.operation;
  const Limits* limits = dispatcher.LimitsOf(call.pipeline);
  wire.budget =
      BudgetOf(limits == nullptr ? Limits() : *limits, dispatcher.BudgetOf(call.pipeline));
  wire.head = call.head;
  wire.cf = call.cf;
  wire.props = call.props;
  if (wire.method) {
    wire.message = PutMessage(call.message);
  } else {
    wire.body = streams_.Put(call.body);
  }
  wire::Append(wire, out_);
  // What the frame borrowed; stubs that it returns to the peer are let go behind it.
  call.body = base::Body();
  call.message.Reset();
  outgoing_.emplace(wire.number, std::move(sent));
  peers_.NoteSent(call, id_, wire.number);
  OnDirty();
}

void Link::Cancel(uint32_t number) {
  if (const auto found = outgoing_.find(number); found != outgoing_.end()) found->second.call = 0;
  wire::Append(wire::Kind::kCancel, {number}, out_);
  OnDirty();
}

void Link::EndCall(uint32_t number) {
  if (outgoing_.erase(number) == 0) return;
  wire::Append(wire::Kind::kEnd, {number}, out_);
  OnDirty();
}

void Link::DropObject(uint32_t number) {
  wire::Append(wire::Kind::kDrop, {number}, out_);
  OnDirty();
}

bool Link::OnAnswer(const wire::Answer& wire) {
  base::Body body;
  RpcMessage message;
  std::shared_ptr<base::MessageEnd> socket;
  if (wire.status != 0) {
    // Taken whatever becomes of it, so that the peer is told when nobody wants it.
    if (!streams_.Take(wire.body, body) || !TakeMessage(wire.message, message)) return false;
    if (wire.socket != 0 && (socket = streams_.TakeSocket(wire.socket)) == nullptr) return false;
    const bool switched = wire.status == 101;
    if (switched != (socket != nullptr) || wire.status < 101 || wire.status > 599 ||
        !wire::IsResponseHead(wire.head)) {
      return false;
    }
  }
  const auto found = outgoing_.find(wire.number);
  const uint32_t id = found == outgoing_.end() ? 0 : found->second.call;
  Call* call = peers_.dispatcher().FindCall(id);
  if (found != outgoing_.end()) {
    found->second.call = 0;
    if (found->second.pipeline == 0) outgoing_.erase(found);
  }
  if (call == nullptr || !call->at_peer) {
    body.Cancel();
    return true;
  }
  peers_.NoteAnswered(id);
  call->status = wire.status;
  call->head = wire.head;
  call->body = std::move(body);
  call->message = std::move(message);
  call->socket = std::move(socket);
  if (wire.status == 0) {
    call->error = {std::string(wire.error_type),  std::string(wire.error_message),
                   std::string(wire.error_extra), wire.error_remote,
                   std::string(wire.error_hint),  wire.error_reset};
  }
  peers_.dispatcher().AnswerFromPeer(*call, {wire.subrequests, wire.cpu_us});
  return true;
}

// --- calls that come ---

IncomingCall& Link::AddIncoming(const wire::Call& wire) {
  IncomingCall& incoming = peers_.AddIncoming(id_, wire.number);
  incoming_.emplace(wire.number, incoming.id());
  return incoming;
}

void Link::AnswerNotFound(const wire::Call& wire, const std::string& text) {
  if (wire.method) return AnswerError(wire.number, {"Error", text, {}, false});
  wire::Answer answer;
  answer.number = wire.number;
  answer.status = 503;
  std::string head = "Service Unavailable";
  base::AppendPackedHeader(head, "content-type", "text/plain;charset=UTF-8");
  answer.head = head;
  answer.body.kind = wire::Body::Kind::kBytes;
  answer.body.bytes = text;
  wire::Append(answer, out_);
  OnDirty();
}

bool Link::OnCall(const wire::Call& wire) {
  if (incoming_.contains(wire.number)) return false;
  base::Body body;
  RpcMessage message;
  if (wire.method ? !TakeMessage(wire.message, message) : !streams_.Take(wire.body, body)) {
    return false;
  }
  const bool on_object = wire.target == wire::Call::Target::kObject;
  if (wire.method ? false : on_object || !wire::IsRequestHead(wire.head)) return false;
  switch (wire.target) {
    case wire::Call::Target::kObject:
      StartOnObject(wire, std::move(message));
      return true;
    case wire::Call::Target::kService:
      StartOnService(wire, wire.service, std::move(body), std::move(message));
      return true;
    case wire::Call::Target::kChannel:
      if (wire.target_number >= channels_.size()) return false;
      StartOnChannel(wire, std::move(body), std::move(message));
      return true;
  }
  return false;
}

void Link::Fill(const wire::Call& wire, base::Body body, RpcMessage message, IncomingCall& incoming,
                Call& call) {
  incoming.call = call.id;
  call.kind = wire.method ? CallKind::kMethod : CallKind::kFetch;
  call.depth = wire.depth;
  call.operation = wire.operation & kOperations;
  call.head = wire.head;
  call.cf = wire.cf;
  call.props = wire.props;
  call.body = std::move(body);
  call.message = std::move(message);
}

void Link::StartOnObject(const wire::Call& wire, RpcMessage message) {
  const auto found = objects_.find(wire.target_number);
  if (found == objects_.end()) {
    return AnswerError(wire.number, {"Error", kCallbackGone, {}, false});
  }
  Dispatcher& dispatcher = peers_.dispatcher();
  IncomingCall& incoming = AddIncoming(wire);
  Call* call = dispatcher.NewStubCallForPeer(dispatcher.rpc().Reference(found->second.target()),
                                             incoming.id());
  if (call == nullptr) {
    peers_.ForgetIncoming(incoming.id());
    incoming_.erase(wire.number);
    return AnswerError(wire.number, {"Error", kTooMany, {}, false});
  }
  Fill(wire, {}, std::move(message), incoming, *call);
}

void Link::StartOnService(const wire::Call& wire, const wire::Service& service, base::Body body,
                          RpcMessage message) {
  Worker* worker = peers_.Find(std::string(service.worker));
  if (worker == nullptr) {
    body.Cancel();
    return AnswerNotFound(wire, "Worker \"" + std::string(service.worker) +
                                    "\" not found. Make sure it is running locally.");
  }
  if (service.objects) {
    return StartOnObjects(wire, *worker, std::string(service.entrypoint), std::move(body),
                          std::move(message));
  }
  const std::string entrypoint(service.entrypoint);
  // Of one that waits for a build that works nobody knows what it exports; the call waits as well.
  const int number = worker->held() ? 0 : worker->EntrypointOf(entrypoint);
  if (number < 0) {
    body.Cancel();
    return AnswerError(wire.number, {"Error",
                                     "Worker does not export an entrypoint named \"" +
                                         (entrypoint.empty() ? "default" : entrypoint) + "\"",
                                     {},
                                     true});
  }
  Channel channel;
  channel.binding = worker->name();
  channel.target = worker;
  channel.entrypoint = entrypoint;
  channel.entrypoint_number = number;
  channel.props = service.props;
  Open(wire, *worker, std::move(channel), std::move(body), std::move(message));
}

void Link::StartOnObjects(const wire::Call& wire, Worker& worker, const std::string& name,
                          base::Body body, RpcMessage message) {
  ActorClass* const actor_class = FindObjectClass(worker, name);
  if (actor_class == nullptr) {
    body.Cancel();
    return AnswerError(wire.number, {"Error", NoObjectClassText(worker.name(), name), {}, false});
  }
  Channel channel;
  channel.binding = name;
  channel.actor_class = actor_class;
  Open(wire, worker, std::move(channel), std::move(body), std::move(message));
}

void Link::Redirect(Worker& from, Worker* to) {
  for (Exported& exported : channels_) RedirectChannel(exported.channel, from, to);
}

void Link::StartOnChannel(const wire::Call& wire, base::Body body, RpcMessage message) {
  const Exported& exported = channels_[wire.target_number];
  if (!exported.worker.empty()) {
    return StartOnService(wire, exported.service(), std::move(body), std::move(message));
  }
  // A stub of the embedder, a Worker of a third process: what is called lives elsewhere, and the
  // pipeline is only where the call comes from.
  Worker* const target = exported.channel.target;
  Worker* const from = target != nullptr ? target : peers_.Find({});
  if (from == nullptr) {
    body.Cancel();
    return AnswerNotFound(wire, exported.channel.unresolved);
  }
  Open(wire, *from, exported.channel, std::move(body), std::move(message));
}

void Link::Open(const wire::Call& wire, Worker& worker, Channel channel, base::Body body,
                RpcMessage message) {
  // It becomes the name of a file: only what an id of this class can be.
  if (channel.actor_class != nullptr && !IsAddressOf(channel.actor_class->ids, wire.props)) {
    body.Cancel();
    return AnswerError(
        wire.number,
        {"TypeError", "Durable Object ID is not valid for this namespace.", {}, false});
  }
  IncomingCall& incoming = AddIncoming(wire);
  incoming.channel = std::move(channel);
  incoming.limits = worker.spec().limits;
  TakeLimits(wire.budget, incoming.limits);
  incoming.budget = {wire.budget.subrequests, wire.budget.cpu_us};
  Call* call = peers_.dispatcher().OpenForPeer(worker, incoming, incoming.limits, incoming.budget,
                                               incoming.id());
  if (call == nullptr) {
    body.Cancel();
    return;
  }
  incoming.pipeline = call->pipeline;
  Fill(wire, std::move(body), std::move(message), incoming, *call);
  call->channel = &incoming.channel;
  const bool on_worker = !incoming.channel.stub && incoming.channel.actor_class == nullptr;
  call->target = on_worker ? incoming.channel.target : nullptr;
  peers_.dispatcher().DescribeRequest(incoming.pipeline, *call);
}

void Link::Answer(const IncomingCall& incoming, Call& call, const CallBudget& used) {
  if (incoming.pipeline == 0) incoming_.erase(incoming.number());
  if (call.status == 0) {
    AnswerError(incoming.number(), call.error, used);
    return;
  }
  if (call.message.values.size() + call.message.clone.size() + kFrameRoom > wire::kMaxFrame) {
    AnswerError(incoming.number(), {"Error",
                                    "The result is larger than what isolane sends to a Worker of "
                                    "another process (255 MiB).",
                                    {},
                                    false});
    return;
  }
  wire::Answer wire;
  wire.number = incoming.number();
  wire.status = static_cast<uint16_t>(call.status);
  wire.subrequests = used.subrequests;
  wire.cpu_us = used.cpu_us;
  const bool method = call.kind == CallKind::kMethod;
  if (!method) wire.head = call.head;
  const uint32_t pipeline = incoming.pipeline;
  Dispatcher& dispatcher = peers_.dispatcher();
  wire.body =
      streams_.Put(call.body, [&dispatcher, pipeline] { dispatcher.ServedForPeer(pipeline); });
  wire.message = PutMessage(call.message);
  wire.socket = streams_.PutSocket(std::move(call.socket));
  wire::Append(wire, out_);
  call.body = base::Body();
  call.message.Reset();
  OnDirty();
}

void Link::AnswerError(uint32_t number, const RemoteError& error, const CallBudget& used) {
  wire::Answer wire;
  wire.number = number;
  wire.subrequests = used.subrequests;
  wire.cpu_us = used.cpu_us;
  wire.error_type = error.type;
  wire.error_message = error.message;
  wire.error_extra = error.extra;
  wire.error_hint = error.hint;
  wire.error_remote = error.remote;
  wire.error_reset = error.reset;
  wire::Append(wire, out_);
  OnDirty();
}

void Link::SayGoodbye() {
  wire::Append(wire::Kind::kBye, {0}, out_);
  OnDirty();
}

void Link::SayGone(const std::string& worker) {
  wire::Append(wire::Gone{worker}, out_);
  OnDirty();
}

void Link::CallIsOver(uint32_t number) {
  if (incoming_.erase(number) == 0) return;
  wire::Append(wire::Kind::kOver, {number}, out_);
  OnDirty();
}

}  // namespace isolane::worker
