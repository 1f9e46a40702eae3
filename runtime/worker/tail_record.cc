#include "runtime/worker/tail_record.h"

#include <cmath>
#include <utility>

#include "runtime/base/json_text.h"
#include "runtime/base/packed_head.h"
#include "runtime/worker/call.h"
#include "runtime/worker/tail_stream.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

void AppendWhole(double number, std::string& out) { out += std::to_string(std::llround(number)); }

// {"name": "a", ...} with one more member.
void AppendKey(std::string_view key, std::string& out) {
  if (out.back() != '{') out += ',';
  base::AppendJsonString(key, out);
  out += ':';
}

void AppendText(std::string_view key, std::string_view utf8, std::string& out) {
  AppendKey(key, out);
  base::AppendJsonString(utf8, out);
}

}  // namespace

std::string MethodNameOf(const Call& call) {
  // A name, or a JSON array of names.
  static constexpr int32_t kLongPath = 2;
  if ((call.operation & kLongPath) == 0) return call.head;
  std::string name;
  for (char c : call.head) {
    if (c == ',') {
      name += '.';
    } else if (c != '[' && c != ']' && c != '"') {
      name += c;
    }
  }
  return name;
}

TailRecord::TailRecord() = default;
TailRecord::~TailRecord() = default;

void TailRecord::Describe(const Call& call) {
  if (call.kind == CallKind::kFetch) {
    head = call.head;
    cf = call.cf;
    return;
  }
  event.assign(1, '{');
  if ((call.operation & kEventOperation) != 0) {
    // The built-in half knows more, if it comes to that.
    AppendText("type", call.head, event);
  } else {
    AppendText("type", "rpc", event);
    AppendText("rpcMethod", MethodNameOf(call), event);
  }
  event += '}';
}

bool TailRecord::Fits(size_t more) {
  if (bytes + more > kMaxBytes) {
    truncated = true;
    return false;
  }
  bytes += more;
  return true;
}

void TailRecord::KeepLine(TailLine line) {
  if (Fits(line.level.size() + line.message.size() + line.error_info.size()))
    early_lines.push_back(std::move(line));
}

void TailRecord::AddLog(double time_ms, std::string_view level, std::string_view message,
                        std::string_view error_info) {
  if (!Fits(message.size() + error_info.size())) return;
  if (!logs.empty()) logs += ',';
  logs += '{';
  if (!error_info.empty()) {
    AppendKey("errorInfo", logs);
    base::AppendAsciiJson(error_info, logs);
  }
  AppendKey("message", logs);
  base::AppendAsciiJson(message, logs);
  AppendText("level", level, logs);
  AppendKey("timestamp", logs);
  AppendWhole(time_ms, logs);
  logs += '}';
}

void TailRecord::AddException(double time_ms, std::string_view name, std::string_view message,
                              std::string_view stack) {
  if (!Fits(name.size() + message.size() + stack.size())) return;
  if (!exceptions.empty()) exceptions += ',';
  exceptions += '{';
  if (!stack.empty()) AppendText("stack", stack, exceptions);
  AppendText("name", name, exceptions);
  AppendText("message", message, exceptions);
  AppendKey("timestamp", exceptions);
  AppendWhole(time_ms, exceptions);
  exceptions += '}';
}

std::string TailRecord::EventJson() const {
  if (head.empty()) return event;
  std::string out(1, '{');
  AppendText("type", "fetch", out);
  AppendText("method", base::PackedMethod(head), out);
  AppendKey("url", out);
  base::AppendJsonLatin1(base::PackedUrl(head), out);
  AppendKey("headers", out);
  out += '[';
  base::VisitPackedHeaders(head, [&](std::string_view name, std::string_view value) {
    if (out.back() != '[') out += ',';
    out += '[';
    base::AppendJsonLatin1(name, out);
    out += ',';
    base::AppendJsonLatin1(value, out);
    out += ']';
  });
  out += ']';
  if (!cf.empty()) {
    AppendKey("cf", out);
    base::AppendJsonLatin1(cf, out);
  }
  if (status != 0) {
    AppendKey("status", out);
    AppendWhole(status, out);
  }
  out += '}';
  return out;
}

std::string TailRecord::ToJson(double now_ms, double cycles_per_ms) const {
  std::string out(1, '{');
  AppendKey("wallTime", out);
  AppendWhole(std::floor(now_ms - started_ms), out);
  AppendKey("cpuTime", out);
  AppendWhole(std::floor(static_cast<double>(cpu) / cycles_per_ms), out);
  AppendKey("truncated", out);
  out += truncated ? "true" : "false";
  AppendText("outcome", outcome.empty() ? "ok" : outcome, out);
  if (!entrypoint.empty()) AppendText("entrypoint", entrypoint, out);
  AppendText("scriptName", worker->name(), out);
  if (!object_id.empty()) {
    AppendText("executionModel", "durableObject", out);
    AppendText("durableObjectId", object_id, out);
  }
  AppendKey("exceptions", out);
  out.append("[").append(exceptions).append("]");
  AppendKey("logs", out);
  out.append("[").append(logs).append("]");
  AppendKey("eventTimestamp", out);
  AppendWhole(timestamp_ms, out);
  AppendKey("event", out);
  out.append(EventJson()).append("}");
  return out;
}

}  // namespace isolane::worker
