// Streaming tail Workers: what invocations of Workers with `streaming_tail_consumers` do, told
// while they do it.
//
// A TailSource is an invocation that is told of: it puts its events in order and gives them ids. A
// TailStream brings them to one Worker, in a pipeline of its own, which ends when the last of them,
// the outcome, has been handled. Events are JSON at once (builtins/workers/tail_stream.js makes
// objects of them) and leave once per turn.
//
// Loop thread. TailStreams is owned by Tails, a TailSource by its TailRecord.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/worker/records.h"
#include "runtime/worker/tail_record.h"

namespace isolane::worker {

class Dispatcher;
class Tails;
struct Call;

struct TailStream {
  // Bytes of events that wait for their Worker: while there are as many, further ones are dropped
  // and counted. Return and outcome never are.
  static constexpr size_t kMaxBytes = size_t{256} << 10;
  // Of one invocation, at a time; those beyond are not told of, and counted.
  static constexpr size_t kMaxSpans = 1000;
  // Bytes of attributes of all open spans of one invocation; those beyond are refused, and counted.
  static constexpr size_t kMaxAttributes = size_t{256} << 10;

  TailTarget target;
  std::vector<const Worker*> chain;  // as HandlerEvent::tail_chain
  std::string onset;                 // JSON; empty when it was delivered, or is not known yet
  std::string events;                // JSON objects with commas between them
  size_t dropped = 0;
  uint32_t pipeline = 0;  // where it is told; 0: not yet
  uint32_t waiting = 0;   // the invocation there that has handled all it took; 0: it has not
  bool stopped = false;   // nobody listens any more
  bool has_news = false;  // it is in TailStreams::news_
};

class TailStreams;

class TailSource {
 public:
  // `caller`: whose call this is about, if that is known and told of too; null: it is the first.
  // `caller_span`: that of the call there; may be empty.
  TailSource(TailStreams& streams, const TailSource* caller, std::string caller_span);

  // Before any other event. `record` is the one it belongs to.
  void AddOnset(const TailRecord& record);
  // `message` and `error_info` are JSON in UTF-8, as for TailRecord::AddLog.
  void AddLog(double time_ms, std::string_view level, std::string_view message,
              std::string_view error_info);
  void AddException(double time_ms, std::string_view name, std::string_view message,
                    std::string_view stack);
  // The handler has returned. `status` of a response; 0: none.
  void AddReturn(int status);
  // The last one.
  void AddOutcome(std::string_view outcome, double cpu_ms, double wall_ms);

  // --- spans, by ids of sixteen hexadecimal digits; that of all of it is span_id() ---
  // Nothing is told of a span that is not known: it has ended, was refused, or is another's.

  // What comes next is part of `span`, unless it says something else. Not known: of none.
  void set_active(const std::string& span);
  // One begins, as part of `parent`; not known: of the active one. Its id; empty: it was refused.
  std::string OpenSpan(std::string_view name, const std::string& parent);
  // What the handler does is part of it, until it returns.
  std::string OpenHandlerSpan(std::string_view name);
  // Told when the span ends, the last value of each name; at once of all of it. `json`: ASCII.
  void SetAttribute(const std::string& span, std::string_view name, std::string_view json);
  // `json`: what is new, an object in ASCII.
  void UpdateSpan(const std::string& span, std::string_view json);
  void AddSpanException(const std::string& span, std::string_view name, std::string_view message,
                        std::string_view stack);
  void CloseSpan(const std::string& span);

  bool begun() const { return sequence_ > 0; }
  const std::string& trace_id() const { return trace_id_; }
  const std::string& span_id() const { return span_id_; }

 private:
  friend class TailStreams;

  // Those that must not be dropped.
  enum class Kind { kOrdinary, kReturn, kOutcome };

  struct OpenedSpan {
    std::string id;
    std::vector<std::pair<std::string, std::string>> attributes;  // name and JSON
  };

  // Null: it is not known, or the span of all of it.
  OpenedSpan* FindOpen(const std::string& span);
  bool Knows(const std::string& span) { return span == span_id_ || FindOpen(span) != nullptr; }
  // Something is not told because it is too much.
  void CountRefused();

  // `event`: a JSON object, in ASCII. `span`: where it belongs; empty: nowhere.
  std::string Envelope(double time_ms, const std::string& span, std::string_view event);
  void Add(double time_ms, const std::string& span, std::string_view event,
           Kind kind = Kind::kOrdinary);
  // What happens now belongs to.
  const std::string& Here() const;
  std::string ExceptionJson(std::string_view name, std::string_view message,
                            std::string_view stack) const;

  TailStreams& owner_;
  // Shared with TailStreams: this one adds, that one delivers, and either may be gone first.
  std::vector<std::shared_ptr<TailStream>> streams_;
  std::string trace_id_;
  std::string invocation_id_;
  std::string span_id_;
  std::string parent_span_id_;  // of the caller; may be empty
  std::string handler_span_;    // of a method call, until it returns
  std::string active_;          // empty: that of the handler, or of all of it
  std::vector<OpenedSpan> open_;
  size_t attribute_bytes_ = 0;  // of all of these
  uint64_t sequence_ = 0;
  bool returned_ = false;
  bool over_ = false;  // the outcome was the last event
};

class TailStreams {
 public:
  TailStreams(Dispatcher& dispatcher, Tails& tails) : dispatcher_(dispatcher), tails_(tails) {}
  TailStreams(const TailStreams&) = delete;
  TailStreams& operator=(const TailStreams&) = delete;

  // Takes the streaming ones out of the consumers of `record`, and makes a source if there are any.
  // `call` is what it begins with; null: no call.
  void Open(TailRecord& record, const Call* call);

  bool pending() const { return !news_.empty(); }
  // Opens the pipelines of streams that begin, and wakes those who wait for events. No isolate is
  // entered.
  void Deliver();
  // For the invocation that is told: the events that have come since it asked before, with commas
  // between them. Empty: none yet, onNews(0) will follow. Nothing: there will be none.
  bool Take(const Invocation& invocation, std::string& events);
  // It wants no more of them.
  void Leave(const Invocation& invocation);
  // Events may yet come for who waits for them in `pipeline`: it does not hang.
  bool Feeds(const Pipeline& pipeline) const;
  void Redirect(const Worker& from, Worker* to);

 private:
  friend class TailSource;

  void Begin(const std::shared_ptr<TailStream>& stream);
  void HasNews(const std::shared_ptr<TailStream>& stream);
  TailStream* Find(const Invocation& invocation) const;

  Dispatcher& dispatcher_;
  Tails& tails_;
  // By pipeline; see TailSource::streams_.
  std::unordered_map<uint32_t, std::shared_ptr<TailStream>> open_;
  std::vector<std::shared_ptr<TailStream>> news_;
};

}  // namespace isolane::worker
