#include "runtime/worker/tail_stream.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "runtime/base/json_text.h"
#include "runtime/worker/call.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/tails.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

// Of console lines: a longer one is cut off, and no JSON any more.
constexpr size_t kMaxMessage = TailStream::kMaxBytes;

// Sixteen hexadecimal digits, not all of them 0.
std::string NewSpanId() {
  static std::random_device random;
  uint64_t number = 0;
  while (number == 0) number = (uint64_t{random()} << 32) | random();
  std::string id;
  for (int shift = 60; shift >= 0; shift -= 4) id += "0123456789abcdef"[(number >> shift) & 15];
  return id;
}

void AppendMember(std::string_view name, std::string_view utf8, std::string& out) {
  out.append(",\"").append(name).append("\":");
  base::AppendJsonString(utf8, out);
}

// As many bytes of `utf8` as fit, without a torn character.
std::string_view Cut(std::string_view utf8, size_t max) {
  if (utf8.size() <= max) return utf8;
  while (max > 0 && (static_cast<unsigned char>(utf8[max]) & 0xc0) == 0x80) max--;
  return utf8.substr(0, max);
}

// What an attribute takes of TailStream::kMaxAttributes.
size_t SizeOfAttribute(std::string_view name, std::string_view json) {
  return sizeof(std::pair<std::string, std::string>) + name.size() + json.size();
}

std::string AttributeJson(std::string_view name, std::string_view json) {
  std::string text = "{\"name\":";
  base::AppendJsonString(name, text);
  text.append(",\"value\":").append(json).append("}");
  return text;
}

std::string Whole(double number) { return std::to_string(std::llround(std::floor(number))); }

}  // namespace

// --- TailSource ---

TailSource::TailSource(TailStreams& streams, const TailSource* caller, std::string caller_span)
    : owner_(streams), invocation_id_(NewSpanId() + NewSpanId()), span_id_(NewSpanId()) {
  if (caller != nullptr) {
    trace_id_ = caller->trace_id_;
    parent_span_id_ = caller_span.empty() ? caller->span_id_ : std::move(caller_span);
  } else {
    trace_id_ = NewSpanId() + NewSpanId();
  }
}

std::string TailSource::Envelope(double time_ms, const std::string& span, std::string_view event) {
  std::string text = "{\"spanContext\":{\"traceId\":\"" + trace_id_ + "\"";
  if (!span.empty()) text += ",\"spanId\":\"" + span + "\"";
  text += "},\"invocationId\":\"" + invocation_id_ + "\",\"timestamp\":" + Whole(time_ms);
  text += ",\"sequence\":" + std::to_string(sequence_++) + ",\"event\":";
  text.append(event).append("}");
  return text;
}

void TailSource::AddOnset(const TailRecord& record) {
  std::string event = "{\"type\":\"onset\",\"executionModel\":";
  event += record.object_id.empty() ? "\"stateless\"" : "\"durableObject\"";
  event += ",\"spanId\":\"" + span_id_ + "\"";
  if (!record.entrypoint.empty()) AppendMember("entrypoint", record.entrypoint, event);
  if (!record.object_id.empty()) AppendMember("durableObjectId", record.object_id, event);
  AppendMember("scriptName", record.worker->name(), event);
  event += ",\"scriptTags\":[],\"info\":" + record.EventJson() + "}";
  const std::string text = Envelope(record.timestamp_ms, parent_span_id_, event);
  for (const auto& stream : streams_) {
    stream->onset = text;
    owner_.HasNews(stream);
  }
}

void TailSource::Add(double time_ms, const std::string& span, std::string_view event, Kind kind) {
  if (over_) return;
  over_ = kind == Kind::kOutcome;
  std::erase_if(streams_, [](const auto& stream) { return stream->stopped; });
  if (streams_.empty()) return;
  const uint64_t before = sequence_;
  for (const auto& stream : streams_) {
    // Each of them counts its own.
    sequence_ = before;
    if (kind == Kind::kOrdinary && stream->events.size() >= TailStream::kMaxBytes) {
      stream->dropped++;
      continue;
    }
    auto append = [&](std::string_view one) {
      if (!stream->events.empty()) stream->events += ',';
      stream->events += Envelope(time_ms, span, one);
    };
    if (kind == Kind::kOutcome && stream->dropped > 0) {
      append(
          "{\"type\":\"streamDiagnostic\",\"diagnostic\":{\"diagnosticsType\":\"droppedEvents\","
          "\"count\":" +
          std::to_string(stream->dropped) + "}}");
    }
    append(event);
    owner_.HasNews(stream);
  }
  sequence_ = before + 1;
}

void TailSource::AddLog(double time_ms, std::string_view level, std::string_view message,
                        std::string_view error_info) {
  std::string event = "{\"type\":\"log\"";
  AppendMember("level", level, event);
  if (message.size() > kMaxMessage) {
    AppendMember("message", Cut(message, kMaxMessage), event);
    event += ",\"truncated\":true";
  } else {
    event += ",\"message\":";
    base::AppendAsciiJson(message, event);
  }
  if (!error_info.empty() && error_info.size() <= kMaxMessage) {
    event += ",\"errorInfo\":";
    base::AppendAsciiJson(error_info, event);
  }
  Add(time_ms, Here(), event + "}");
}

