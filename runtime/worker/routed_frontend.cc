#include "runtime/worker/routed_frontend.h"

#include <string>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/worker/outside_exchange.h"
#include "runtime/worker/services/services.h"
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
                               http::Client& client, Services& services,
                               const std::function<ServiceTarget(const std::string&)>& find)
    : router_(router), frontend_(std::move(frontend)), client_(client), services_(services) {
  for (int i = 0; i < router.service_count(); i++) {
    const std::string name(router.service_name(i));
    targets_.push_back(find(name));
    edges_.push_back(&services.metrics().EdgeOf("", name));
  }
}

void RoutedFrontend::OnRequest(http::Exchange& exchange) {
  decision_.Reset();
  router_.Route(exchange.packed_head(), decision_);
  switch (decision_.to) {
    case To::kService: {
      const auto number = static_cast<size_t>(decision_.service);
      const ServiceTarget& target = targets_[number];
      if (target.worker != nullptr) [[likely]] {
        frontend_->Open(exchange, *target.worker, router_, decision_, edges_[number]);
        return;
      }
      if (target.child != nullptr) {
        std::string head =
            decision_.head.empty() ? std::string(exchange.packed_head()) : decision_.head;
        const std::string_view url = base::PackedUrl(exchange.packed_head());
        std::string origin(url.substr(0, url.find('/', url.find("://") + 3)));
        services_.Proxy(exchange, {target.child, std::move(head), std::move(origin), edges_[number],
                                   &router_, std::move(decision_)});
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
