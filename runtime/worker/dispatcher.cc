#include "runtime/worker/dispatcher.h"

#include <time.h>

#include <algorithm>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/http/client.h"
#include "runtime/js/convert.h"
#include "runtime/js/enter.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/platform.h"
#include "runtime/worker/outbound.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

constexpr const char* kHung =
    "The Workers runtime canceled this request because it detected that your Worker's code had "
    "hung "
    "and would never generate a response. Refer to: "
    "https://developers.cloudflare.com/workers/observability/errors/";

constexpr uint64_t kRecalibrateEvery = 1024;

constexpr const char* kCpuExceeded = "Worker exceeded CPU time limit.";
constexpr const char* kMemoryExceeded = "Worker exceeded memory limit.";

// An exception that is pending afterwards is reported by Enter.
template <size_t N>
void CallHook(v8::Isolate* isolate, v8::Local<v8::Context> context, v8::Global<v8::Function>& hook,
              v8::Local<v8::Value> (&arguments)[N]) {
  v8::Local<v8::Value> nothing;
  if (!hook.Get(isolate)
           ->Call(context, v8::Undefined(isolate), static_cast<int>(N), arguments)
           .ToLocal(&nothing)) {
    return;
  }
}

bool IsHead(std::string_view packed) { return base::PackedMethod(packed) == "HEAD"; }

}  // namespace

Dispatcher::Dispatcher(js::Watchdog& watchdog, Observer& observer)
    : watchdog_(watchdog), observer_(observer), traces_(observer.wants_trace()) {}

Dispatcher::~Dispatcher() = default;

double Dispatcher::NowMs() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// --- the top level ---

uint32_t Dispatcher::Open(Worker& worker, TopLevel& top, std::string_view packed_head,
                          base::Body body) {
  Pipeline* pipeline = pipelines_.Take();
  Call* call = pipeline == nullptr ? nullptr : calls_.Take();
  if (call == nullptr) {
    if (pipeline != nullptr) pipelines_.Free(pipeline);
    top.OnFailure(503, "isolane is handling as many requests as it can.");
    top.OnPipelineEnd();
    return 0;
  }
  const Limits& limits = worker.spec().limits;
  pipeline->top = &top;
  pipeline->request = ++requests_;
  // The estimate of the counter's rate gets better with time; it need not be made for each request.
  if (requests_ % kRecalibrateEvery == 1) cycles_per_ms_ = watchdog_.CyclesPerMs();
  pipeline->cpu.budget = static_cast<uint64_t>(static_cast<double>(limits.cpu_ms) * cycles_per_ms_);
  pipeline->subrequest_limit = pipeline->subrequests_left = limits.subrequests;
  pipeline->started_ms = NowMs();
  pipeline->method = base::PackedMethod(packed_head);
  pipeline->url = base::PackedUrl(packed_head);
  pipeline->next = live_;
  if (live_ != nullptr) live_->previous = pipeline;
  live_ = pipeline;
  if (traces_) pipeline->trace.push_back({worker.name(), worker.name(), -1, 0});

  call->pipeline = pipeline->id;
  call->target = &worker;
  call->head = packed_head;
  call->body = std::move(body);
  call->trace = 0;
  queue_.Push(EventKind::kStart, call->id);
  return pipeline->id;
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
  if (pipeline->response_pipe != nullptr) pipeline->response_pipe->Cancel();
  for (Invocation* invocation = pipeline->invocations; invocation != nullptr;
       invocation = invocation->next) {
    if (invocation->is_root) queue_.Push(EventKind::kAbort, invocation->id);
  }
  QueueCheck(*pipeline);
}

