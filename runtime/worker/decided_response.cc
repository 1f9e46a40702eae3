#include "runtime/worker/decided_response.h"

#include <algorithm>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/http/server.h"
#include "runtime/worker/exchange_log.h"
#include "runtime/worker/services/service_metrics.h"

namespace isolane::worker {

namespace {

// Where the header begins in the head, with its mark; npos if there is none of the name.
size_t PlaceOf(std::string_view packed_head, std::string_view name, std::string& mark) {
  mark.assign(1, base::kHeaderMark);
  mark += name;
  mark += base::kValueMark;
  return packed_head.find(mark);
}

}  // namespace

std::string_view EditedResponse(std::string_view packed_head, const base::RouteDecision& decision,
                                std::string& changed) {
  if (decision.response_headers.empty() && decision.forced_headers.empty() &&
      !decision.edit_response) {
    return packed_head;
  }
  changed.reserve(packed_head.size() + decision.response_headers.size() +
                  decision.forced_headers.size());
  changed = packed_head;
  std::string mark;
  base::VisitPackedHeaders(decision.forced_headers, [&](std::string_view name, std::string_view) {
    for (size_t at; (at = PlaceOf(changed, name, mark)) != std::string::npos;) {
      changed.erase(at, std::min(changed.find(base::kHeaderMark, at + 1), changed.size()) - at);
    }
  });
  base::VisitPackedHeaders(decision.response_headers,
                           [&](std::string_view name, std::string_view value) {
                             if (PlaceOf(packed_head, name, mark) == std::string_view::npos) {
                               base::AppendPackedHeader(changed, name, value);
                             }
                           });
  changed += decision.forced_headers;
  if (decision.edit_response) {
    const size_t start = base::PackedStart(changed).size();
    std::string headers = changed.substr(start);
    decision.edit_response(headers);
    changed.replace(start, std::string::npos, headers);
  }
  return changed;
}

void EditResponse(std::string& packed_head, const base::RouteDecision& decision) {
  std::string changed;
  if (EditedResponse(packed_head, decision, changed).data() == changed.data()) {
    packed_head = std::move(changed);
  }
}

void RespondAsDecided(http::Exchange& exchange, base::RouteDecision& decision) {
  std::string changed;
  exchange.Respond(decision.status, EditedResponse(decision.head, decision, changed),
                   std::move(decision.body), true);
}

void AnswerAsDecided(Dispatcher& dispatcher, http::Exchange& exchange,
                     base::RouteDecision& decision, ServiceEdge& edge) {
  edge.requests++;
  edge.CountAnswer(decision.status, decision.body);
  ExchangeLog log(dispatcher, base::PackedStart(exchange.packed_head()), &edge, {});
  log.Begin(decision.status, base::PackedStart(decision.head));
  log.End();
  // Nobody reads the request's body: the server drops it.
  RespondAsDecided(exchange, decision);
}

}  // namespace isolane::worker
