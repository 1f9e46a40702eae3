#include "cli/json_log.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/log_printer.h"
#include "cli/request_log.h"

namespace isolane::cli {
namespace {

// In the order in which they are written.
using Json = nlohmann::ordered_json;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Microseconds are exact enough, and read better than all digits of a double.
double Rounded(double ms) { return std::round(ms * 1000) / 1000; }

// What is no UTF-8 (a URL may be anything) is replaced.
std::string TextOf(const Json& line) {
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const char* NameOf(isolane::LogLevel level) {
  switch (level) {
    case isolane::LogLevel::kDebug:
      return "debug";
    case isolane::LogLevel::kInfo:
      return "info";
    case isolane::LogLevel::kLog:
      return "log";
    case isolane::LogLevel::kWarn:
      return "warn";
    case isolane::LogLevel::kError:
      return "error";
  }
  return "log";
}

Json CallsOf(const std::vector<TraceNode>& trace) {
  Json calls = Json::array();
  for (size_t i = 1; i < trace.size(); i++) {
    const TraceNode& node = trace[i];
    Json call;
    call["name"] = node.name;
    if (!node.worker.empty()) call["worker"] = node.worker;
    call["caller"] = node.parent - 1;
    call["status"] = node.status;
    call["startMs"] = Rounded(node.start_ms);
    call["ms"] = node.duration_ms < 0 ? Json() : Json(Rounded(node.duration_ms));
    calls.push_back(std::move(call));
  }
  return calls;
}

Json EventOf(const char* type) {
  Json line;
  line["type"] = type;
  line["time"] = IsoTime(NowMs());
  return line;
}

}  // namespace

std::string IsoTime(int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm time{};
  gmtime_r(&seconds, &time);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", time.tm_year + 1900,
                time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec,
                static_cast<int>(ms % 1000));
  return text;
}

std::string JsonMessage(std::string_view level, std::string_view text) {
  Json line = EventOf("log");
  line["level"] = level;
  line["source"] = "isolane";
  line["message"] = text;
  return TextOf(line) + "\n";
}

std::string JsonReady(const std::vector<std::string>& urls,
                      const std::vector<std::string>& workers) {
  Json line = EventOf("ready");
  line["url"] = urls.empty() ? Json() : Json(urls.front());
  line["urls"] = urls;
  line["workers"] = workers;
  return TextOf(line) + "\n";
}

std::string JsonBuild(const std::string& worker, bool ok, bool bundled, double ms) {
  Json line = EventOf("build");
  line["worker"] = worker;
  line["ok"] = ok;
  line["bundled"] = bundled;
  line["ms"] = Rounded(ms);
  return TextOf(line) + "\n";
}

std::string JsonReload(const std::vector<std::string>& workers, double ms) {
  Json line = EventOf("reload");
  line["workers"] = workers;
  line["ms"] = Rounded(ms);
  return TextOf(line) + "\n";
}

std::string JsonConnections(const std::vector<std::string>& connected) {
  Json line = EventOf("connections");
  line["connected"] = connected;
  return TextOf(line) + "\n";
}

void JsonLog::OnLog(const LogLine& line) {
  if (!IsShown(line.level, level_)) return;
  Json out = EventOf("log");
  out["level"] = NameOf(line.level);
  if (line.from_runtime) out["source"] = "isolane";
  if (!line.worker.empty()) out["worker"] = line.worker;
  if (line.request != 0) out["request"] = line.request;
  out["message"] = line.text;
  output_.AddLine(STDOUT_FILENO, TextOf(out));
}

void JsonLog::OnDataPoint(const DataPoint& point) {
  Json out = EventOf("dataPoint");
  out["worker"] = point.worker;
  if (point.request != 0) out["request"] = point.request;
  out["dataset"] = point.dataset;
  out["text"] = point.text;
  output_.AddLine(STDOUT_FILENO, TextOf(out));
}

void JsonLog::OnOutput(const OutputLine& line) {
  Json out = EventOf("output");
  out["service"] = line.service;
  out["stream"] = line.to_stderr ? "stderr" : "stdout";
  out["text"] = line.text;
  output_.AddLine(STDOUT_FILENO, TextOf(out));
}

void JsonLog::OnResponse(const ResponseSummary& summary) {
  begun_[summary.request] = {std::string(summary.status_text), summary.duration_ms};
}

void JsonLog::OnRequest(const RequestSummary& summary) {
  if (!wants_responses()) return;
  Json out = EventOf("request");
  out["request"] = summary.request;
  out["method"] = summary.method;
  out["path"] = PathOfRequest(summary.url);
  out["status"] = summary.traced_before == 0 ? Json() : Json(summary.status);
  if (const auto begun = begun_.find(summary.request); begun != begun_.end()) {
    out["statusText"] = begun->second.status_text;
    out["ms"] = Rounded(begun->second.duration_ms);
    begun_.erase(begun);
  }
  out["totalMs"] = Rounded(summary.duration_ms);
  out["cpuMs"] = Rounded(summary.cpu_ms);
  if (summary.trace != nullptr) out["calls"] = CallsOf(*summary.trace);
  output_.AddLine(STDOUT_FILENO, TextOf(out));
}

}  // namespace isolane::cli