void Dispatcher::Turn() {
  if (in_turn_) return;
  in_turn_ = true;
  Event event;
  for (;;) {
    if (!timers_.empty()) timers_.QueueDue(NowMs());
    while (queue_.Pop(event)) Run(event);
    if (!suspects_.empty()) {
      std::vector<uint32_t> suspects;
      suspects.swap(suspects_);
      for (uint32_t id : suspects) {
        if (Pipeline* pipeline = pipelines_.Find(id)) CheckForHang(*pipeline);
      }
      if (!queue_.empty()) continue;
    }
    if (!releases_.empty()) ReleaseContexts();
    if (flush_ != nullptr) flush_(flush_context_);
    if (queue_.empty()) break;
  }
  in_turn_ = false;
}

double Dispatcher::NextTimer() { return timers_.empty() ? -1 : timers_.NextDelay(NowMs()); }

void Dispatcher::EndAll() {
  while (live_ != nullptr) End(*live_);
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
      Enter(*invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
        v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, event.a)};
        CallHook(isolate, context, invocation->worker->hooks().on_abort, arguments);
      });
      // Only its waitUntil tasks are still wanted.
      invocation = invocations_.Find(event.a);
      if (invocation != nullptr && !invocation->is_root && invocation->wait_until == 0) {
        AbortTree(*invocation);
      }
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

// --- calls ---

int32_t Dispatcher::CallChannel(Invocation& caller, const Channel* channel, Call& call) {
  Pipeline& pipeline = *caller.pipeline;
  if (channel != nullptr && caller.depth >= kMaxDepth) return kTooDeep;
  if (pipeline.subrequests_left <= 0) return kTooManySubrequests;
  pipeline.subrequests_left--;
  call.pipeline = pipeline.id;
  call.caller = caller.id;
  call.depth = caller.depth + 1;
  const int32_t id = static_cast<int32_t>(call.id);
  if (channel == nullptr) {
    StartOutbound(caller, call);
    return id;
  }
  caller.calls++;
  if (traces_ && pipeline.trace.size() < 1000) {
    call.trace = static_cast<int>(pipeline.trace.size());
    pipeline.trace.push_back({channel->binding,
                              channel->target != nullptr ? channel->target->name() : std::string(),
                              caller.trace, 0});
  }
  if (channel->stub || channel->target == nullptr) {
    AnswerStub(call, *channel);
    return id;
  }
  call.target = channel->target;
  queue_.Push(EventKind::kStart, call.id);
  return id;
}

void Dispatcher::AnswerStub(Call& call, const Channel& channel) {
  if (channel.stub) {
    std::string head;
    base::Body body;
    int status = 500;
    channel.stub(call.head, call.body, &status, &head, &body);
    call.status = status;
    call.head = std::move(head);
    call.body = std::move(body);
  } else {
    call.status = 503;
    call.head = "Service Unavailable";
    base::AppendPackedHeader(call.head, "content-type", "text/plain;charset=UTF-8");
    if (call.body.kind == base::Body::Kind::kPipe) call.body.pipe->Cancel();
    call.body = base::Body::Bytes(base::Chunk::Copy(channel.unresolved));
  }
  queue_.Push(EventKind::kReply, call.id);
}

void Dispatcher::StartOutbound(Invocation& caller, Call& call) {
  caller.outbound_calls.push_back(call.id);
  if (client_ == nullptr) {
    call.error.message = "fetch() to the network is not available here.";
    caller.outbound_calls.pop_back();
    caller.calls++;
    queue_.Push(EventKind::kReply, call.id);
    return;
  }
  caller.calls++;
  auto outbound = std::make_unique<OutboundCall>(*this, call.id);
  const std::string head = std::move(call.head);
  call.head.clear();
  call.outbound = client_->Start(head, std::move(call.body), outbound.get());
  outbound_.emplace(call.id, std::move(outbound));
}

void Dispatcher::OutboundAnswered(uint32_t call_id, int status, std::string_view packed_head,
                                  base::Body body, const std::string& failure) {
  Call* call = calls_.Find(call_id);
  if (call == nullptr) return;
  call->status = status;
  call->head = packed_head;
  call->body = std::move(body);
  call->error.message = failure;
  queue_.Push(EventKind::kReply, call_id);
}

