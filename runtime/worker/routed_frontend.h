// The public side of a graph that a table of routes stands before: each request goes to one of the
// services, to another server, or is answered right here.
//
// Loop thread. Owned by the Graph.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/request_router.h"
#include "runtime/http/server.h"
#include "runtime/worker/http_frontend.h"
#include "runtime/worker/services/service_target.h"

namespace isolane::http {
class Client;
}

namespace isolane::worker {

class Services;
struct ServiceEdge;

class RoutedFrontend final : public http::RequestHandler {
 public:
  // Who answers for the service of that name.
  using FindTarget = std::function<ServiceTarget(const std::string&)>;

  // `router`, `client` and `services` outlive it.
  RoutedFrontend(base::RequestRouter& router, std::unique_ptr<HttpFrontend> frontend,
                 http::Client& client, Services& services, const FindTarget& find);

  // Looks again who answers. Those stay in place until the next time.
  void Connect(const FindTarget& find);

  void OnRequest(http::Exchange& exchange) override;
  void OnBatchEnd() override { frontend_->OnBatchEnd(); }

 private:
  // With what the router has decided.
  void Answer(http::Exchange& exchange);
  // As which call the request counts.
  ServiceEdge& EdgeOf(int service);

  base::RequestRouter& router_;
  std::unique_ptr<HttpFrontend> frontend_;
  http::Client& client_;
  Services& services_;
  // By the number of the service.
  std::vector<ServiceTarget> targets_;
  std::vector<ServiceEdge*> edges_;
  ServiceEdge& unrouted_;
  base::RouteDecision decision_;
};

}  // namespace isolane::worker
