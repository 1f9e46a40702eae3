#include "runtime/worker/peers/peers.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <utility>

#include <isolane/version.h>
#include <v8.h>

#include "runtime/base/nearest_name.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/peers/object_class.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

// How often a name is asked for again that another process has.
constexpr uint64_t kRetryMs = 2000;
// How often the other Workers that are needed are looked for. A call looks at once.
constexpr uint64_t kWatchMs = 500;
// Bindings that peers have given; each is kept as long as this Runtime.
constexpr size_t kMaxChannels = 10'000;

std::string NewInstance() {
  std::random_device random;
  char text[32];
  std::snprintf(text, sizeof text, "%d-%08x", static_cast<int>(getpid()), random());
  return text;
}

std::string BuildName() {
  std::string build("isolane ");
  build.append(kVersion).append(", V8 ").append(v8::V8::GetVersion());
  return build;
}

}  // namespace

// --- IncomingCall ---

void IncomingCall::OnFailure(int, const std::string& text) {
  if (std::exchange(answered, true)) return;
  peers_.FailIncoming(*this, text);
}

void IncomingCall::OnPipelineEnd() {
  if (!std::exchange(answered, true)) {
    peers_.FailIncoming(*this, "Network connection lost: the isolane process that runs Worker \"" +
                                   channel.binding + "\" stopped before it answered.");
  }
  peers_.EndIncoming(*this);
  // This object is gone after it.
  peers_.ForgetIncoming(id_);
}

// --- Peers ---

Peers::Peers(Dispatcher& dispatcher, uv_loop_s* loop, FindWorker find, void (*turn)(void*),
             void* context)
    : dispatcher_(dispatcher),
      loop_(loop),
      find_(std::move(find)),
      turn_(turn),
      context_(context),
      instance_(NewInstance()),
      build_(BuildName()) {
  no_channel_.binding = "a binding of another process";
  no_channel_.unresolved =
      "Workers of other processes have given " + std::to_string(kMaxChannels) +
      " different bindings to those of this one, and it keeps no more. Give a binding that was "
      "given before, or one with fewer different props; a restart of this process forgets them.";
}

Peers::~Peers() = default;

Status Peers::Open(const std::string& directory, std::vector<std::string> workers) {
  ISOLANE_ASSIGN(registry_, Registry::Open(directory, instance_));
  ISOLANE_ASSIGN(const int descriptor, registry_->Listen());
  listener_ = loop::LocalListener::Create(
      loop_, descriptor,
      [](void* self, uv_stream_t* listener) { static_cast<Peers*>(self)->Accept(listener); }, this);
  if (listener_ == nullptr) {
    return Error{
        "the registry of Workers, " + directory + ": cannot listen on its socket", {}, {}, {}};
  }
  SetWorkers(std::move(workers));
  return Ok{};
}

void Peers::SetWorkers(std::vector<std::string> workers) {
  // Nobody is to find this process any more.
  if (registry_ == nullptr) return;
  for (const std::string& known : workers_) {
    if (std::find(workers.begin(), workers.end(), known) != workers.end()) continue;
    registry_->Withdraw(known);
    for (const auto& [id, link] : links_) link->SayGone(known);
  }
  workers_ = workers;
  taken_ = std::move(workers);
  RegisterAll();
}

void Peers::RegisterAll() {
  std::erase_if(taken_, [this](const std::string& name) { return registry_->Register(name); });
  if (taken_.empty()) {
    retry_.reset();
    return;
  }
  if (retry_ != nullptr) return;
  retry_ = loop::Timer::Create(
      loop_, [](void* self) { static_cast<Peers*>(self)->RegisterAll(); }, this);
  retry_->Unref();
  retry_->StartRepeating(kRetryMs);
}

std::vector<std::string> Peers::KnownElsewhere() {
  if (registry_ == nullptr) return {};
  std::vector<std::string> names = registry_->NamesElsewhere();
  std::sort(names.begin(), names.end());
  return names;
}

