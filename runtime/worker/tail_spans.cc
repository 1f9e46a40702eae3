#include "runtime/worker/tail_spans.h"

#include <optional>
#include <string_view>
#include <utility>

#include "runtime/base/json_text.h"
#include "runtime/base/packed_head.h"
#include "runtime/worker/call.h"
#include "runtime/worker/tail_record.h"
#include "runtime/worker/tail_stream.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

constexpr int32_t kGetOperation = 1;

struct NamedHeader {
  std::string_view header;
  std::string_view attribute;
};

constexpr NamedHeader kRequestHeaders[] = {
    {"user-agent", "user_agent.original"},
    {"content-type", "http.request.header.content-type"},
    {"content-length", "http.request.header.content-length"},
    {"accept", "http.request.header.accept"},
    {"accept-encoding", "http.request.header.accept-encoding"},
};

// What builtins/workers/tail_stream.js makes a BigInt of.
std::string WholeNumber(size_t number) { return "{\"bigint\":\"" + std::to_string(number) + "\"}"; }

void SetText(TailSource& source, const std::string& span, std::string_view name,
             std::string_view utf8) {
  std::string json;
  base::AppendJsonString(utf8, json);
  source.SetAttribute(span, name, json);
}

void SetLatin1(TailSource& source, const std::string& span, std::string_view name,
               std::string_view bytes) {
  std::string json;
  base::AppendJsonLatin1(bytes, json);
  source.SetAttribute(span, name, json);
}

void DescribeRequest(TailSource& source, const std::string& span, const Call& call) {
  SetText(source, span, "network.protocol.name", "http");
  SetText(source, span, "network.protocol.version", "HTTP/1.1");
  SetText(source, span, "http.request.method", base::PackedMethod(call.head));
  SetLatin1(source, span, "url.full", base::PackedUrl(call.head));
  for (const NamedHeader& one : kRequestHeaders) {
    const auto value = base::FindPackedHeader(call.head, one.header);
    if (value.has_value()) SetLatin1(source, span, one.attribute, *value);
  }
  if (call.body.kind == base::Body::Kind::kBytes) {
    source.SetAttribute(span, "http.request.body.size", WholeNumber(call.body.bytes.size()));
  }
}

void DescribeResponse(TailSource& source, const std::string& span, const Call& call) {
  source.SetAttribute(span, "http.response.status_code",
                      WholeNumber(static_cast<size_t>(call.status)));
  if (call.body.kind == base::Body::Kind::kBytes) {
    source.SetAttribute(span, "http.response.body.size", WholeNumber(call.body.bytes.size()));
  }
}

std::string_view OperationOf(const Call& call) {
  return (call.operation & kGetOperation) != 0 ? "getProperty" : "call";
}

}  // namespace

void OpenCallSpans(const std::shared_ptr<TailSource>& source, Call& call) {
  auto spans = std::make_unique<CallSpans>();
  spans->source = source;
  const auto open = [&](std::string_view name) -> const std::string& {
    const std::string parent = spans->ids.empty() ? "" : spans->ids.back();
    return spans->ids.emplace_back(source->OpenSpan(name, parent));
  };
  if (call.channel != nullptr && call.channel->actor_class != nullptr) {
    const std::string& object = open("durable_object_subrequest");
    SetText(*source, object, "objectId",
            std::string_view(call.props).substr(0, call.props.find('\n')));
  }
  if (call.kind == CallKind::kFetch) {
    DescribeRequest(*source, open("fetch"), call);
  } else if (call.kind == CallKind::kConnect) {
    open("connect");
  } else if ((call.operation & kEventOperation) != 0) {
    open(call.head);
  } else {
    const bool on_stub = call.export_id != 0;
    if (!on_stub) open("jsRpcSession");
    const std::string& span = open("jsRpcCall");
    SetText(*source, span, "jsrpc.target_kind", on_stub ? "stub" : "fetcher");
    SetText(*source, span, "jsrpc.operation", OperationOf(call));
    SetText(*source, span, "jsrpc.method", MethodNameOf(call));
  }
  call.spans = std::move(spans);
}

void CloseCallSpans(Call& call) {
  const std::unique_ptr<CallSpans> spans = std::move(call.spans);
  const std::shared_ptr<TailSource> source = spans->source.lock();
  if (source == nullptr) return;
  if (call.kind == CallKind::kFetch && !call.cancelled && call.status != 0) {
    DescribeResponse(*source, spans->ids.back(), call);
  }
  for (auto span = spans->ids.rbegin(); span != spans->ids.rend(); ++span) source->CloseSpan(*span);
}

void OpenMethodSpan(TailSource& source, const Call& call) {
  const std::string method = MethodNameOf(call);
  const std::string span = source.OpenHandlerSpan("jsRpcCall");
  SetText(source, source.span_id(), "jsrpc.method", method);
  SetText(source, span, "jsrpc.method", method);
  SetText(source, span, "jsrpc.target_kind", "entrypoint");
  SetText(source, span, "jsrpc.operation", OperationOf(call));
  if (call.spans != nullptr && !call.spans->ids.back().empty())
    SetText(source, span, "jsrpc.caller_span_id", call.spans->ids.back());
}

}  // namespace isolane::worker