void Dispatcher::Start(uint32_t call_id) {
  Call* call = calls_.Find(call_id);
  if (call == nullptr) return;
  Pipeline* pipeline = pipelines_.Find(call->pipeline);
  if (call->cancelled || pipeline == nullptr) {
    if (call->body.kind == base::Body::Kind::kPipe) call->body.pipe->Cancel();
    calls_.Free(call);
    return;
  }
  Worker& worker = *call->target;
  Invocation* invocation = worker.isolate() == nullptr ? nullptr : invocations_.Take();
  if (invocation == nullptr || pipeline->cpu.exhausted()) {
    const bool spent = pipeline->cpu.exhausted();
    std::string text = spent ? kCpuExceeded
                       : worker.isolate() == nullptr
                           ? "Worker \"" + worker.name() + "\" cannot run: " + worker.failure()
                           : "isolane is handling as many calls as it can.";
    if (invocation != nullptr) invocations_.Free(invocation);
    if (call->body.kind == base::Body::Kind::kPipe) call->body.pipe->Cancel();
    call->body = base::Body();
    if (spent) {
      calls_.Free(call);
      FailTop(*pipeline, 503, text);
      End(*pipeline);
    } else if (call->caller == 0) {
      calls_.Free(call);
      FailTop(*pipeline, 503, text);
      pipeline->response_sent = pipeline->response_sent || pipeline->top == nullptr;
    } else {
      call->status = 0;
      call->error.message = std::move(text);
      queue_.Push(EventKind::kReply, call->id);
    }
    return;
  }
  invocation->worker = &worker;
  invocation->isolate = worker.isolate();
  invocation->pipeline = pipeline;
  invocation->call = call->id;
  invocation->is_root = call->caller == 0;
  invocation->depth = call->depth;
  invocation->trace = call->trace;
  invocation->head_request = IsHead(call->head);
  invocation->next = pipeline->invocations;
  if (pipeline->invocations != nullptr) pipeline->invocations->previous = invocation;
  pipeline->invocations = invocation;
  call->callee = invocation->id;
  const int32_t body = bodies_.Add(*invocation, std::move(call->body));
  call->body = base::Body();
  Enter(*invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    v8::Local<v8::String> head;
    if (!js::FromLatin1(isolate, call->head).ToLocal(&head)) return;
    v8::Local<v8::Value> cf = v8::Undefined(isolate);
    if (!call->cf.empty()) {
      auto store = v8::ArrayBuffer::NewBackingStore(isolate, call->cf.size());
      std::memcpy(store->Data(), call->cf.data(), call->cf.size());
      cf = v8::ArrayBuffer::New(isolate, std::move(store));
    }
    v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, invocation->id), head,
                                        v8::Integer::New(isolate, body), cf};
    CallHook(isolate, context, worker.hooks().handle_fetch, arguments);
  });
}

