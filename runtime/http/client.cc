#include "runtime/http/client.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/base/packed_head.h"
#include "runtime/http/client_connection.h"
#include "runtime/http/client_socket.h"
#include "runtime/http/web_socket_handshake.h"
#include "runtime/loop/timer.h"

namespace isolane::http {
namespace {

constexpr uint64_t kTickMs = 1'000;
constexpr char kLost[] = "Network connection lost.";

bool IsIdempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" ||
         method == "PUT" || method == "DELETE";
}

}  // namespace

// Its memory outlives the Client by one iteration of the loop.
class ClientCore final : private ClientConnection::Owner, private ClientSocket::Owner {
 public:
  ClientCore(uv_loop_t* loop, ClientOptions options, void (*batch_end)(void*), void* context)
      : shared_{loop, std::move(options), nullptr}, batch_end_(batch_end), context_(context) {
    deferred_ = loop::Timer::Create(
        loop, [](void* core) { static_cast<ClientCore*>(core)->OnDeferred(); }, this);
    tick_ = loop::Timer::Create(
        loop, [](void* core) { static_cast<ClientCore*>(core)->CloseIdle(); }, this);
    tick_->Unref();
  }

  uv_loop_t* loop() const { return shared_.loop; }

  uint64_t Start(std::string_view packed_head, base::Body body, ClientListener* listener) {
    auto request = std::make_unique<ClientRequest>();
    const uint64_t id = request->id = ++last_id_;
    request->packed_head = packed_head;
    request->body = std::move(body);
    request->listener = listener;
    const std::string_view url = base::PackedUrl(packed_head);
    auto parsed = ClientUrl::Parse(url);
    if (!parsed) {
      FailLater(std::move(request),
                "fetch() of something that is no http URL: " + std::string(url));
      return id;
    }
    request->route = ClientRoute::For(*std::move(parsed), shared_.options.proxies);
    request->route.web_socket = WantsWebSocket(packed_head);
    const Proxy* const proxy = request->route.proxy;
    if (proxy != nullptr && !proxy->problem.empty()) {
      FailLater(std::move(request), proxy->problem);
      return id;
    }
    const bool replayable = request->body.kind != base::Body::Kind::kPipe;
    request->retryable =
        replayable && (request->body.none() || IsIdempotent(base::PackedMethod(packed_head)));
    if (ClientConnection* kept = TakeIdle(request->route.Key())) {
      kept->Send(std::move(request));
    } else {
      Add().Open(std::move(request));
    }
    return id;
  }

  uint64_t Connect(const SocketTarget& target, std::shared_ptr<base::Pipe> sent,
                   ClientListener* listener) {
    sockets_.emplace_back(new ClientSocket(shared_, *this));
    sockets_.back()->Open(++last_id_, target, std::move(sent), listener);
    return last_id_;
  }

  uint64_t StartTls(uint64_t id, const SocketUpgrade& upgrade, std::shared_ptr<base::Pipe> sent,
                    ClientListener* listener) {
    ClientSocket* const socket = FindSocket(id);
    if (socket == nullptr || !socket->open()) return 0;
    socket->StartTls(++last_id_, upgrade, std::move(sent), listener);
    return last_id_;
  }

  void Cancel(uint64_t id, const std::string& reason) {
    if (ClientSocket* socket = FindSocket(id)) {
      socket->Release(reason);
      OnOver(*socket);
      return;
    }
    for (const auto& connection : connections_) {
      if (connection->request_id() != id) continue;
      Remove(*connection, reason);
      return;
    }
    std::erase_if(failed_, [id](Failed& failed) {
      if (failed.request->id != id) return false;
      failed.request->DropBody();
      return true;
    });
  }

  void CloseNow() {
    while (!connections_.empty()) Remove(*connections_.back(), kLost);
    while (!sockets_.empty()) {
      sockets_.back()->Release(kLost);
      OnOver(*sockets_.back());
    }
    for (Failed& failed : failed_) failed.request->DropBody();
    failed_.clear();
  }

  void Abandon() {
    abandoned_ = true;
    CloseNow();
    deferred_->Stop();
    tick_->Stop();
  }

 private:
  struct Failed {
    std::unique_ptr<ClientRequest> request;
    std::string message;
  };

  void OnEvent() override {
    if (!abandoned_) batch_end_(context_);
  }
  void OnOver(ClientSocket& socket) override {
    for (auto& one : sockets_) {
      if (one.get() != &socket) continue;
      // It may be on the stack.
      loop::DeleteLater(shared_.loop, one.release());
      std::swap(one, sockets_.back());
      sockets_.pop_back();
      return;
    }
  }
  ClientSocket* FindSocket(uint64_t id) const {
    for (const auto& one : sockets_) {
      if (one->id() == id) return one.get();
    }
    return nullptr;
  }
  void OnWork(ClientConnection& connection) override {
    working_.push_back(&connection);
    Defer();
  }
  void Defer() {
    if (!deferred_->active()) deferred_->Start(0);
  }
  void OnGone(ClientConnection& connection) override { Remove(connection, kLost); }
  void OnStale(std::unique_ptr<ClientRequest> request) override { Add().Open(std::move(request)); }

