#include "runtime/worker/local_events.h"

#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "runtime/base/json_text.h"
#include "runtime/base/query.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/scheduled_event.h"

namespace isolane::worker {
namespace {

// Its members keep their order.
using Json = nlohmann::ordered_json;

constexpr size_t kLongestEmail = 25 << 20;
constexpr size_t kLongestBatch = 16 << 20;
constexpr char kJsonType[] = "application/json";

Error Refused(std::string message) { return Error{std::move(message), {}, {}, {}}; }

std::string JsonOf(std::string_view utf8) {
  std::string json;
  base::AppendJsonString(utf8, json);
  return json;
}

bool StartsWithName(std::string_view line, std::string_view lower_name) {
  if (line.size() <= lower_name.size() || line[lower_name.size()] != ':') return false;
  for (size_t i = 0; i < lower_name.size(); i++) {
    const char c = line[i] >= 'A' && line[i] <= 'Z' ? static_cast<char>(line[i] | 32) : line[i];
    if (c != lower_name[i]) return false;
  }
  return true;
}

// Whether the head of an email has a field of this name.
bool HasField(std::string_view message, std::string_view lower_name) {
  while (!message.empty()) {
    const size_t end = message.find('\n');
    std::string_view line = message.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) return false;
    if (StartsWithName(line, lower_name)) return true;
    if (end == std::string_view::npos) return false;
    message.remove_prefix(end + 1);
  }
  return false;
}

Result<HandlerEvent> MakeScheduled(std::string_view url) {
  ScheduledEvent event;
  event.cron = base::QueryParameter(url, "cron").value_or("");
  if (const auto time = base::QueryParameter(url, "time"); time.has_value() && !time->empty()) {
    int64_t milliseconds = 0;
    const char* const end = time->data() + time->size();
    const auto parsed = std::from_chars(time->data(), end, milliseconds);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
      return Refused("\"time\" must be a number of milliseconds since 1970 but is \"" + *time +
                     "\".");
    }
    event.time_ms = static_cast<double>(milliseconds);
  }
  return MakeScheduledEvent(event);
}

Result<HandlerEvent> MakeEmail(std::string_view url, const std::string& body) {
  const std::string from = base::QueryParameter(url, "from").value_or("");
  const std::string to = base::QueryParameter(url, "to").value_or("");
  if (from.empty() || to.empty() || body.empty()) {
    return Refused(
        "Invalid email. Your request must include URL parameters specifying the `from` and `to` "
        "addresses, as well as an email in the body");
  }
  if (!HasField(body, "message-id")) {
    return Refused("Email could not be parsed: invalid or no message id provided");
  }
  HandlerEvent event;
  event.name = "email";
  event.arguments_json = "[" + JsonOf(from) + "," + JsonOf(to) + ",";
  base::AppendJsonLatin1(body, event.arguments_json);
  event.arguments_json += "]";
  return event;
}

Result<HandlerEvent> MakeQueue(std::string_view url, const std::string& body) {
  const std::string queue = base::QueryParameter(url, "queue").value_or("");
  if (queue.empty() || body.empty()) {
    return Refused(
        "Invalid batch. Your request must include a URL parameter `queue` with the name of the "
        "queue, and messages as JSON in the body: an array of them, or a single one");
  }
  Json messages = Json::parse(body, nullptr, false);
  if (messages.is_discarded()) return Refused("The messages in the body must be JSON");
  if (!messages.is_array()) messages = Json::array({std::move(messages)});
  const std::string time = std::to_string(static_cast<int64_t>(Dispatcher::WallClockMs()));
  std::string json = "[" + JsonOf(queue) + ",[";
  for (size_t i = 0; i < messages.size(); i++) {
    if (i > 0) json += ",";
    json += "{\"id\":\"" + std::to_string(i + 1) + "\",\"timestamp\":" + time +
            ",\"attempts\":1,\"body\":{\"json\":" +
            messages[i].dump(-1, ' ', true, Json::error_handler_t::replace) + "}}";
  }
  json += "],{\"metrics\":{\"backlogCount\":0,\"backlogBytes\":0}}]";
  HandlerEvent event;
  event.name = "queue";
  event.arguments_json = std::move(json);
  return event;
}

LocalAnswer AnswerEmail(const EventResult& result) {
  LocalAnswer answer;
  const Json details = Json::parse(result.details, nullptr, false);
  if (!result.ok()) {
    answer.status = 500;
    const bool missing = result.error.find("does not export an email()") != std::string::npos;
    answer.body = missing ? "Worker does not export an email() handler." : result.outcome;
  } else if (details.is_object() && details.contains("rejectReason")) {
    answer.status = 400;
    answer.body = "Worker rejected email with the following reason: " +
                  details["rejectReason"].get<std::string>();
  } else {
    answer.body = "Worker successfully processed email";
  }
  return answer;
}

}  // namespace

size_t LongestBody(LocalEventKind kind) {
  return kind == LocalEventKind::kEmail ? kLongestEmail : kLongestBatch;
}

Result<HandlerEvent> MakeLocalEvent(LocalEventKind kind, std::string_view url,
                                    const std::string& body) {
  switch (kind) {
    case LocalEventKind::kEmail:
      return MakeEmail(url, body);
    case LocalEventKind::kQueue:
      return MakeQueue(url, body);
    case LocalEventKind::kScheduled:
    case LocalEventKind::kTestScheduled:
      break;
  }
  return MakeScheduled(url);
}

LocalAnswer AnswerTo(LocalEventKind kind, std::string_view url, const EventResult& result) {
  const bool scheduled =
      kind == LocalEventKind::kScheduled || kind == LocalEventKind::kTestScheduled;
  const bool json = base::QueryParameter(url, "format") == "json";
  LocalAnswer answer;
  answer.status = result.ok() ? 200 : 500;
  if (scheduled && json) {
    answer.type = kJsonType;
    answer.body = ScheduledResultJson(result);
  } else if (kind == LocalEventKind::kQueue || json) {
    answer.type = kJsonType;
    answer.body =
        !result.details.empty() ? result.details : R"({"outcome":)" + JsonOf(result.outcome) + "}";
  } else if (kind == LocalEventKind::kEmail) {
    answer = AnswerEmail(result);
  } else {
    const bool test = kind == LocalEventKind::kTestScheduled && result.ok();
    answer.body = test ? "Ran scheduled event" : result.outcome;
  }
  return answer;
}

}  // namespace isolane::worker
