#include "runtime/worker/services/child_service.h"

#include <utility>

#include "runtime/base/packed_head.h"

namespace isolane::worker {

using State = process::ServiceProcess::State;

// Passes on what the client has to say, and ends with the request.
class ChildService::Late final : public http::ClientListener {
 public:
  Late(ChildService& service, uint64_t id, http::ClientListener* listener)
      : service_(service), id_(id), listener_(listener) {}

  uint64_t request = 0;  // the client's number for it

 private:
  void OnClientResponse(int status, std::string_view packed_head, base::Body body) override {
    listener_->OnClientResponse(status, packed_head, std::move(body));
  }
  void OnClientWebSocket(std::string_view packed_head,
                         std::shared_ptr<base::MessageEnd> end) override {
    listener_->OnClientWebSocket(packed_head, std::move(end));
  }
  void OnClientError(const std::string& message) override {
    http::ClientListener* const listener = listener_;
    const std::string text = message;
    service_.late_.erase(id_);
    listener->OnClientError(text);
  }
  void OnClientFinished() override {
    http::ClientListener* const listener = listener_;
    service_.late_.erase(id_);
    listener->OnClientFinished();
  }

  ChildService& service_;
  const uint64_t id_;
  http::ClientListener* const listener_;
};

ChildService::ChildService(uv_loop_t* loop, ProcessSpec spec, http::Client& client, Owner& owner)
    : spec_(std::move(spec)),
      client_(client),
      owner_(owner),
      deferred_(loop::Timer::Create(
          loop, [](void* self) { static_cast<ChildService*>(self)->Settle(); }, this)) {}

ChildService::~ChildService() = default;

void ChildService::Prepare(process::ServiceProcess::Options options) {
  process_ = std::make_unique<process::ServiceProcess>(
      deferred_->uv_handle()->loop, std::move(options),
      static_cast<process::ServiceProcess::Listener&>(*this));
}

void ChildService::Stop() {
  if (process_ != nullptr) process_->Stop();
}

void ChildService::GiveUp(const std::string& why) {
  given_up_ = why;
  if (!waiting_.empty()) deferred_->Start(0);
}

void ChildService::OnStateChange() {
  if (state() == State::kUp) {
    origin_ = "http://" + process_->host() + ":" + std::to_string(process_->port());
  }
  if (!waiting_.empty()) deferred_->Start(0);
  owner_.OnStateChange(*this);
}

uint64_t ChildService::Send(std::string_view packed_head, base::Body body,
                            http::ClientListener* listener) {
  if (state() == State::kUp) [[likely]]
    return 2 * SendNow(packed_head, std::move(body), listener);
  const uint64_t id = last_id_ += 2;
  waiting_.push_back({id, std::string(packed_head), std::move(body), listener});
  if (state() == State::kIdle) owner_.OnCalledIdle();
  // Nobody may be called before this has returned.
  deferred_->Start(0);
  return id;
}

uint64_t ChildService::SendNow(std::string_view packed_head, base::Body body,
                               http::ClientListener* listener) {
  const std::string_view start = base::PackedStart(packed_head);
  std::string_view path = base::PackedUrl(packed_head);
  const size_t scheme = path.find("://");
  const size_t at = path.find_first_of("/?", scheme == std::string_view::npos ? 0 : scheme + 3);
  path = at == std::string_view::npos ? "/" : path.substr(at);
  std::string head;
  head.reserve(packed_head.size() + origin_.size());
  head += base::PackedMethod(packed_head);
  head += base::kValueMark;
  head += origin_;
  head += path;
  head += packed_head.substr(start.size());
  return client_.Start(head, std::move(body), listener);
}

void ChildService::Settle() {
  const State now = state();
  const bool starts = now == State::kIdle || (now == State::kStarting && origin_.empty());
  if (starts && given_up_.empty()) return;
  std::vector<Waiting> ready = std::exchange(waiting_, {});
  if (ready.empty()) return;
  for (Waiting& one : ready) {
    if (now == State::kUp) {
      auto late = std::make_unique<Late>(*this, one.id, one.listener);
      late->request = SendNow(one.head, std::move(one.body), late.get());
      late_.emplace(one.id, std::move(late));
      continue;
    }
    one.body.Cancel();
    const std::string why = process_ == nullptr ? given_up_ : process_->failure();
    one.listener->OnClientError("connect to the service \"" + name() + "\": connection refused" +
                                (why.empty() ? "" : " (" + why + ")"));
  }
  owner_.OnEvent();
}

void ChildService::Cancel(uint64_t id, const std::string& reason) {
  if (id % 2 == 0) {
    client_.Cancel(id / 2, reason);
    return;
  }
  if (const auto late = late_.find(id); late != late_.end()) {
    client_.Cancel(late->second->request, reason);
    late_.erase(late);
    return;
  }
  std::erase_if(waiting_, [id](Waiting& one) {
    if (one.id != id) return false;
    one.body.Cancel();
    return true;
  });
}

std::string ChildService::Outward(std::string_view packed_head, std::string_view origin) const {
  const std::string port = ":" + std::to_string(process_->port());
  std::string head(base::PackedStart(packed_head));
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    if (name == "location") {
      for (const char* host : {"127.0.0.1", "localhost", "[::1]", "0.0.0.0"}) {
        const std::string own = std::string("http://") + host + port;
        if (!value.starts_with(own) || (value.size() > own.size() && value[own.size()] != '/')) {
          continue;
        }
        base::AppendPackedHeader(head, name,
                                 std::string(origin) + std::string(value.substr(own.size())));
        return;
      }
    }
    base::AppendPackedHeader(head, name, value);
  });
  return head;
}

}  // namespace isolane::worker
