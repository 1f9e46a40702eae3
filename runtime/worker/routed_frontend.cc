#include "runtime/worker/routed_frontend.h"

#include <string>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/worker/decided_response.h"
#include "runtime/worker/exchange_log.h"
#include "runtime/worker/outside_exchange.h"
#include "runtime/worker/services/services.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

using To = base::RouteDecision::To;

}  // namespace

RoutedFrontend::RoutedFrontend(base::RequestRouter& router, std::unique_ptr<HttpFrontend> frontend,
                               http::Client& client, Services& services, const FindTarget& find)
    : router_(router),
      frontend_(std::move(frontend)),
      client_(client),
      services_(services),
      unrouted_(services.metrics().EdgeOf("", "")) {
  for (int i = 0; i < router.service_count(); i++) {
    edges_.push_back(&services.metrics().EdgeOf("", std::string(router.service_name(i))));
  }
  Connect(find);
}

void RoutedFrontend::Connect(const FindTarget& find) {
  targets_.clear();
  for (int i = 0; i < router_.service_count(); i++) {
    targets_.push_back(find(std::string(router_.service_name(i))));
  }
}

void RoutedFrontend::OnRequest(http::Exchange& exchange) {
  decision_.Reset();
  router_.Route(exchange.packed_head(), exchange.client_address(), decision_);
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
    case To::kOutside: {
      ServiceEdge& edge = EdgeOf(decision_.service);
      OutsideExchange::Start(services_.dispatcher(), client_, exchange, router_,
                             std::move(decision_), edge);
      return;
    }
    case To::kAnswer:
      Answer(exchange);
      return;
    case To::kClose:
      exchange.Abort();
      return;
  }
}

ServiceEdge& RoutedFrontend::EdgeOf(int service) {
  return service < 0 ? unrouted_ : *edges_[static_cast<size_t>(service)];
}

void RoutedFrontend::Answer(http::Exchange& exchange) {
  AnswerAsDecided(services_.dispatcher(), exchange, decision_, EdgeOf(decision_.service));
}

}  // namespace isolane::worker
