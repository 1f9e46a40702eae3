#include "runtime/worker/outside_exchange.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/worker/routed_frontend.h"

namespace isolane::worker {

namespace {

// Headers that belong to one connection, and the host, which is another one there.
bool IsForThisHop(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "connection", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

std::string RequestHead(std::string_view packed_head) {
  std::string head(base::PackedStart(packed_head));
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    if (!IsForThisHop(name)) base::AppendPackedHeader(head, name, value);
  });
  return head;
}

}  // namespace

void OutsideExchange::Start(http::Client& client, http::Exchange& exchange,
                            base::RequestRouter& router, base::RouteDecision decision) {
  auto* self = new OutsideExchange(client, exchange, router, std::move(decision));
  exchange.set_listener(self);
  self->request_ = client.Start(RequestHead(self->decision_.head), exchange.TakeBody(), self);
}

OutsideExchange::OutsideExchange(http::Client& client, http::Exchange& exchange,
                                 base::RequestRouter& router, base::RouteDecision decision)
    : client_(client),
      exchange_(&exchange),
      router_(router),
      decision_(std::move(decision)),
      request_head_(exchange.packed_head()) {}

void OutsideExchange::OnResponseSent() {
  exchange_ = nullptr;
  Settle();
}

void OutsideExchange::OnClientGone() {
  exchange_ = nullptr;
  if (request_ != 0) client_.Cancel(std::exchange(request_, 0), "the client has left");
  Settle();
}

void OutsideExchange::OnClientResponse(int status, std::string_view packed_head, base::Body body) {
  if (exchange_ == nullptr) return;
  exchange_->Respond(status, EditedResponse(packed_head, decision_), std::move(body), true);
}

void OutsideExchange::OnClientWebSocket(std::string_view packed_head,
                                        std::shared_ptr<base::MessageEnd> end) {
  if (exchange_ != nullptr && exchange_->UpgradeToWebSocket(packed_head, std::move(end))) return;
  OnClientError("the client asked for no WebSocket");
}

void OutsideExchange::OnClientError(const std::string&) {
  request_ = 0;
  if (exchange_ == nullptr) return Settle();
  router_.Fail(request_head_, 500, decision_);
  exchange_->Respond(decision_.status, EditedResponse(decision_.head, decision_),
                     base::Body::Bytes(base::Chunk::Copy(decision_.body)), true);
}

void OutsideExchange::OnClientFinished() {
  request_ = 0;
  Settle();
}

void OutsideExchange::Settle() {
  if (exchange_ == nullptr && request_ == 0) delete this;
}

}  // namespace isolane::worker
