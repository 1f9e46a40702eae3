// A request that came to a server of ours and that a program of its own is to answer: bytes both
// ways, or the messages of a WebSocket, without any isolate.
//
// Loop thread. Owned by Services until both sides are done.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/body.h"
#include "runtime/base/request_router.h"
#include "runtime/http/client.h"
#include "runtime/http/server.h"
#include "runtime/worker/exchange_log.h"
#include "runtime/worker/services/service_metrics.h"

namespace isolane::worker {

class ChildService;
class Services;

// What is known of such a request beside its bytes.
struct ProxyTask {
  ChildService* service = nullptr;
  // What the service is sent: the packed head of the exchange, perhaps changed.
  std::string head;
  // Where a Location at the service's own address leads: what the client has called it.
  std::string origin;
  // Counted here; null: nowhere.
  ServiceEdge* edge = nullptr;
  // Who has routed the request, and what that means for the response; null: nobody.
  base::RequestRouter* router = nullptr;
  base::RouteDecision decision = {};
};

class ProxiedExchange final : private http::ExchangeListener, private http::ClientListener {
 public:
  // `services` outlives it.
  ProxiedExchange(Services& services, http::Exchange& exchange, ProxyTask task);
  void Start();

 private:
  void OnResponseSent() override;
  void OnClientGone() override;
  void OnClientResponse(int status, std::string_view packed_head, base::Body body) override;
  void OnClientWebSocket(std::string_view packed_head,
                         std::shared_ptr<base::MessageEnd> end) override;
  void OnClientError(const std::string& message) override;
  void OnClientFinished() override;

  std::string ResponseHead(std::string_view packed_head) const;
  // May end this object.
  void Settle();

  Services& services_;
  http::Exchange* exchange_;  // null once it has ended
  ProxyTask task_;
  const std::string request_start_;
  ExchangeLog log_;
  uint64_t request_ = 0;  // the service's number; 0 when it is done
};

}  // namespace isolane::worker
