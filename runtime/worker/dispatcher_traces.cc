// What an observer is told of a request under way: the tree of its calls, and that its response
// begins. Nothing here runs unless the observer has asked for it.
#include <algorithm>
#include <string>

#include "runtime/base/packed_head.h"
#include "runtime/http/status_text.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/loader.h"
#include "runtime/worker/services/child_service.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

// Nobody reads more, and a request may make a call a microsecond.
constexpr size_t kLongestTrace = 1000;
// Of Call::operation, see builtins/workers/rpc_stub.js.
constexpr int32_t kGet = 1;
constexpr int32_t kLongPath = 2;

// ".verify()", ".user.name" for a property, "()" for a call of the object itself.
std::string MethodOf(const Call& call) {
  std::string path = call.head;
  if ((call.operation & kLongPath) != 0) {
    // ["user","name"]
    std::erase_if(path, [](char c) { return c == '"' || c == '[' || c == ']'; });
    std::replace(path.begin(), path.end(), ',', '.');
  }
  if (!path.empty()) path.insert(0, 1, '.');
  if ((call.operation & kGet) == 0) path += "()";
  return path;
}

std::string_view HostOf(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

}  // namespace

void Dispatcher::TraceCall(const Invocation& caller, Call& call) {
  Pipeline& pipeline = *caller.pipeline;
  // That of a Durable Object lives as long as it does; nobody is ever told of it.
  if (pipeline.actor != nullptr || pipeline.trace.size() >= kLongestTrace) return;
  TraceNode node;
  if (call.channel != nullptr) {
    node.name = call.channel->binding;
    if (call.channel->target != nullptr) node.worker = call.channel->target->name();
    if (call.channel->child != nullptr) node.worker = call.channel->child->name();
    if (call.channel->loaded != nullptr) node.worker = call.channel->loaded->worker.name;
  } else if (call.export_id != 0) {
    node.name = "stub";
  } else {
    node.name = call.kind == CallKind::kConnect ? "connect " : "fetch ";
    node.name += HostOf(base::PackedUrl(call.head));
  }
  if (call.kind == CallKind::kMethod) node.name += MethodOf(call);
  node.parent = caller.trace;
  node.start_ms = NowMs() - pipeline.started_ms;
  node.duration_ms = -1;
  call.trace = static_cast<int>(pipeline.trace.size());
  pipeline.trace.push_back(std::move(node));
}

void Dispatcher::TraceReply(Pipeline& pipeline, const Call& call) {
  const auto index = static_cast<size_t>(call.trace);
  if (call.trace < 0 || index >= pipeline.trace.size()) return;
  TraceNode& node = pipeline.trace[index];
  node.status = call.status;
  node.duration_ms = NowMs() - pipeline.started_ms - node.start_ms;
}

void Dispatcher::TellResponse(Pipeline& pipeline, std::string_view packed_head) {
  if (pipeline.unlisted || pipeline.actor != nullptr) return;
  ResponseSummary summary;
  summary.request = pipeline.request;
  if (pipeline.caller != nullptr) {
    summary.caller = *pipeline.caller;
    summary.service = *pipeline.service;
  }
  if (!pipeline.trace.empty()) summary.worker = pipeline.trace.front().name;
  summary.method = pipeline.method;
  summary.url = pipeline.url;
  summary.status = pipeline.status;
  summary.status_text = base::PackedStart(packed_head);
  if (summary.status_text.empty()) summary.status_text = http::StatusText(pipeline.status);
  summary.duration_ms = NowMs() - pipeline.started_ms;
  if (traces_ && !pipeline.trace.empty()) {
    pipeline.trace[0].status = pipeline.status;
    summary.trace = &pipeline.trace;
  }
  pipeline.traced_before = std::max<size_t>(1, pipeline.trace.size());
  observer_.OnResponse(summary);
  told_observer_ = true;
}

}  // namespace isolane::worker
