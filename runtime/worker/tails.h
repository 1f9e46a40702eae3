// Tail Workers: notes what invocations of Workers with `tail_consumers` do, and sends each of these
// a tail event when one is over, in a pipeline of its own. Those that want to know at once
// (`streaming_tail_consumers`) are told by TailStreams.
//
// Workers without consumers pay for a look at a null pointer where something would be noted.
//
// Loop thread. Owned by the Dispatcher.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/base/body.h"
#include "runtime/worker/records.h"
#include "runtime/worker/tail_record.h"
#include "runtime/worker/tail_stream.h"

namespace isolane::worker {

class Dispatcher;
struct Call;

// `to` is told in the place of `from`; null: nobody is.
void RedirectTails(std::vector<TailTarget>& targets, const Worker& from, Worker* to);

class Tails {
 public:
  // What a consumer may be told of at a time, of each kind for itself: streams last as long as what
  // they tell of, and must not be in the way of events. Further ones are dropped, and the log says
  // so.
  static constexpr size_t kMaxUnderWay = 1000;
  enum class Kind { kEvent, kStream };
  static constexpr double kWarnEveryMs = 10'000;

  explicit Tails(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}
  Tails(const Tails&) = delete;
  Tails& operator=(const Tails&) = delete;

  // The invocation begins with `call`; its Worker has consumers.
  void Begin(Invocation& invocation, const Call& call);

  // A Durable Object is about to be constructed; its Worker has consumers.
  void BeginObject(Invocation& object);
  // The same as Begin for a call on a Durable Object, whose invocation serves many, one after the
  // other or at a time. What nobody can tell apart, such as a console line, is noted for the last
  // one.
  void BeginCall(Invocation& object, const Call& call);
  // An event of a Durable Object that is no call, such as its alarm: a number for FinishCall and
  // Note..., as if it were one; 0 if nobody is to be told. `json`: what it is, an object in UTF-8.
  uint32_t BeginEvent(Invocation& object, std::string_view json);
  // That call has been answered, or failed with `error`.
  void FinishCall(Invocation& object, uint32_t call, const RemoteError* error = nullptr);
  // The object has ended, by `error` if there is one, and with it all that goes on there.
  void FinishObject(Invocation& object, const RemoteError* error);

  // --- of invocations with a record ---
  // It is about to send `call`.
  void NoteCall(Invocation& caller, Call& call);
  // Something other than "ok"; the first one counts. `call` is that on a Durable Object; 0: the
  // last.
  void NoteOutcome(Invocation& invocation, std::string_view outcome, uint32_t call = 0);
  void NoteResponse(Invocation& invocation, uint32_t call, int status, const base::Body& body);
  // Its method, or the handler of its event, has returned.
  void NoteReturn(Invocation& invocation, uint32_t call);
  // An error that isolane made for it: it hung, its isolate was ended.
  void NoteError(Invocation& invocation, const RemoteError& error);
  // The built-in half has more to say about the event than Begin saw: JSON object, UTF-8.
  void NoteEvent(Invocation& invocation, std::string_view json);
  void NoteLog(Invocation& invocation, std::string_view level, std::string_view message,
               std::string_view error_info);
  void NoteException(Invocation& invocation, uint32_t call, std::string_view name,
                     std::string_view message, std::string_view stack);
  // The client has left.
  void NoteClientGone(Invocation& invocation);
  // It is over, and will be told.
  void Finish(Invocation& invocation);

  bool pending() const { return (!finished_.empty() || streams_.pending()) && !stopped_; }
  // Opens the pipelines of what is over. No isolate is entered.
  void Deliver();
  // `to` is the next version of `from` and is told in its place; null: there is none.
  void Redirect(const Worker& from, Worker* to);
  // There is something to be told about an invocation of `worker`.
  bool Concerns(const Worker& worker) const;
  // The runtime ends: nobody is told any more.
  void Stop();

  TailStreams& streams() { return streams_; }
  // What streaming tail Workers are told of it, its onset first; null: there are none.
  static TailSource* SourceOf(TailRecord& record);
  // The same of the invocation whose span of all of it is `root`: that, or a call on it if it is a
  // Durable Object. Null also when that is over.
  TailSource* FindSource(const Invocation& invocation, std::string_view root) const;
  // For one more tail event or stream under way at `consumer`; false: there are too many.
  bool Reserve(Worker& consumer, Kind kind);
  // `consumer` as it was then; it may be gone.
  void Unreserve(const Worker* consumer, Kind kind);

 private:
  // Numbers of events begin here: those of calls have 31 bits.
  static constexpr uint32_t kFirstEvent = 1u << 31;

  // Of what is told in one way.
  struct Places {
    std::unordered_map<const Worker*, size_t> taken;  // by consumer, whose address is but a key
    size_t dropped = 0;
    double warned_ms = -kWarnEveryMs;
  };

  Places& PlacesOf(Kind kind) { return kind == Kind::kStream ? stream_places_ : event_places_; }

  // Null if nobody is to be told.
  // `call` is what it begins with; null: no call.
  TailRecord* NewRecord(const Invocation& invocation, const Call* call);
  // Tells the streaming ones that what `record` is about begins with `call`.
  static void Announce(TailRecord& record, const Call& call);
  // `record` is the one that code of the object is noted for from now on; null: nobody is told of
  // what begins, and it stays as it is. What its constructor has written, or reported, goes to the
  // first one.
  void SwitchTo(Invocation& object, TailRecord* record);
  void AddLog(TailRecord& record, const TailLine& line);
  void BeginOnObject(Invocation& object, TailRecord& record, uint32_t number);
  TailRecord* RecordOf(const Invocation& invocation, uint32_t call);
  // Also of a record that is early.
  static void NoteException(TailRecord& record, std::string_view name, std::string_view message,
                            std::string_view stack);
  static void AddException(TailRecord& record, const TailLine& line);
  // From live_ to finished_.
  void Close(TailRecord& record);
  void Send(const TailRecord& record, const TailTarget& target, const std::string& arguments);

  Dispatcher& dispatcher_;
  std::unordered_map<const TailRecord*, std::unique_ptr<TailRecord>> live_;
  // Of Durable Objects, by call; with the object's invocation.
  std::unordered_map<uint32_t, std::pair<Invocation*, TailRecord*>> calls_;
  std::vector<std::unique_ptr<TailRecord>> finished_;
  uint32_t events_ = 0;
  Places event_places_;
  Places stream_places_;
  bool stopped_ = false;
  TailStreams streams_{dispatcher_, *this};
};

}  // namespace isolane::worker