void Dispatcher::Reply(uint32_t call_id) {
  Call* call = calls_.Find(call_id);
  if (call == nullptr) return;
  Invocation* caller = call->cancelled ? nullptr : invocations_.Find(call->caller);
  if (call->outbound != 0) outbound_.erase(call_id);
  if (caller == nullptr) {
    if (call->body.kind == base::Body::Kind::kPipe) call->body.pipe->Cancel();
    calls_.Free(call);
    return;
  }
  caller->calls--;
  std::erase(caller->outbound_calls, call_id);
  if (traces_ && call->trace >= 0) {
    caller->pipeline->trace[static_cast<size_t>(call->trace)].status = call->status;
  }
  Enter(*caller, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    v8::Local<v8::Value> undefined = v8::Undefined(isolate);
    v8::Local<v8::Value> io = v8::Integer::NewFromUnsigned(isolate, caller->id);
    v8::Local<v8::Value> id = v8::Integer::NewFromUnsigned(isolate, call_id);
    if (call->status != 0) {
      const int32_t body = bodies_.Add(*caller, std::move(call->body));
      v8::Local<v8::String> head;
      if (!js::FromLatin1(isolate, call->head).ToLocal(&head)) return;
      v8::Local<v8::Value> arguments[] = {io, id, v8::Integer::New(isolate, call->status), head,
                                          v8::Integer::New(isolate, body)};
      CallHook(isolate, context, caller->worker->hooks().on_response, arguments);
      return;
    }
    v8::Local<v8::String> type;
    v8::Local<v8::String> message;
    if (!js::FromUtf8(isolate, call->error.type).ToLocal(&type) ||
        !js::FromUtf8(isolate, call->error.message).ToLocal(&message)) {
      return;
    }
    v8::Local<v8::Value> extra = undefined;
    if (!call->error.extra.empty()) {
      auto store = v8::ArrayBuffer::NewBackingStore(isolate, call->error.extra.size());
      std::memcpy(store->Data(), call->error.extra.data(), call->error.extra.size());
      extra = v8::ArrayBuffer::New(isolate, std::move(store));
    }
    v8::Local<v8::Value> arguments[] = {
        io, id, type, message, v8::Boolean::New(isolate, call->error.remote), extra};
    CallHook(isolate, context, caller->worker->hooks().on_call_error, arguments);
  });
  // The entry may have ended the pipeline, but a call is freed here and nowhere else.
  if (Call* same = calls_.Find(call_id)) calls_.Free(same);
}

void Dispatcher::CancelCall(Invocation& caller, uint32_t call_id) {
  Call* call = calls_.Find(call_id);
  if (call == nullptr || call->caller != caller.id || call->cancelled) return;
  call->cancelled = true;
  caller.calls--;
  if (call->outbound != 0) {
    client_->Cancel(call->outbound);
    outbound_.erase(call_id);
    std::erase(caller.outbound_calls, call_id);
    calls_.Free(call);
    return;
  }
  if (Invocation* callee = invocations_.Find(call->callee)) {
    queue_.Push(EventKind::kAbort, callee->id);
  }
}

// --- answers ---

void Dispatcher::Respond(Invocation& invocation, int status, std::string_view head, base::Body body,
                         bool already_encoded) {
  invocation.responded = true;
  // A HEAD response says how long the body would have been.
  int64_t length_of_head = -1;
  if (invocation.head_request) {
    if (body.kind == base::Body::Kind::kPipe) body.pipe->Cancel();
    if (body.kind == base::Body::Kind::kBytes) {
      length_of_head = static_cast<int64_t>(body.bytes.size());
    }
    body = base::Body();
  }
  Pipeline& pipeline = *invocation.pipeline;
  Call* call = calls_.Find(invocation.call);
  if (call == nullptr) return;
  call->callee = 0;
  invocation.call = 0;
  std::string with_length;
  if (length_of_head >= 0 && head.find("\ncontent-length") == std::string_view::npos) {
    with_length = head;
    base::AppendPackedHeader(with_length, "content-length", std::to_string(length_of_head));
    head = with_length;
  }
  if (!invocation.is_root) {
    call->status = status;
    call->head = head;
    call->body = std::move(body);
    queue_.Push(EventKind::kReply, call->id);
    return;
  }
  calls_.Free(call);
  if (pipeline.response_given) {
    // The client left before; waitUntil kept the handler running.
    if (body.kind == base::Body::Kind::kPipe) body.pipe->Cancel();
    return;
  }
  pipeline.response_given = true;
  pipeline.status = status;
  if (traces_ && !pipeline.trace.empty()) pipeline.trace[0].status = status;
  if (body.kind == base::Body::Kind::kPipe) pipeline.response_pipe = body.pipe;
  pipeline.top->OnResponse(status, head, std::move(body), already_encoded);
}

void Dispatcher::Fail(Invocation& invocation, RemoteError error, const std::string& log) {
  Log(LogLevel::kError, invocation.worker, log, true);
  invocation.responded = true;
  Call* call = calls_.Find(invocation.call);
  if (call == nullptr) return;
  call->callee = 0;
  invocation.call = 0;
  if (invocation.is_root) {
    calls_.Free(call);
    FailTop(*invocation.pipeline, 500, "Internal Server Error");
    return;
  }
  call->status = 0;
  call->error = std::move(error);
  queue_.Push(EventKind::kReply, call->id);
}

