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

namespace isolane::worker {

class OutsideExchange final : private http::ExchangeListener, private http::ClientListener {
 public:
  // `decision` is To::kOutside. Client and router outlive the exchange.
  static void Start(http::Client& client, http::Exchange& exchange, base::RequestRouter& router,
                    base::RouteDecision decision);

 private:
  OutsideExchange(http::Client& client, http::Exchange& exchange, base::RequestRouter& router,
                  base::RouteDecision decision);

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
  uint64_t request_ = 0;  // the client's number; 0 when it is done
  std::string request_head_;
};

}  // namespace isolane::worker
