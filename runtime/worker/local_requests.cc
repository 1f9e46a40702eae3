#include "runtime/worker/local_requests.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/base/query.h"
#include "runtime/worker/live_reload.h"
#include "runtime/worker/worker.h"
#include "third_party/ada/ada_c.h"

namespace isolane::worker {

namespace {

constexpr std::string_view kTestScheduled = "/__scheduled";

struct LocalPath {
  std::string_view path;
  LocalEventKind kind;
};
// The first name of each kind is the one that is recommended.
constexpr LocalPath kPaths[] = {
    {"/cdn-cgi/local/scheduled", LocalEventKind::kScheduled},
    {"/cdn-cgi/handler/scheduled", LocalEventKind::kScheduled},
    {"/cdn-cgi/mf/scheduled", LocalEventKind::kScheduled},
    {"/cdn-cgi/local/email", LocalEventKind::kEmail},
    {"/cdn-cgi/handler/email", LocalEventKind::kEmail},
    {"/cdn-cgi/local/queue", LocalEventKind::kQueue},
};

std::string KnownPaths() {
  std::string known;
  for (const LocalPath& one : kPaths) {
    if (!one.path.starts_with("/cdn-cgi/local/")) continue;
    known += (known.empty() ? "\"" : ", \"") + std::string(one.path) + "\"";
  }
  return known;
}

void Respond(http::Exchange& exchange, int status, std::string_view type, const std::string& body) {
  std::string head;
  base::AppendPackedHeader(head, "content-type", type);
  exchange.Respond(status, head, base::Body::Bytes(base::Chunk::Copy(body)), true);
}

void RespondText(http::Exchange& exchange, int status, const std::string& text) {
  Respond(exchange, status, "text/plain;charset=UTF-8", text);
}

}  // namespace

// An exchange that waits for its body, then for the outcome of its event. Either side may be over
// first.
class LocalRequests::Answer final : public http::ExchangeListener, public base::PipeReader {
 public:
  Answer(LocalRequests& owner, http::Exchange& exchange, LocalEventKind kind)
      : owner_(owner),
        exchange_(&exchange),
        kind_(kind),
        url_(base::PackedUrl(exchange.packed_head())) {}
  ~Answer() override { LetGoOfBody(); }

  LocalEventKind kind() const { return kind_; }
  const std::string& url() const { return url_; }

  void Begin(base::Body body) {
    if (body.kind != base::Body::Kind::kPipe) {
      owner_.Send(*this, std::string(body.bytes.view()));
      return;
    }
    pipe_ = std::move(body.pipe);
    pipe_->set_reader(this);
    OnReadable();
  }

  void OnReadable() override {
    while (auto chunk = pipe_->Read()) bytes_ += chunk->view();
    const bool too_long = bytes_.size() > LongestBody(kind_);
    const base::Pipe::State state = pipe_->state();
    if (state == base::Pipe::State::kOpen && !too_long) return;
    LetGoOfBody();
    if (too_long) return Refuse(413, "The message is too long.");
    if (state == base::Pipe::State::kClosed) owner_.Send(*this, bytes_);
    // Otherwise the client is gone, of which it is told.
  }

  void Refuse(int status, const std::string& text) {
    if (exchange_ != nullptr) RespondText(*exchange_, status, text);
  }
  // The event is on its way: this object waits for its outcome.
  void Await() { event_over_ = false; }

  void OnOutcome(const EventResult& result) {
    event_over_ = true;
    if (exchange_ == nullptr) return Settle();
    const LocalAnswer answer = AnswerTo(kind_, url_, result);
    Respond(*exchange_, answer.status, answer.type, answer.body);
  }

  void OnResponseSent() override { OnClientGone(); }
  void OnClientGone() override {
    exchange_ = nullptr;
    LetGoOfBody();
    Settle();
  }

 private:
  void LetGoOfBody() {
    if (pipe_ == nullptr) return;
    pipe_->set_reader(nullptr);
    pipe_->Cancel();
    pipe_.reset();
  }

  // The last thing that it does: it may be gone then.
  void Settle() {
    if (event_over_) owner_.answers_.erase(this);
  }

