#include "runtime/worker/local_requests.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/base/query.h"
#include "runtime/worker/scheduled_event.h"
#include "runtime/worker/worker.h"
#include "third_party/ada/ada_c.h"

namespace isolane::worker {

namespace {

constexpr std::string_view kScheduled = "/cdn-cgi/local/scheduled";
constexpr std::string_view kFormerNames[] = {"/cdn-cgi/handler/scheduled", "/cdn-cgi/mf/scheduled"};
constexpr std::string_view kTestScheduled = "/__scheduled";

std::optional<std::string_view> HeaderOf(std::string_view packed_head, std::string_view wanted) {
  std::optional<std::string_view> found;
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    if (name == wanted && !found.has_value()) found = value;
  });
  return found;
}

bool IsThisMachine(const std::string& url) {
  ada_url parsed = ada_parse(url.data(), url.size());
  bool local = false;
  if (ada_is_valid(parsed)) {
    const ada_string name = ada_get_hostname(parsed);
    const std::string_view host(name.data, name.length);
    local = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  }
  ada_free(parsed);
  return local;
}

// What is wrong with where the request comes from; empty if nothing is.
std::string_view Suspicion(std::string_view packed_head) {
  const auto host = HeaderOf(packed_head, "host");
  if (host.has_value() && !IsThisMachine("http://" + std::string(*host))) {
    return "Invalid Host header";
  }
  const auto origin = HeaderOf(packed_head, "origin");
  if (origin.has_value() && !IsThisMachine(std::string(*origin))) return "Invalid Origin header";
  return {};
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

// An exchange that waits for the outcome of its event. Either may be over first.
class LocalRequests::Answer final : public http::ExchangeListener {
 public:
  enum class Format { kText, kJson, kTest };

  Answer(LocalRequests& owner, http::Exchange& exchange, Format format)
      : owner_(owner), exchange_(&exchange), format_(format) {}

  void OnOutcome(const EventResult& result) {
    event_over_ = true;
    if (exchange_ == nullptr) return Settle();
    const int status = result.ok() ? 200 : 500;
    switch (format_) {
      case Format::kText:
        return RespondText(*exchange_, status, result.outcome);
      case Format::kJson:
        return Respond(*exchange_, status, "application/json", ScheduledResultJson(result));
      case Format::kTest:
        return RespondText(*exchange_, status,
                           result.ok() ? "Ran scheduled event" : result.outcome);
    }
  }

  void OnResponseSent() override { OnClientGone(); }
  void OnClientGone() override {
    exchange_ = nullptr;
    Settle();
  }

 private:
  // The last thing that it does: it may be gone then.
  void Settle() {
    if (event_over_) owner_.answers_.erase(this);
  }

  LocalRequests& owner_;
  http::Exchange* exchange_;
  const Format format_;
  bool event_over_ = false;
};

LocalRequests::LocalRequests(Dispatcher& dispatcher, LocalEndpoints enabled, FindWorker find)
    : dispatcher_(dispatcher), enabled_(enabled), find_(std::move(find)) {}

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
  const bool former =
      std::find(std::begin(kFormerNames), std::end(kFormerNames), path) != std::end(kFormerNames);
  if (test || former || path == kScheduled) return Fire(exchange, url);
  if (path.starts_with("/cdn-cgi/local/") || path.starts_with("/cdn-cgi/handler/")) {
    return Refuse(exchange, 404,
                  "\"" + std::string(path) + "\" is not a valid handler. Did you mean to use \"" +
                      std::string(kScheduled) + "\"?");
  }
  return Verdict::kUnlisted;
}

LocalRequests::Verdict LocalRequests::Fire(http::Exchange& exchange, std::string_view url) {
  ScheduledEvent event;
  event.cron = base::QueryParameter(url, "cron").value_or("");
  event.worker = base::QueryParameter(url, "worker").value_or("");
  if (const auto time = base::QueryParameter(url, "time"); time.has_value() && !time->empty()) {
    int64_t milliseconds = 0;
    const char* const end = time->data() + time->size();
    const auto parsed = std::from_chars(time->data(), end, milliseconds);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
      return Refuse(
          exchange, 400,
          "\"time\" must be a number of milliseconds since 1970 but is \"" + *time + "\".");
    }
    event.time_ms = static_cast<double>(milliseconds);
  }
  auto worker = find_(event.worker);
  if (!worker.ok()) return Refuse(exchange, 404, worker.error().ToString());

  Answer::Format format = Answer::Format::kText;
  if (base::PathOfUrl(url) == kTestScheduled) format = Answer::Format::kTest;
  if (base::QueryParameter(url, "format") == "json") format = Answer::Format::kJson;
  auto owned = std::make_unique<Answer>(*this, exchange, format);
  Answer* const answer = owned.get();
  answers_.emplace(answer, std::move(owned));
  exchange.set_listener(answer);
  dispatcher_.SendEvent(**worker, MakeScheduledEvent(event),
                        [answer](const EventResult& result) { answer->OnOutcome(result); });
  return Verdict::kAnswered;
}

}  // namespace isolane::worker