void Dispatcher::FailTop(Pipeline& pipeline, int status, const std::string& text) {
  if (pipeline.response_given) {
    // Too late for another status: the client must see that the body is not complete.
    if (pipeline.response_pipe != nullptr) pipeline.response_pipe->Fail({"Error", text});
    return;
  }
  pipeline.response_given = true;
  pipeline.status = status;
  if (traces_ && !pipeline.trace.empty()) pipeline.trace[0].status = status;
  pipeline.top->OnFailure(status, text);
}

void Dispatcher::Drop(Invocation& invocation, const RemoteError& error, int status) {
  if (Call* call = calls_.Find(invocation.call)) {
    invocation.call = 0;
    call->callee = 0;
    if (invocation.is_root) {
      calls_.Free(call);
      FailTop(*invocation.pipeline, status,
              status == 500 ? "Internal Server Error" : error.message);
    } else {
      call->status = 0;
      call->error = error;
      queue_.Push(EventKind::kReply, call->id);
    }
  }
  QueueCheck(*invocation.pipeline);
  Release(invocation, true);
}

void Dispatcher::WaitUntil(Invocation& invocation, int change) {
  invocation.wait_until += change;
  invocation.pipeline->wait_until += change;
}

uint32_t Dispatcher::StartTimer(Invocation& invocation, double delay_ms, bool repeat) {
  return timers_.Start(invocation, NowMs(), delay_ms, repeat);
}

// --- entries ---

template <typename Function>
void Dispatcher::Enter(Invocation& invocation, Function&& function) {
  Worker& worker = *invocation.worker;
  js::Isolate& isolate = *invocation.isolate;
  Pipeline& pipeline = *invocation.pipeline;
  const uint32_t invocation_id = invocation.id;
  const uint32_t pipeline_id = pipeline.id;
  if (pipeline.cpu.exhausted()) {
    FailTop(pipeline, 503, kCpuExceeded);
    End(pipeline);
    return;
  }
  {
    js::Enter enter(isolate, watchdog_, pipeline.cpu);
    current_ = &invocation;
    v8::TryCatch try_catch(isolate.v8());
    function(isolate.v8(), enter.context());
    if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
      // The built-in half catches what Workers throw, so this is a bug of it; say so and go on.
      Log(LogLevel::kError, &worker,
          "internal error: " + js::ErrorFrom(isolate.v8(), try_catch).ToString(), true);
    }
    try_catch.Reset();
    enter.RunMicrotasks();
    worker.ReportRejections();
    current_ = nullptr;
  }
  AfterEntry(invocation_id, worker, isolate, pipeline_id);
}

void Dispatcher::AfterEntry(uint32_t invocation_id, Worker& worker, js::Isolate& isolate,
                            uint32_t pipeline_id) {
  if (isolate.condemned() != js::Condemned::kNo) {
    Condemn(worker, pipeline_id);
    return;
  }
  Invocation* invocation = invocations_.Find(invocation_id);
  if (invocation == nullptr) return;
  Pipeline& pipeline = *invocation->pipeline;
  // An invocation below the first is over when it has answered and nothing holds it; the first one
  // lives as long as its pipeline, so that forgotten work goes on until the response is sent.
  if (invocation->responded && !invocation->is_root && invocation->wait_until == 0 &&
      invocation->pumps == 0) {
    Release(*invocation, false);
  }
  QueueCheck(pipeline);
}

