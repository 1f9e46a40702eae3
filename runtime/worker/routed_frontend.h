// The public side of a graph that a table of routes stands before: each request goes to one of the
// services, to another server, or is answered right here.
//
// Loop thread. Owned by the Graph.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
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
  // `find`: who answers for the service of that name. `router`, `client` and `services` outlive it,
  // as those who answer do.
  RoutedFrontend(base::RequestRouter& router, std::unique_ptr<HttpFrontend> frontend,
                 http::Client& client, Services& services,
                 const std::function<ServiceTarget(const std::string&)>& find);

  void OnRequest(http::Exchange& exchange) override;
  void OnBatchEnd() override { frontend_->OnBatchEnd(); }

 private:
  void Answer(http::Exchange& exchange);

  base::RequestRouter& router_;
  std::unique_ptr<HttpFrontend> frontend_;
  http::Client& client_;
  Services& services_;
  // By the number of the service.
  std::vector<ServiceTarget> targets_;
  std::vector<ServiceEdge*> edges_;
  base::RouteDecision decision_;
};

// The packed headers of a response with what the decision adds to them and changes in them.
// `packed_head` begins with the status text.
std::string EditedResponse(std::string_view packed_head, const base::RouteDecision& decision);

}  // namespace isolane::worker
