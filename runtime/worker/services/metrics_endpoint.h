// What is counted of the services, for HTTP clients of this machine:
//
//   GET /_isolane/metrics         Prometheus text, or JSON for a client that accepts only that
//   GET /_isolane/metrics.json    JSON
//
// Loop thread. Owned by Services.
#pragma once

#include <memory>

#include <isolane/result.h>

#include "runtime/http/server.h"
#include "runtime/worker/services/service_metrics.h"

struct uv_loop_s;

namespace isolane::worker {

class MetricsEndpoint final : private http::RequestHandler {
 public:
  // `metrics` outlives it.
  explicit MetricsEndpoint(const ServiceMetrics& metrics) : metrics_(metrics) {}

  // On 127.0.0.1. Gives the port.
  Result<int> Listen(uv_loop_s* loop, int port);

 private:
  void OnRequest(http::Exchange& exchange) override;
  void OnBatchEnd() override {}

  const ServiceMetrics& metrics_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace isolane::worker
