// What a request that hangs waits for, in words.
#include <string>

#include "runtime/base/packed_head.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

std::string Plural(size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// "env.AUTH.fetch(GET http://auth/)", "env.USERS.find()", "fetch(GET http://origin/)",
// "connect(origin:5432)"
std::string NameOf(const Call& call) {
  std::string name;
  if (call.channel != nullptr) {
    name = (call.channel->binding.starts_with("ctx.") ? "" : "env.") + call.channel->binding + ".";
  } else if (call.export_id != 0) {
    name = "stub.";
  }
  if (call.kind == CallKind::kMethod) return name + call.head + "()";
  if (call.kind == CallKind::kConnect) {
    return "connect(" + std::string(base::PackedUrl(call.head).substr(sizeof "tcp://" - 1)) + ")";
  }
  name += "fetch(";
  name.append(base::PackedMethod(call.head)).append(" ").append(base::PackedUrl(call.head));
  return name + ")";
}

}  // namespace

std::string Dispatcher::DescribeWaits(Pipeline& pipeline) {
  std::string text;
  for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
    std::string waits;
    auto add = [&](const std::string& what) { waits += (waits.empty() ? "" : ", ") + what; };
    calls_.ForEach([&](const Call& call) {
      if (call.caller != one->id || call.cancelled) return;
      add(NameOf(call) + (call.target == nullptr ? "" : " of " + call.target->name()));
    });
    if (one->timers > 0) add(Plural(static_cast<size_t>(one->timers), "timer"));
    const Bodies::Waits streams = bodies_.WaitsOf(*one);
    if (streams.reads > 0) add(Plural(streams.reads, "stream") + " that nobody writes to");
    if (streams.writes > 0) add(Plural(streams.writes, "stream") + " that nobody reads from");
    if (waits.empty()) {
      if (one->responded && one->wait_until == 0 && one->incoming.empty()) continue;
      waits = "a promise that nothing resolves (no call, timer or stream of it is pending)";
    }
    text += "\n  " + one->worker->name() + " waits for " + waits;
  }
  return text;
}

std::string Dispatcher::DescribeLive() {
  std::string text;
  for (Pipeline* one = live_; one != nullptr; one = one->next) {
    text.append(text.empty() ? "" : "\n");
    if (const Actor* actor = one->actor) {
      text += "Durable Object " + actor->object_id + ": " + Plural(actor->waiting.size(), "event") +
              " at its input gate, " + Plural(actor->held.size(), "event") + " at its output gate";
      if (actor->blocks > 0) text += ", " + Plural(static_cast<size_t>(actor->blocks), "block");
    } else {
      text.append(one->method).append(" ").append(one->url);
    }
    text.append(DescribeWaits(*one));
  }
  return text;
}

}  // namespace isolane::worker
