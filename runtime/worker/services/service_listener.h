// Where one process reaches one service: a port on 127.0.0.1 that is its binding's URL, and that
// lets nobody else in.
//
// Loop thread. Owned by Services.
#pragma once

#include <memory>
#include <string>

#include <isolane/result.h>

#include "runtime/http/server.h"
#include "runtime/worker/http_frontend.h"
#include "runtime/worker/services/service_metrics.h"
#include "runtime/worker/services/service_target.h"

struct uv_loop_s;

namespace isolane::worker {

class ChildService;
class Services;

class ServiceListener final : private http::RequestHandler {
 public:
  // All outlive it.
  ServiceListener(Services& services, const ChildService& caller, ServiceTarget target,
                  ServiceEdge& edge);

  Status Listen(uv_loop_s* loop, int port);
  // "http://127.0.0.1:10301"
  const std::string& origin() const { return origin_; }
  // The target's Worker has another version.
  void set_worker(Worker& worker);
  void Flush() { server_->Flush(); }
  void CloseNow() { server_->CloseNow(); }

 private:
  bool Admits(int socket) override;
  void OnRequest(http::Exchange& exchange) override;
  void OnBatchEnd() override;
  void OnRouted(http::Exchange& exchange);

  Services& services_;
  const ChildService& caller_;
  ServiceTarget target_;
  ServiceEdge& edge_;
  std::string origin_;
  std::unique_ptr<HttpFrontend> frontend_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace isolane::worker