  LocalRequests& owner_;
  http::Exchange* exchange_;
  const LocalEventKind kind_;
  const std::string url_;
  std::shared_ptr<base::Pipe> pipe_;
  std::string bytes_;
  bool event_over_ = true;  // or has not begun
};

bool LocalRequests::IsThisMachine(const std::string& url) const {
  ada_url parsed = ada_parse(url.data(), url.size());
  bool local = false;
  if (ada_is_valid(parsed)) {
    const ada_string name = ada_get_hostname(parsed);
    const std::string_view host(name.data, name.length);
    local = host == "localhost" || host == "127.0.0.1" || host == "[::1]" ||
            std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end();
  }
  ada_free(parsed);
  return local;
}

std::string_view LocalRequests::Suspicion(std::string_view packed_head) const {
  const auto host = base::FindPackedHeader(packed_head, "host");
  if (host.has_value() && !IsThisMachine("http://" + std::string(*host))) {
    return "Invalid Host header";
  }
  const auto origin = base::FindPackedHeader(packed_head, "origin");
  if (origin.has_value() && !IsThisMachine(std::string(*origin))) return "Invalid Origin header";
  return {};
}

LocalRequests::LocalRequests(Dispatcher& dispatcher, LocalEndpoints enabled, FindWorker find,
                             std::vector<std::string> hosts)
    : dispatcher_(dispatcher),
      enabled_(enabled),
      find_(std::move(find)),
      hosts_(std::move(hosts)) {}

LocalRequests::~LocalRequests() = default;

LocalRequests::Verdict LocalRequests::Refuse(http::Exchange& exchange, int status,
                                             const std::string& text) {
  RespondText(exchange, status, text);
  return Verdict::kAnswered;
}

LocalRequests::Verdict LocalRequests::Handle(http::Exchange& exchange) {
  const std::string_view head = exchange.packed_head();
  const std::string_view url = base::PackedUrl(head);
  const std::string_view path = base::PathOfUrl(url);
  const bool test = path == kTestScheduled;
  if (test && enabled_ != LocalEndpoints::kTestScheduled) return Verdict::kListed;
  if (!test && !path.starts_with("/cdn-cgi/")) return Verdict::kListed;
  if (const std::string_view wrong = Suspicion(head); !wrong.empty()) {
    return Refuse(exchange, 403, std::string(wrong));
  }
  if (live_reload_ != nullptr && path == LiveReload::kPath && live_reload_->Subscribe(exchange)) {
    return Verdict::kAnswered;
  }
  if (test) return Accept(exchange, LocalEventKind::kTestScheduled);
  for (const LocalPath& one : kPaths) {
    if (one.path == path) return Accept(exchange, one.kind);
  }
  if (path.starts_with("/cdn-cgi/local/") || path.starts_with("/cdn-cgi/handler/")) {
    return Refuse(exchange, 404,
                  "\"" + std::string(path) + "\" is not a valid handler. Did you mean to use " +
                      KnownPaths() + "?");
  }
  return Verdict::kUnlisted;
}

LocalRequests::Verdict LocalRequests::Accept(http::Exchange& exchange, LocalEventKind kind) {
  auto owned = std::make_unique<Answer>(*this, exchange, kind);
  Answer* const answer = owned.get();
  answers_.emplace(answer, std::move(owned));
  exchange.set_listener(answer);
  answer->Begin(NeedsBody(kind) ? exchange.TakeBody() : base::Body());
  return Verdict::kAnswered;
}

void LocalRequests::Send(Answer& answer, const std::string& body) {
  auto worker = find_(base::QueryParameter(answer.url(), "worker").value_or(""));
  if (!worker.ok()) return answer.Refuse(404, worker.error().ToString());
  auto event = MakeLocalEvent(answer.kind(), answer.url(), body);
  if (!event.ok()) return answer.Refuse(400, event.error().message);
  answer.Await();
  dispatcher_.SendEvent(**worker, std::move(*event),
                        [&answer](const EventResult& result) { answer.OnOutcome(result); });
}

}  // namespace isolane::worker