void Peers::Watch(std::vector<std::string> services, OnConnections tell) {
  watched_ = std::move(services);
  tell_ = std::move(tell);
  connected_ = Connected();
  if (watched_.empty()) {
    watch_.reset();
    return;
  }
  if (watch_ != nullptr || registry_ == nullptr) return;
  watch_ = loop::Timer::Create(
      loop_, [](void* self) { static_cast<Peers*>(self)->LookAtConnections(); }, this);
  watch_->Unref();
  watch_->StartRepeating(kWatchMs);
}

// A link tells at once when its other end is gone, so each of them gets one.
std::vector<std::string> Peers::Connected() {
  std::vector<std::string> connected;
  for (const std::string& service : watched_) {
    if (LinkTo(service) != nullptr) connected.push_back(service);
  }
  return connected;
}

void Peers::LookAtConnections() {
  std::vector<std::string> connected = Connected();
  if (connected != connected_) {
    connected_ = std::move(connected);
    if (tell_) tell_(connected_);
  }
  Flush();
}

void Peers::Flush() {
  // What is written may make more to write.
  while (!dirty_.empty()) {
    std::vector<uint32_t> dirty;
    dirty.swap(dirty_);
    std::sort(dirty.begin(), dirty.end());
    dirty.erase(std::unique(dirty.begin(), dirty.end()), dirty.end());
    for (const uint32_t id : dirty) {
      if (Link* link = FindLink(id)) link->Flush();
    }
  }
}

void Peers::Leave() {
  if (registry_ == nullptr) return;
  for (const auto& [id, link] : links_) link->SayGoodbye();
  Flush();
  listener_.reset();
  retry_.reset();
  watch_.reset();
  registry_.reset();
}

void Peers::CloseNow() {
  Leave();
  Flush();
  while (!links_.empty()) links_.begin()->second->Lose("The isolane process stops.");
}

// --- links ---

Link& Peers::AddLink(Link::Side side) {
  const uint32_t id = next_link_++;
  loop::Handle<Link> link(new Link(loop_, *this, id, side));
  Link& added = *link;
  links_.emplace(id, std::move(link));
  return added;
}

Link* Peers::FindLink(uint32_t id) {
  const auto found = links_.find(id);
  return found == links_.end() ? nullptr : found->second.get();
}

void Peers::Accept(uv_stream_s* listener) {
  Link& link = AddLink(Link::Side::kAccepted);
  if (link.Accept(listener) != 0 || !link.IsOwn()) {
    link.Lose("The connection to another isolane process could not be accepted.");
    return;
  }
  link.Greet();
  Turn();
}

Link* Peers::LinkTo(const std::string& worker) {
  if (const auto known = services_.find(worker); known != services_.end()) {
    Link* link = FindLink(known->second);
    if (link != nullptr && link->open()) return link;
    services_.erase(known);
  }
  const auto entry = registry_ == nullptr ? std::nullopt : registry_->Find(worker);
  if (!entry || entry->instance == instance_) return nullptr;
  for (const auto& [id, link] : links_) {
    if (link->instance() != entry->instance || !link->open()) continue;
    services_[worker] = id;
    return link.get();
  }
  const int descriptor = registry_->Connect(*entry);
  if (descriptor < 0) return nullptr;
  Link& link = AddLink(Link::Side::kConnected);
  link.set_instance(entry->instance);
  if (link.Adopt(descriptor) != 0 || !link.IsOwn()) {
    link.Lose("The connection to another isolane process could not be made.");
    return nullptr;
  }
  link.Greet();
  services_[worker] = link.id();
  return &link;
}

void Peers::Remove(Link& link) { links_.erase(link.id()); }

// --- channels that peers have given ---

const Channel* Peers::AddChannel(Channel channel) {
  if (channels_.size() >= kMaxChannels) return &no_channel_;
  return &channels_.emplace_back(std::move(channel));
}

