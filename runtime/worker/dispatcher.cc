#include "runtime/worker/dispatcher.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/http/status_text.h"
#include "runtime/storage/committer.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher_enter.h"
#include "runtime/worker/outbound.h"
#include "runtime/worker/request_cf.h"
#include "runtime/worker/services/child_call.h"
#include "runtime/worker/stub_body.h"

namespace isolane::worker {

namespace {

constexpr uint64_t kRecalibrateEvery = 1024;

}  // namespace

Dispatcher::Dispatcher(js::Watchdog& watchdog, Observer& observer)
    : watchdog_(watchdog),
      observer_(observer),
      traces_(observer.wants_trace()),
      tells_responses_(observer.wants_responses()),
      actors_(std::make_unique<base::SlotPool<Actor>>()) {}

Dispatcher::~Dispatcher() = default;

double Dispatcher::NowMs() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double Dispatcher::WallClockMs() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// --- the top level ---

uint32_t Dispatcher::Open(Worker& worker, TopLevel& top, std::string_view packed_head,
                          base::Body body, std::string_view accept_encoding) {
  Pipeline* pipeline = NewPipeline(worker, top);
  if (pipeline == nullptr) return 0;
  pipeline->method = base::PackedMethod(packed_head);
  pipeline->url = base::PackedUrl(packed_head);
  Call& call = *calls_.Find(pipeline->first_call);
  call.head = packed_head;
  call.body = std::move(body);
  if (worker.develops()) call.cf = MadeUpCf(accept_encoding);
  return pipeline->id;
}

Pipeline* Dispatcher::NewPipeline(Worker& worker, TopLevel& top) {
  Pipeline* pipeline = pipelines_.Take();
  Call* call = pipeline == nullptr ? nullptr : calls_.Take();
  if (call == nullptr) {
    if (pipeline != nullptr) pipelines_.Free(pipeline);
    top.OnFailure(503, "isolane is handling as many requests as it can.");
    top.OnPipelineEnd();
    return nullptr;
  }
  const Limits& limits = worker.spec().limits;
  pipeline->top = &top;
  pipeline->request = ++requests_;
  // The estimate of the counter's rate gets better with time; it need not be made for each request.
  if (requests_ % kRecalibrateEvery == 1) cycles_per_ms_ = watchdog_.CyclesPerMs();
  pipeline->limits = &limits;
  FillBudgets(*pipeline);
  pipeline->started_ms = NowMs();
  pipeline->next = live_;
  if (live_ != nullptr) live_->previous = pipeline;
  live_ = pipeline;
  if (traces_) pipeline->trace.push_back({worker.name(), worker.name(), -1, 0, 0, 0});

  pipeline->first_call = call->id;
  call->pipeline = pipeline->id;
  call->target = &worker;
  call->trace = 0;
  queue_.Push(EventKind::kStart, call->id);
  return pipeline;
}

void Dispatcher::Unlist(uint32_t id) {
  if (Pipeline* pipeline = pipelines_.Find(id)) pipeline->unlisted = true;
}

void Dispatcher::NameCaller(uint32_t id, const std::string& caller, const std::string& service) {
  if (Pipeline* pipeline = pipelines_.Find(id)) {
    pipeline->caller = &caller;
    pipeline->service = &service;
  }
}

uint64_t Dispatcher::TellResponse(ResponseSummary summary) {
  summary.request = ++requests_;
  if (summary.status_text.empty()) summary.status_text = http::StatusText(summary.status);
  observer_.OnResponse(summary);
  told_observer_ = true;
  return summary.request;
}

void Dispatcher::TellRequest(RequestSummary summary) {
  if (summary.request == 0) summary.request = ++requests_;
  observer_.OnRequest(summary);
  told_observer_ = true;
}

void Dispatcher::FillBudgets(Pipeline& pipeline) {
  // What goes off by itself, such as an alarm, may come before the first request.
  if (cycles_per_ms_ == 0) cycles_per_ms_ = watchdog_.CyclesPerMs();
  const double cycles = static_cast<double>(pipeline.limits->cpu_ms) * cycles_per_ms_;
  pipeline.cpu.budget = pipeline.cpu.spent + static_cast<uint64_t>(cycles);
  pipeline.subrequests_left = pipeline.limits->subrequests;
}

void Dispatcher::ResponseSent(uint32_t id) {
  Pipeline* pipeline = pipelines_.Find(id);
  if (pipeline == nullptr) return;
  pipeline->response_sent = true;
  QueueCheck(*pipeline);
}

void Dispatcher::ClientGone(uint32_t id) {
  Pipeline* pipeline = pipelines_.Find(id);
  if (pipeline == nullptr) return;
  pipeline->response_given = true;
  pipeline->response_sent = true;
  for (Invocation* invocation = pipeline->invocations; invocation != nullptr;
       invocation = invocation->next) {
    if (!invocation->is_root) continue;
    if (invocation->tail != nullptr) tails_.NoteClientGone(*invocation);
    queue_.Push(EventKind::kAbort, invocation->id);
  }
  if (pipeline->response_pipe != nullptr) pipeline->response_pipe->Cancel();
  QueueCheck(*pipeline);
}

void Dispatcher::Turn() {
  if (in_turn_) return;
  in_turn_ = true;
  Event event;
  for (;;) {
    if (!timers_.empty()) timers_.QueueDue(NowMs());
    if (!deadlines_.empty()) EndOverdue(NowMs());
    if (!idle_actors_.empty()) EvictIdle(NowMs());
    if (!alarms_.empty()) RunAlarms();
    if (!held_.empty()) FailOverdueHeld(NowMs());
    if (stall_due_ms_ >= 0) QueueStalled();
    while (queue_.Pop(event)) Run(event);
    if (!suspects_.empty()) {
      std::vector<uint32_t> suspects;
      suspects.swap(suspects_);
      for (uint32_t id : suspects) {
        if (Pipeline* pipeline = pipelines_.Find(id)) CheckForHang(*pipeline);
      }
      if (!queue_.empty()) continue;
    }
    // What this turn wrote, once; answers that wait for memory only are on their way then.
    if (committer_ != nullptr && committer_->pending()) {
      committer_->CommitAll();
      if (!queue_.empty()) continue;
    }
    // What they have written is committed.
    if (!leaving_.empty() && HandOver()) continue;
    if (!loaders_.empty() && TidyLoaders()) [[unlikely]]
      continue;
    if (!releases_.empty()) ReleaseContexts();
    if (flush_ != nullptr) flush_(flush_context_);
    if (tails_.pending()) tails_.Deliver();
    if (queue_.empty()) break;
  }
  in_turn_ = false;
}

double Dispatcher::NextTimer() {
  // Nothing to read the clock for, in the common case.
  if (timers_.empty() && stall_due_ms_ < 0 && deadlines_.empty() && idle_actors_.empty() &&
      alarms_.empty() && leaving_.empty() && held_.empty()) {
    return -1;
  }
  const double now = NowMs();
  double next = timers_.empty() ? -1 : timers_.NextDelay(now);
  auto consider = [&](double due_ms) {
    const double left = std::max(0.0, due_ms - now);
    if (next < 0 || left < next) next = left;
  };
  if (stall_due_ms_ >= 0) consider(stall_due_ms_);
  if (!deadlines_.empty()) consider(deadlines_.front().due_ms);
  if (!idle_actors_.empty()) consider(idle_actors_.front().first);
  if (!leaving_.empty()) consider(leaving_.front().first);
  if (!held_.empty()) consider(held_.front().first);
  if (!alarms_.empty()) consider(now + alarms_.next_ms() - WallClockMs());
  return next;
}

void Dispatcher::EndAll() {
  tails_.Stop();
  // They stay in storage, for the next process.
  alarms_.Stop();
  while (live_ != nullptr) {
    if (live_->actor != nullptr) {
      EndActor(*live_->actor);
    } else {
      End(*live_);
    }
  }
  for (const auto& [due_ms, id] : std::exchange(held_, {})) queue_.Push(EventKind::kStart, id);
  web_sockets_.FreeHibernating();
}

void Dispatcher::Run(const Event& event) {
  switch (event.kind) {
    case EventKind::kStart:
      Start(event.a);
      return;
    case EventKind::kReply:
      Reply(event.a);
      return;
    case EventKind::kNews: {
      Invocation* invocation = invocations_.Find(event.a);
      if (invocation == nullptr) return;
      Enter(*invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
        v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, event.a),
                                            v8::Integer::NewFromUnsigned(isolate, event.b)};
        CallHook(isolate, context, invocation->worker->hooks().on_news, arguments);
      });
      return;
    }
    case EventKind::kTimer: {
      Invocation* invocation = timers_.Fire(event.a, NowMs());
      if (invocation == nullptr) return;
      Enter(*invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
        v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, invocation->id),
                                            v8::Integer::NewFromUnsigned(isolate, event.a)};
        CallHook(isolate, context, invocation->worker->hooks().on_timer, arguments);
      });
      return;
    }
    case EventKind::kAbort: {
      Invocation* invocation = invocations_.Find(event.a);
      if (invocation == nullptr) return;
      invocation->aborted = !invocation->is_root;
      Enter(*invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
        v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, event.a)};
        CallHook(isolate, context, invocation->worker->hooks().on_abort, arguments);
      });
      return;
    }
    case EventKind::kSocket:
      RunSocket(event.a, event.b);
      return;
    case EventKind::kDropped: {
      Invocation* invocation = invocations_.Find(event.a);
      if (invocation == nullptr) return;
      rpc_.Forget(*invocation, event.b);
      Enter(*invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
        v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, event.a),
                                            v8::Integer::NewFromUnsigned(isolate, event.b)};
        CallHook(isolate, context, invocation->worker->hooks().on_dropped, arguments);
      });
      return;
    }
    case EventKind::kActor: {
      if (Actor* actor = actors_->Find(event.a)) RunActor(*actor);
      return;
    }
    case EventKind::kPipeline: {
      Pipeline* pipeline = pipelines_.Find(event.a);
      if (pipeline == nullptr) return;
      pipeline->queued_for_check = false;
      Check(*pipeline);
      return;
    }
  }
}