void Dispatcher::Condemn(Worker& worker, uint32_t culprit_id) {
  const bool cpu = worker.isolate()->condemned() == js::Condemned::kCpu;
  const char* text = cpu ? kCpuExceeded : kMemoryExceeded;
  const Limits& limits = worker.spec().limits;
  Pipeline* culprit = pipelines_.Find(culprit_id);
  std::string log =
      std::string(text) + (culprit != nullptr ? " " + culprit->method + " " + culprit->url : "");
  log += cpu ? " has used the CPU time of its request; raise [limits] cpu_ms of the public Worker "
               "if it needs more."
             : " made the isolate exceed [limits] memory_mb = " + std::to_string(limits.memory_mb) +
                   " MiB.";
  log += " The isolate is replaced; its module state starts afresh.";
  Log(LogLevel::kError, &worker, log, true, culprit == nullptr ? 0 : culprit->request);
  js::Isolate* isolate = worker.isolate();
  if (culprit != nullptr) {
    FailTop(*culprit, 503, text);
    // Everything it still runs elsewhere has no budget left.
    End(*culprit);
  }
  const RemoteError error{"Error",
                          "The isolate of Worker \"" + worker.name() +
                              "\" was ended because another request exceeded its " +
                              (cpu ? "CPU time" : "memory") +
                              " limit; this request ran in it too. Send it again.",
                          {},
                          false};
  std::vector<uint32_t> victims;
  for (Pipeline* pipeline = live_; pipeline != nullptr; pipeline = pipeline->next) {
    for (Invocation* one = pipeline->invocations; one != nullptr; one = one->next) {
      if (one->isolate == isolate) victims.push_back(one->id);
    }
  }
  for (uint32_t id : victims) {
    if (Invocation* victim = invocations_.Find(id)) Drop(*victim, error, 503);
  }
  worker.Replace();
}

// --- ends ---

void Dispatcher::Release(Invocation& invocation, bool tell_javascript) {
  Pipeline& pipeline = *invocation.pipeline;
  timers_.StopAllOf(invocation);
  bodies_.FreeAllOf(invocation);
  for (uint32_t id : invocation.outbound_calls) {
    if (Call* call = calls_.Find(id)) {
      if (client_ != nullptr && call->outbound != 0) client_->Cancel(call->outbound);
      outbound_.erase(id);
      calls_.Free(call);
    }
  }
  if (Call* call = calls_.Find(invocation.call)) {
    // Nobody is going to be answered: the caller is gone, or the pipeline is over.
    call->callee = 0;
    calls_.Free(call);
  }
  pipeline.wait_until -= invocation.wait_until;
  if (invocation.previous != nullptr) {
    invocation.previous->next = invocation.next;
  } else {
    pipeline.invocations = invocation.next;
  }
  if (invocation.next != nullptr) invocation.next->previous = invocation.previous;
  if (tell_javascript && invocation.worker->isolate() == invocation.isolate) {
    releases_.push_back({invocation.worker, invocation.id});
  }
  invocations_.Free(&invocation);
}

void Dispatcher::ReleaseContexts() {
  // Only built-in code runs, which uses no CPU to speak of.
  js::CpuMeter meter{0, watchdog_.CyclesOf(1000)};
  std::vector<std::pair<Worker*, uint32_t>> releases;
  releases.swap(releases_);
  for (auto& [worker, id] : releases) {
    if (worker->isolate() == nullptr) continue;
    js::Enter enter(*worker->isolate(), watchdog_, meter);
    v8::Isolate* isolate = worker->isolate()->v8();
    v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, id)};
    CallHook(isolate, enter.context(), worker->hooks().release_context, arguments);
  }
}

void Dispatcher::AbortTree(Invocation& invocation) {
  const uint32_t id = invocation.id;
  Pipeline& pipeline = *invocation.pipeline;
  std::vector<uint32_t> children;
  for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
    const Call* call = calls_.Find(one->call);
    if (call != nullptr && call->caller == id) children.push_back(one->id);
  }
  Release(invocation, true);
  for (uint32_t child : children) {
    Invocation* one = invocations_.Find(child);
    if (one != nullptr && one->wait_until == 0) AbortTree(*one);
  }
  QueueCheck(pipeline);
}