  void OnIdle(ClientConnection& connection) override {
    size_t same = 0;
    for (const auto& other : connections_) {
      same += other->usable() && other->key() == connection.key();
    }
    if (same > shared_.options.limits.kept_per_host) {
      Remove(connection, kLost);
      return;
    }
    connection.idle_since = static_cast<int64_t>(uv_now(shared_.loop));
    connection.Unref();
    if (!tick_->active()) tick_->StartRepeating(kTickMs);
  }

  void OnDeferred() {
    for (Failed& failed : std::exchange(failed_, {})) {
      failed.request->DropBody();
      failed.request->listener->OnClientError(failed.message);
    }
    // Those that ask for it meanwhile have their turn in the next iteration.
    running_.swap(working_);
    for (size_t i = 0; i < running_.size(); i++) {
      if (running_[i] != nullptr) running_[i]->Work();
    }
    running_.clear();
    OnEvent();
  }

  void CloseIdle() {
    const auto now = static_cast<int64_t>(uv_now(shared_.loop));
    bool any = false;
    for (size_t i = connections_.size(); i-- > 0;) {
      ClientConnection& connection = *connections_[i];
      if (!connection.usable()) continue;
      if (now - connection.idle_since >= shared_.options.limits.kept_ms) {
        Remove(connection, kLost);
      } else {
        any = true;
      }
    }
    if (!any) tick_->Stop();
  }

  // The one that was used last: the least likely to be stale.
  ClientConnection* TakeIdle(const std::string& key) {
    ClientConnection* best = nullptr;
    for (const auto& connection : connections_) {
      if (!connection->usable() || connection->key() != key) continue;
      if (best == nullptr || connection->idle_since > best->idle_since) best = connection.get();
    }
    if (best != nullptr) best->Ref();
    return best;
  }

  ClientConnection& Add() {
    std::unique_ptr<ClientConnection> connection(new ClientConnection(shared_, *this));
    connection->index = connections_.size();
    connections_.push_back(std::move(connection));
    return *connections_.back();
  }

  void Remove(ClientConnection& connection, const std::string& reason) {
    const size_t index = connection.index;
    if (connection.wants_work()) {
      std::erase(working_, &connection);
      std::replace(running_.begin(), running_.end(), &connection,
                   static_cast<ClientConnection*>(nullptr));
    }
    connection.Release(reason);
    // It may be on the stack.
    loop::DeleteLater(shared_.loop, connections_[index].release());
    if (index + 1 != connections_.size()) {
      std::swap(connections_[index], connections_.back());
      connections_[index]->index = index;
    }
    connections_.pop_back();
  }

  void FailLater(std::unique_ptr<ClientRequest> request, std::string message) {
    failed_.push_back({std::move(request), std::move(message)});
    Defer();
  }

  ClientContext shared_;
  void (*batch_end_)(void*);
  void* context_;
  bool abandoned_ = false;
  uint64_t last_id_ = 0;
  std::vector<std::unique_ptr<ClientConnection>> connections_;
  std::vector<std::unique_ptr<ClientSocket>> sockets_;
  std::vector<ClientConnection*> working_;  // want Work in the loop's next iteration
  std::vector<ClientConnection*> running_;  // of this one; null: gone
  std::vector<Failed> failed_;              // to be told in the loop's next iteration
  loop::Handle<loop::Timer> deferred_;
  loop::Handle<loop::Timer> tick_;  // while connections are kept
};

namespace {

class ClientHandle final : public Client {
 public:
  explicit ClientHandle(ClientCore* core) : core_(core) {}
  ~ClientHandle() override {
    core_->Abandon();
    loop::DeleteLater(core_->loop(), core_);
  }
  uint64_t Start(std::string_view packed_head, base::Body body, ClientListener* listener) override {
    return core_->Start(packed_head, std::move(body), listener);
  }
  uint64_t Connect(const SocketTarget& target, std::shared_ptr<base::Pipe> sent,
                   ClientListener* listener) override {
    return core_->Connect(target, std::move(sent), listener);
  }
  uint64_t StartTls(uint64_t id, const SocketUpgrade& upgrade, std::shared_ptr<base::Pipe> sent,
                    ClientListener* listener) override {
    return core_->StartTls(id, upgrade, std::move(sent), listener);
  }
  void Cancel(uint64_t id, const std::string& reason) override { core_->Cancel(id, reason); }
  void CloseNow() override { core_->CloseNow(); }

 private:
  ClientCore* core_;  // Owned; its memory goes in the loop's next iteration.
};

}  // namespace

std::unique_ptr<Client> Client::Create(uv_loop_t* loop, ClientOptions options,
                                       void (*batch_end)(void*), void* context) {
  return std::make_unique<ClientHandle>(
      new ClientCore(loop, std::move(options), batch_end, context));
}

}  // namespace isolane::http
