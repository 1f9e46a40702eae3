#include "runtime/worker/routed_frontend.h"

#include <string>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/worker/outside_exchange.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

using To = base::RouteDecision::To;

}  // namespace

std::string EditedResponse(std::string_view packed_head, const base::RouteDecision& decision) {
  std::string head(packed_head);
  std::string mark;
  base::VisitPackedHeaders(decision.response_headers,
                           [&](std::string_view name, std::string_view value) {
                             mark.assign(1, base::kHeaderMark);
                             mark += name;
                             mark += base::kValueMark;
                             if (packed_head.find(mark) == std::string_view::npos) {
                               base::AppendPackedHeader(head, name, value);
                             }
                           });
  if (decision.edit_response) {
    const size_t start = base::PackedStart(head).size();
    std::string headers = head.substr(start);
    decision.edit_response(headers);
    head.replace(start, std::string::npos, headers);
  }
  return head;
}

RoutedFrontend::RoutedFrontend(base::RequestRouter& router, std::unique_ptr<HttpFrontend> frontend,
                               http::Client& client,
                               const std::function<Worker*(std::string_view)>& find)
    : router_(router), frontend_(std::move(frontend)), client_(client) {
  for (int i = 0; i < router.service_count(); i++) {
    workers_.push_back(find(router.service_name(i)));
  }
}

void RoutedFrontend::OnRequest(http::Exchange& exchange) {
  decision_.Reset();
  router_.Route(exchange.packed_head(), decision_);
  switch (decision_.to) {
    case To::kService: {
      Worker* const worker = workers_[static_cast<size_t>(decision_.service)];
      if (worker != nullptr) [[likely]] {
        frontend_->Open(exchange, *worker, router_, decision_);
        return;
      }
      router_.Fail(exchange.packed_head(), 502, decision_);
      Answer(exchange);
      return;
    }
    case To::kOutside:
      OutsideExchange::Start(client_, exchange, router_, std::move(decision_));
      return;
    case To::kAnswer:
      Answer(exchange);
      return;
    case To::kClose:
      exchange.Abort();
      return;
  }
}

void RoutedFrontend::Answer(http::Exchange& exchange) {
  // Nobody reads the request's body: the server drops it.
  exchange.Respond(decision_.status, EditedResponse(decision_.head, decision_),
                   base::Body::Bytes(base::Chunk::Copy(decision_.body)), true);
}

}  // namespace isolane::worker