void Dispatcher::QueueCheck(Pipeline& pipeline) {
  if (pipeline.queued_for_check) return;
  pipeline.queued_for_check = true;
  queue_.Push(EventKind::kPipeline, pipeline.id);
}

void Dispatcher::Check(Pipeline& pipeline) {
  if (pipeline.response_given && pipeline.response_sent && pipeline.wait_until == 0) {
    End(pipeline);
    return;
  }
  suspects_.push_back(pipeline.id);
}

void Dispatcher::CheckForHang(Pipeline& pipeline) {
  if (pipeline.queued_for_check) return;
  bool waits_for_client = false;
  if (pipeline.response_given && !pipeline.response_sent) {
    // Bytes on their way to the client, or a complete response that the next flush announces.
    const base::Pipe* pipe = pipeline.response_pipe.get();
    waits_for_client = pipe == nullptr || pipe->readable();
  }
  if (waits_for_client) return;
  Invocation* stuck = nullptr;
  for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
    if (one->timers > 0 || !one->outbound_calls.empty() || bodies_.WaitsOutside(*one)) return;
    if (!one->responded && one->calls == 0 && stuck == nullptr) stuck = one;
  }
  for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
    // V8 may have work of its own for a promise that is awaited.
    if (js::Platform::Start().RunTasksOf(one->isolate->v8())) {
      Enter(*one, [](v8::Isolate*, v8::Local<v8::Context>) {});
      return;
    }
  }
  if (stuck == nullptr) {
    for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
      if (!one->responded && (stuck == nullptr || one->depth > stuck->depth)) stuck = one;
    }
  }
  if (stuck != nullptr && !(pipeline.response_given && pipeline.response_sent)) {
    Log(LogLevel::kError, stuck->worker, kHung, true, pipeline.request);
    Drop(*stuck, RemoteError{"Error", kHung, {}, false}, 500);
    return;
  }
  if (!pipeline.response_sent) {
    if (pipeline.response_pipe == nullptr) return;
    Worker* worker = pipeline.invocations != nullptr ? pipeline.invocations->worker : nullptr;
    Log(LogLevel::kError, worker,
        "The response's body was begun, but nothing is left that could end it.", true,
        pipeline.request);
    pipeline.response_pipe->Fail({"Error", kHung});
    return;
  }
  if (pipeline.wait_until > 0) {
    Worker* worker = pipeline.invocations != nullptr ? pipeline.invocations->worker : nullptr;
    Log(LogLevel::kWarn, worker,
        "A waitUntil() task can never settle: nothing is left that it could wait for. It was "
        "dropped.",
        true, pipeline.request);
  }
  End(pipeline);
}

void Dispatcher::End(Pipeline& pipeline) {
  if (pipeline.ended) return;
  pipeline.ended = true;
  while (pipeline.invocations != nullptr) {
    Invocation& invocation = *pipeline.invocations;
    // The common case, one that has answered and holds nothing, needs no word to JavaScript.
    const bool clean = invocation.responded && invocation.timers == 0 && invocation.calls == 0;
    Release(invocation, !clean);
  }
  if (pipeline.previous != nullptr) {
    pipeline.previous->next = pipeline.next;
  } else {
    live_ = pipeline.next;
  }
  if (pipeline.next != nullptr) pipeline.next->previous = pipeline.previous;
  RequestSummary summary;
  summary.request = pipeline.request;
  summary.method = pipeline.method;
  summary.url = pipeline.url;
  summary.status = pipeline.status;
  summary.duration_ms = NowMs() - pipeline.started_ms;
  summary.cpu_ms = static_cast<double>(pipeline.cpu.spent) / cycles_per_ms_;
  summary.trace = traces_ ? &pipeline.trace : nullptr;
  observer_.OnRequest(summary);
  told_observer_ = true;
  TopLevel* top = pipeline.top;
  pipelines_.Free(&pipeline);
  top->OnPipelineEnd();
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

}  // namespace isolane::worker
