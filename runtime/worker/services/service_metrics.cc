#include "runtime/worker/services/service_metrics.h"

#include <string_view>
#include <vector>

#include "runtime/base/json_text.h"

namespace isolane::worker {
namespace {

// What a service did, whoever asked for it.
struct Total {
  std::string service;
  uint64_t invocations = 0;
  uint64_t bytes = 0;
};

// Names of services and Workers need no escape but for these.
std::string Label(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return "\"" + escaped + "\"";
}

std::string Quoted(std::string_view text) {
  std::string quoted;
  base::AppendJsonString(text, quoted);
  return quoted;
}

std::vector<Total> TotalsOf(const std::deque<ServiceEdge>& edges) {
  std::vector<Total> totals;
  for (const ServiceEdge& edge : edges) {
    if (edge.service.empty()) continue;
    Total* total = nullptr;
    for (Total& one : totals) {
      if (one.service == edge.service) total = &one;
    }
    if (total == nullptr) total = &totals.emplace_back(Total{edge.service});
    total->invocations += edge.requests;
    total->bytes += edge.response_bytes;
  }
  return totals;
}

using Member = uint64_t ServiceEdge::*;

struct Family {
  bool of_public;
  const char* name;
  const char* help;
  Member member;
};

constexpr Family kFamilies[] = {
    {true, "isolane_edge_requests_total", "Requests from outside.", &ServiceEdge::requests},
    {true, "isolane_edge_response_bytes_total", "Bytes of bodies returned to the outside.",
     &ServiceEdge::response_bytes},
    {true, "isolane_edge_errors_total", "Requests from outside that failed, or got a 5xx.",
     &ServiceEdge::errors},
    {false, "isolane_service_requests_total", "Calls from service to service.",
     &ServiceEdge::requests},
    {false, "isolane_service_response_bytes_total", "Bytes of bodies returned to callers.",
     &ServiceEdge::response_bytes},
    {false, "isolane_service_errors_total", "Calls that failed, or got a 5xx.",
     &ServiceEdge::errors},
    {false, "isolane_service_denied_total",
     "Connections to a binding's URL by somebody who was not given it.", &ServiceEdge::denied},
};

}  // namespace

ServiceEdge& ServiceMetrics::EdgeOf(const std::string& caller, const std::string& service) {
  for (ServiceEdge& edge : edges_) {
    if (edge.caller == caller && edge.service == service) return edge;
  }
  ServiceEdge& edge = edges_.emplace_back();
  edge.caller = caller;
  edge.service = service;
  return edge;
}

std::string ServiceMetrics::ToPrometheus() const {
  std::string text;
  for (const Family& family : kFamilies) {
    text.append("# HELP ").append(family.name).append(" ").append(family.help);
    text.append("\n# TYPE ").append(family.name).append(" counter\n");
    for (const ServiceEdge& edge : edges_) {
      if (edge.caller.empty() != family.of_public) continue;
      text.append(family.name).append("{");
      if (!family.of_public) text.append("caller=").append(Label(edge.caller)).append(",");
      text.append("service=").append(Label(edge.service)).append("} ");
      text.append(std::to_string(edge.*family.member)).append("\n");
    }
  }
  const std::vector<Total> totals = TotalsOf(edges_);
  for (const bool bytes : {false, true}) {
    const char* name = bytes ? "isolane_returned_bytes_total" : "isolane_invocations_total";
    text.append("# HELP ").append(name).append(
        bytes ? " Bytes of bodies a service returned to anybody.\n"
              : " Requests a service got from anybody.\n");
    text.append("# TYPE ").append(name).append(" counter\n");
    for (const Total& total : totals) {
      text.append(name).append("{service=").append(Label(total.service)).append("} ");
      text.append(std::to_string(bytes ? total.bytes : total.invocations)).append("\n");
    }
  }
  return text;
}

std::string ServiceMetrics::ToJson() const {
  uint64_t edge_requests = 0;
  std::string lists[2];
  for (const ServiceEdge& edge : edges_) {
    const bool is_public = edge.caller.empty();
    if (is_public) edge_requests += edge.requests;
    std::string& list = lists[is_public ? 0 : 1];
    list += list.empty() ? "\n    {" : ",\n    {";
    if (!is_public) list.append("\"caller\": ").append(Quoted(edge.caller)).append(", ");
    list.append("\"service\": ").append(edge.service.empty() ? "null" : Quoted(edge.service));
    list.append(is_public ? ", \"edge_requests\": " : ", \"service_requests\": ");
    list.append(std::to_string(edge.requests));
    list.append(", \"response_bytes\": ").append(std::to_string(edge.response_bytes));
    list.append(", \"errors\": ").append(std::to_string(edge.errors));
    if (!is_public) list.append(", \"denied\": ").append(std::to_string(edge.denied));
    list += "}";
  }
  std::string services;
  for (const Total& total : TotalsOf(edges_)) {
    services += services.empty() ? "\n    {" : ",\n    {";
    services.append("\"service\": ").append(Quoted(total.service));
    services.append(", \"invocations\": ").append(std::to_string(total.invocations));
    services.append(", \"returned_bytes\": ").append(std::to_string(total.bytes)).append("}");
  }
  return "{\n  \"edge_requests\": " + std::to_string(edge_requests) + ",\n  \"public\": [" +
         lists[0] + "\n  ],\n  \"edges\": [" + lists[1] + "\n  ],\n  \"services\": [" + services +
         "\n  ]\n}\n";
}

}  // namespace isolane::worker