// --- entries ---

void Dispatcher::AfterEntry(uint32_t invocation_id, Worker& worker, js::Isolate& isolate,
                            uint32_t pipeline_id) {
  if (isolate.condemned() != js::Condemned::kNo) {
    Condemn(worker, pipeline_id);
    return;
  }
  LookAfter(invocation_id);
  if (touched_.empty()) [[likely]]
    return;
  std::vector<uint32_t> touched;
  touched.swap(touched_);
  for (uint32_t id : touched) LookAfter(id);
}

void Dispatcher::Touch(const Invocation& invocation) {
  if (std::find(touched_.begin(), touched_.end(), invocation.id) == touched_.end()) {
    touched_.push_back(invocation.id);
  }
}

void Dispatcher::LookAfter(uint32_t invocation_id) {
  Invocation* invocation = invocations_.Find(invocation_id);
  if (invocation == nullptr) return;
  if (invocation->actor != nullptr) {
    LookAfterActor(*invocation->actor);
    return;
  }
  Pipeline& pipeline = *invocation->pipeline;
  // Of an aborted one only its waitUntil tasks are still wanted.
  if (invocation->aborted && invocation->wait_until == 0) {
    AbortTree(*invocation);
    return;
  }
  // An invocation below the first is over when it has answered and nothing holds it; the first one
  // lives as long as its pipeline, so that forgotten work goes on until the response is sent.
  if (invocation->responded && !invocation->is_root && invocation->wait_until == 0 &&
      invocation->pumps == 0 && invocation->exports == 0 && invocation->sockets == 0 &&
      invocation->incoming.empty()) {
    Release(*invocation, false);
  }
  QueueCheck(pipeline);
}

// --- logging ---

uint64_t Dispatcher::current_request() const {
  return current_ == nullptr || current_->pipeline == nullptr ? 0 : current_->pipeline->request;
}

void Dispatcher::Log(LogLevel level, const Worker* worker, std::string_view text, bool from_runtime,
                     uint64_t request) {
  LogLine line;
  line.level = level;
  line.worker = worker == nullptr ? std::string_view() : std::string_view(worker->name());
  line.request = request != 0 ? request : current_request();
  line.text = text;
  line.from_runtime = from_runtime;
  observer_.OnLog(line);
  told_observer_ = true;
}

void Dispatcher::TellDataPoint(const Worker& worker, std::string_view dataset,
                               std::string_view text) {
  observer_.OnDataPoint({worker.name(), current_request(), dataset, text});
  told_observer_ = true;
}

}  // namespace isolane::worker