const Channel* Peers::ChannelTo(uint32_t link, uint32_t number) {
  for (const Channel& channel : channels_) {
    if (channel.remote && channel.link == link && channel.number == number) return &channel;
  }
  Channel channel;
  channel.binding = "a binding of another process";
  channel.remote = true;
  channel.link = link;
  channel.number = number;
  channel.unresolved = "The binding was given by another isolane process, which has ended.";
  return AddChannel(std::move(channel));
}

const Channel* Peers::ChannelTo(const wire::Service& service) {
  for (Channel& channel : channels_) {
    const bool same = channel.service == service.worker &&
                      channel.entrypoint == service.entrypoint && channel.props == service.props &&
                      (channel.remote_ids != nullptr) == service.objects;
    if (!same) continue;
    Follow(channel);
    return &channel;
  }
  Channel channel;
  channel.binding = service.worker;
  channel.service = service.worker;
  channel.entrypoint = service.entrypoint;
  channel.props = service.props;
  // Kept when the Worker is here, too: it tells that this is a namespace.
  if (service.objects) {
    channel.remote_ids =
        std::make_shared<const ActorIds>(ActorKey(channel.service, channel.entrypoint).text());
  }
  Follow(channel);
  return AddChannel(std::move(channel));
}

const Channel* Peers::ChannelLike(const Channel& channel) {
  for (const Channel& known : channels_) {
    if (LeadsTheSameWay(known, channel)) return &known;
  }
  return AddChannel(channel);
}

void Peers::Follow(Channel& channel) {
  if (channel.service.empty() || channel.target != nullptr) return;
  channel.target = find_(channel.service);
  channel.remote = channel.target == nullptr;
  if (channel.remote) return;
  Worker& worker = *channel.target;
  if (channel.remote_ids != nullptr) {
    channel.actor_class = FindObjectClass(worker, channel.entrypoint);
    if (channel.actor_class != nullptr) return;
    channel.unresolved = NoObjectClassText(worker.name(), channel.entrypoint);
  } else {
    if (worker.held()) return;
    channel.entrypoint_number = worker.EntrypointOf(channel.entrypoint);
    if (channel.entrypoint_number >= 0) return;
    channel.unresolved = NoEntrypointText(worker, channel.entrypoint) + ".";
  }
  channel.target = nullptr;
}

// --- calls that leave ---

std::string Peers::UnknownText(const Channel& channel) {
  if (channel.service.empty()) return channel.unresolved;
  std::vector<std::string> known = workers_;
  for (std::string& name : KnownElsewhere()) {
    if (find_(name) == nullptr) known.push_back(std::move(name));
  }
  std::string text = base::UnknownWorkerMessage(channel.service, known);
  if (!channel.declared.empty()) text += " (" + channel.declared + ")";
  return text;
}

void Peers::Send(Call& call) {
  if (call.export_id != 0) {
    const ExportRecord* object = dispatcher_.rpc().FindExport(call.export_id);
    Link* link = object == nullptr ? nullptr : FindLink(object->link);
    if (link != nullptr) return link->SendCall(call);
    dispatcher_.AnswerFromPeer(
        call, RemoteError{"Error",
                          "Network connection lost: the isolane process that this stub's object "
                          "was in has ended.",
                          {},
                          false});
    return;
  }
  const Channel& channel = *call.channel;
  Link* link = channel.service.empty() ? FindLink(channel.link) : LinkTo(channel.service);
  if (link != nullptr) return link->SendCall(call);
  dispatcher_.AnswerUnknownService(call, UnknownText(channel));
}

void Peers::NoteSent(const Call& call, uint32_t link, uint32_t number) {
  sent_[call.id] = {link, number, call.caller};
  if (call.export_id == 0) ends_[call.pipeline].emplace_back(link, number);
}

void Peers::NoteGone(const std::string& worker, uint32_t link) {
  const auto known = services_.find(worker);
  if (known != services_.end() && known->second == link) services_.erase(known);
}

