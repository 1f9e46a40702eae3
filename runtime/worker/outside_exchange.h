// A request that a route sends on to a server of the network: a reverse proxy for one exchange.
//
// Loop thread. Owns itself until both sides are done.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/request_router.h"
#include "runtime/http/client.h"
#include "runtime/http/server.h"
#include "runtime/worker/exchange_log.h"

namespace isolane::worker {

class Dispatcher;
struct ServiceEdge;

class OutsideExchange final : private http::ExchangeListener, private http::ClientListener {
 public:
  // `decision` is To::kOutside. It counts as a call on `edge`. All else outlive the exchange.
  static void Start(Dispatcher& dispatcher, http::Client& client, http::Exchange& exchange,
                    base::RequestRouter& router, base::RouteDecision decision, ServiceEdge& edge);

 private:
  OutsideExchange(Dispatcher& dispatcher, http::Client& client, http::Exchange& exchange,
                  base::RequestRouter& router, base::RouteDecision decision, ServiceEdge& edge);

  void OnResponseSent() override;
  void OnClientGone() override;
  void OnClientResponse(int status, std::string_view packed_head, base::Body body) override;
  void OnClientWebSocket(std::string_view packed_head,
                         std::shared_ptr<base::MessageEnd> end) override;
  void OnClientError(const std::string& message) override;
  void OnClientFinished() override;

  // Ends this object when both sides are done.
  void Settle();

  http::Client& client_;
  http::Exchange* exchange_;  // null once it has ended
  base::RequestRouter& router_;
  base::RouteDecision decision_;
  ServiceEdge& edge_;
  const std::string request_start_;
  ExchangeLog log_;
  uint64_t request_ = 0;  // the client's number; 0 when it is done
};

}  // namespace isolane::worker