std::string TailSource::ExceptionJson(std::string_view name, std::string_view message,
                                      std::string_view stack) const {
  std::string event = "{\"type\":\"exception\"";
  AppendMember("name", Cut(name, kMaxMessage), event);
  AppendMember("message", Cut(message, kMaxMessage), event);
  if (!stack.empty()) AppendMember("stack", Cut(stack, kMaxMessage), event);
  return event + "}";
}

void TailSource::AddException(double time_ms, std::string_view name, std::string_view message,
                              std::string_view stack) {
  Add(time_ms, span_id_, ExceptionJson(name, message, stack));
}

void TailSource::AddReturn(int status) {
  if (std::exchange(returned_, true)) return;
  if (!handler_span_.empty()) CloseSpan(std::exchange(handler_span_, {}));
  std::string event = "{\"type\":\"return\"";
  if (status != 0) {
    event += ",\"info\":{\"type\":\"fetch\",\"statusCode\":" + std::to_string(status) + "}";
  }
  Add(Dispatcher::WallClockMs(), span_id_, event + "}", Kind::kReturn);
}

void TailSource::AddOutcome(std::string_view outcome, double cpu_ms, double wall_ms) {
  // Those that nobody has ended.
  while (!open_.empty()) CloseSpan(std::string(open_.back().id));
  std::string event = "{\"type\":\"outcome\"";
  AppendMember("outcome", outcome, event);
  event += ",\"cpuTime\":" + Whole(cpu_ms) + ",\"wallTime\":" + Whole(wall_ms) + "}";
  Add(Dispatcher::WallClockMs(), span_id_, event, Kind::kOutcome);
}

const std::string& TailSource::Here() const {
  if (!active_.empty()) return active_;
  return handler_span_.empty() ? span_id_ : handler_span_;
}

TailSource::OpenedSpan* TailSource::FindOpen(const std::string& span) {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [&](const OpenedSpan& one) { return one.id == span; });
  return found == open_.end() ? nullptr : &*found;
}

void TailSource::CountRefused() {
  if (over_) return;
  for (const auto& stream : streams_) stream->dropped++;
}

void TailSource::set_active(const std::string& span) {
  active_ = Knows(span) ? span : std::string();
}

std::string TailSource::OpenSpan(std::string_view name, const std::string& parent) {
  if (over_) return {};
  if (open_.size() >= TailStream::kMaxSpans) {
    CountRefused();
    return {};
  }
  // Before it is open itself.
  const bool has_parent = Knows(parent);
  const std::string span = NewSpanId();
  open_.push_back({span, {}});
  std::string event = "{\"type\":\"spanOpen\"";
  AppendMember("name", Cut(name, kMaxMessage), event);
  event += ",\"spanId\":\"" + span + "\"}";
  // What a method call does is part of its handler.
  const bool of_handler = parent == span_id_ && !handler_span_.empty();
  Add(Dispatcher::WallClockMs(), of_handler ? handler_span_ : has_parent ? parent : Here(), event);
  return span;
}

std::string TailSource::OpenHandlerSpan(std::string_view name) {
  return handler_span_ = OpenSpan(name, span_id_);
}

void TailSource::SetAttribute(const std::string& span, std::string_view name,
                              std::string_view json) {
  const size_t size = SizeOfAttribute(name, json);
  if (span == span_id_) {
    if (size > TailStream::kMaxAttributes) return CountRefused();
    Add(Dispatcher::WallClockMs(), span_id_,
        "{\"type\":\"attributes\",\"info\":[" + AttributeJson(name, json) + "]}");
    return;
  }
  OpenedSpan* const open = FindOpen(span);
  if (open == nullptr) return;
  auto& attributes = open->attributes;
  const auto known = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const auto& one) { return one.first == name; });
  const size_t before =
      known == attributes.end() ? 0 : SizeOfAttribute(known->first, known->second);
  const size_t after = attribute_bytes_ - before + size;
  if (after > TailStream::kMaxAttributes) return CountRefused();
  attribute_bytes_ = after;
  if (known == attributes.end()) {
    attributes.emplace_back(name, json);
  } else {
    // Not more memory than is counted.
    known->second = std::string(json);
  }
}

void TailSource::UpdateSpan(const std::string& span, std::string_view json) {
  if (!Knows(span)) return;
  if (json.size() > kMaxMessage) return CountRefused();
  std::string event = "{\"type\":\"spanUpdate\",\"info\":";
  event.append(json).append("}");
  Add(Dispatcher::WallClockMs(), span, event);
}

void TailSource::AddSpanException(const std::string& span, std::string_view name,
                                  std::string_view message, std::string_view stack) {
  if (Knows(span)) Add(Dispatcher::WallClockMs(), span, ExceptionJson(name, message, stack));
}