void Peers::NoteOver(uint32_t pipeline, uint32_t link, uint32_t number) {
  const auto found = ends_.find(pipeline);
  if (found == ends_.end()) return;
  std::erase(found->second, std::pair(link, number));
  if (found->second.empty()) ends_.erase(found);
}

void Peers::CancelCall(uint32_t call) {
  const auto found = sent_.find(call);
  if (found == sent_.end()) return;
  if (Link* link = FindLink(found->second.link)) link->Cancel(found->second.number);
  sent_.erase(found);
}

void Peers::CancelCallsFrom(uint32_t invocation) {
  std::vector<uint32_t> calls;
  for (const auto& [id, sent] : sent_) {
    if (sent.caller == invocation) calls.push_back(id);
  }
  for (const uint32_t id : calls) {
    CancelCall(id);
    if (Call* call = dispatcher_.FindCall(id)) dispatcher_.FreeCall(*call);
  }
}

void Peers::EndCallsOf(uint32_t pipeline) {
  std::vector<uint32_t> calls;
  for (const auto& [id, sent] : sent_) {
    const Call* call = dispatcher_.FindCall(id);
    if (call == nullptr || call->pipeline == pipeline) calls.push_back(id);
  }
  for (const uint32_t id : calls) {
    sent_.erase(id);
    if (Call* call = dispatcher_.FindCall(id)) dispatcher_.FreeCall(*call);
  }
  const auto found = ends_.find(pipeline);
  if (found == ends_.end()) return;
  for (const auto& [link_id, number] : found->second) {
    if (Link* link = FindLink(link_id)) link->EndCall(number);
  }
  ends_.erase(found);
}

void Peers::Redirect(Worker& from, Worker* to) {
  for (Channel& channel : channels_) RedirectChannel(channel, from, to);
  for (const auto& [id, incoming] : incoming_) RedirectChannel(incoming->channel, from, to);
  for (const auto& [id, link] : links_) link->Redirect(from, to);
}

void Peers::DropObject(uint32_t link_id, uint32_t number) {
  if (Link* link = FindLink(link_id)) link->DropObject(number);
}

// --- calls that come ---

IncomingCall& Peers::AddIncoming(uint32_t link, uint32_t number) {
  const uint32_t id = next_incoming_++;
  return *incoming_.emplace(id, std::make_unique<IncomingCall>(*this, id, link, number))
              .first->second;
}

IncomingCall* Peers::FindIncoming(uint32_t id) {
  const auto found = incoming_.find(id);
  return found == incoming_.end() ? nullptr : found->second.get();
}

void Peers::Answer(Call& call) {
  IncomingCall* incoming = FindIncoming(call.from_peer);
  Link* link = incoming == nullptr ? nullptr : FindLink(incoming->link());
  if (link == nullptr || std::exchange(incoming->answered, true)) {
    call.DropBody();
  } else {
    link->Answer(*incoming, call, dispatcher_.UsedForPeer(incoming->pipeline, incoming->budget));
    // An error has nothing to be sent behind it.
    if (call.status == 0) dispatcher_.ServedForPeer(incoming->pipeline);
  }
  if (incoming != nullptr && incoming->pipeline == 0) ForgetIncoming(incoming->id());
}

void Peers::FailIncoming(const IncomingCall& incoming, const std::string& text) {
  if (Link* link = FindLink(incoming.link())) {
    CallBudget used = dispatcher_.UsedForPeer(incoming.pipeline, incoming.budget);
    // Of the caller's budget nothing is left either, however the two were rounded.
    if (text == kCpuExceeded) used.cpu_us = std::max(used.cpu_us, incoming.budget.cpu_us + 1);
    link->AnswerError(incoming.number(), {"Error", text, {}, false}, used);
  }
  dispatcher_.ServedForPeer(incoming.pipeline);
}

void Peers::EndIncoming(const IncomingCall& incoming) {
  if (Link* link = FindLink(incoming.link())) link->CallIsOver(incoming.number());
}

}  // namespace isolane::worker
