// The public side of a graph that a table of routes stands before: each request goes to one of the
// services, to another server, or is answered right here.
//
// Loop thread. Owned by the Graph.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/base/request_router.h"
#include "runtime/http/server.h"
#include "runtime/worker/http_frontend.h"

namespace isolane::http {
class Client;
}

namespace isolane::worker {

class Worker;

class RoutedFrontend final : public http::RequestHandler {
 public:
  // `find`: the Worker of that name, null if there is none. `router`, `client` and the Workers
  // outlive it.
  RoutedFrontend(base::RequestRouter& router, std::unique_ptr<HttpFrontend> frontend,
                 http::Client& client, const std::function<Worker*(std::string_view)>& find);

  void OnRequest(http::Exchange& exchange) override;
  void OnBatchEnd() override { frontend_->OnBatchEnd(); }

 private:
  void Answer(http::Exchange& exchange);

  base::RequestRouter& router_;
  std::unique_ptr<HttpFrontend> frontend_;
  http::Client& client_;
  std::vector<Worker*> workers_;  // by the number of the service
  base::RouteDecision decision_;
};

// The packed headers of a response with what the decision adds to them and changes in them.
// `packed_head` begins with the status text.
std::string EditedResponse(std::string_view packed_head, const base::RouteDecision& decision);

}  // namespace isolane::worker