void TailSource::CloseSpan(const std::string& span) {
  OpenedSpan* const found = FindOpen(span);
  if (found == nullptr) return;
  const OpenedSpan closed = std::move(*found);
  open_.erase(open_.begin() + (found - open_.data()));
  if (active_ == closed.id) active_.clear();
  for (const auto& [name, json] : closed.attributes)
    attribute_bytes_ -= SizeOfAttribute(name, json);
  const double now = Dispatcher::WallClockMs();
  if (!closed.attributes.empty()) {
    std::string event = "{\"type\":\"attributes\",\"info\":[";
    for (const auto& [name, json] : closed.attributes) {
      if (event.back() != '[') event += ',';
      event += AttributeJson(name, json);
    }
    Add(now, closed.id, event + "]}");
  }
  Add(now, closed.id, "{\"type\":\"spanClose\",\"outcome\":\"ok\"}");
}

// --- TailStreams ---

void TailStreams::Open(TailRecord& record, const Call* call) {
  const auto first =
      std::stable_partition(record.consumers.begin(), record.consumers.end(),
                            [](const TailTarget& target) { return !target.streaming; });
  if (first == record.consumers.end()) return;
  std::shared_ptr<TailSource> caller;
  std::string caller_span;
  if (call != nullptr && call->spans != nullptr) {
    caller = call->spans->source.lock();
    caller_span = call->spans->ids.back();
  }
  record.source = std::make_shared<TailSource>(*this, caller.get(), std::move(caller_span));
  for (auto target = first; target != record.consumers.end(); ++target) {
    auto stream = std::make_shared<TailStream>();
    stream->chain = record.chain;
    stream->chain.push_back(record.worker);
    stream->chain.push_back(target->worker);
    stream->target = std::move(*target);
    // Also before its onset is known: it is to follow when its Worker is replaced.
    HasNews(stream);
    record.source->streams_.push_back(std::move(stream));
  }
  record.consumers.erase(first, record.consumers.end());
}

void TailStreams::HasNews(const std::shared_ptr<TailStream>& stream) {
  if (!std::exchange(stream->has_news, true)) news_.push_back(stream);
}

void TailStreams::Deliver() {
  for (const auto& stream : std::exchange(news_, {})) {
    stream->has_news = false;
    if (stream->stopped) continue;
    if (stream->pipeline != 0) {
      if (stream->waiting != 0) {
        dispatcher_.TellOfTail(std::exchange(stream->waiting, 0));
      }
    } else if (!stream->onset.empty()) {
      Begin(stream);
    } else if (stream.use_count() > 1) {
      // Still without an onset: its handler was not called yet.
      HasNews(stream);
    }
  }
}

void TailStreams::Begin(const std::shared_ptr<TailStream>& stream) {
  const TailTarget& target = stream->target;
  // Its next version does not have that entrypoint.
  const bool gone = target.channel != nullptr && target.channel->target != target.worker;
  if (gone || target.worker == nullptr || !tails_.Reserve(*target.worker, Tails::Kind::kStream)) {
    stream->stopped = true;
    return;
  }
  HandlerEvent event;
  event.name = "tailStream";
  event.arguments_json = "[" + std::exchange(stream->onset, {}) + "]";
  event.channel = target.channel;
  event.props = target.props;
  event.tail_chain = stream->chain;
  const uint32_t pipeline =
      dispatcher_.SendEvent(*target.worker, std::move(event),
                            [this, stream, consumer = target.worker](const EventResult&) {
                              tails_.Unreserve(consumer, Tails::Kind::kStream);
                              stream->stopped = true;
                              open_.erase(stream->pipeline);
                            });
  if (stream->stopped) return;
  stream->pipeline = pipeline;
  open_.emplace(pipeline, stream);
}

TailStream* TailStreams::Find(const Invocation& invocation) const {
  const auto found = open_.find(invocation.pipeline->id);
  return found == open_.end() ? nullptr : found->second.get();
}

bool TailStreams::Take(const Invocation& invocation, std::string& events) {
  TailStream* const stream = Find(invocation);
  if (stream == nullptr || stream->stopped) return false;
  events = std::exchange(stream->events, {});
  stream->waiting = events.empty() ? invocation.id : 0;
  return true;
}

void TailStreams::Leave(const Invocation& invocation) {
  TailStream* const stream = Find(invocation);
  if (stream == nullptr) return;
  stream->stopped = true;
  stream->events = {};
  stream->waiting = 0;
}

bool TailStreams::Feeds(const Pipeline& pipeline) const {
  const auto found = open_.find(pipeline.id);
  return found != open_.end() && found->second->waiting != 0;
}

void TailStreams::Redirect(const Worker& from, Worker* to) {
  // Those that have begun stay where they are.
  for (const auto& stream : news_) {
    if (stream->pipeline != 0) continue;
    if (stream->target.worker == &from) stream->target.worker = to;
    std::replace(stream->chain.begin(), stream->chain.end(), &from, static_cast<const Worker*>(to));
    std::erase(stream->chain, nullptr);
  }
}

}  // namespace isolane::worker
