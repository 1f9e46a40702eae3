#include "runtime/worker/outside_exchange.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/worker/decided_response.h"
#include "runtime/worker/services/service_metrics.h"

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

void OutsideExchange::Start(Dispatcher& dispatcher, http::Client& client, http::Exchange& exchange,
                            base::RequestRouter& router, base::RouteDecision decision,
                            ServiceEdge& edge) {
  auto* self = new OutsideExchange(dispatcher, client, exchange, router, std::move(decision), edge);
  edge.requests++;
  exchange.set_listener(self);
  self->request_ = client.Start(RequestHead(self->decision_.head), exchange.TakeBody(), self);
}

OutsideExchange::OutsideExchange(Dispatcher& dispatcher, http::Client& client,
                                 http::Exchange& exchange, base::RequestRouter& router,
                                 base::RouteDecision decision, ServiceEdge& edge)
    : client_(client),
      exchange_(&exchange),
      router_(router),
      decision_(std::move(decision)),
      edge_(edge),
      request_start_(base::PackedStart(exchange.packed_head())),
      log_(dispatcher, request_start_, &edge, {}) {}

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
  if (exchange_ == nullptr) {
    body.Cancel();
    return;
  }
  log_.Begin(status, base::PackedStart(packed_head));
  edge_.CountAnswer(status, body);
  std::string changed;
  exchange_->Respond(status, EditedResponse(packed_head, decision_, changed), std::move(body),
                     true);
}

void OutsideExchange::OnClientWebSocket(std::string_view packed_head,
                                        std::shared_ptr<base::MessageEnd> end) {
  if (exchange_ == nullptr) return;
  log_.Begin(101, base::PackedStart(packed_head));
  std::string changed;
  if (!exchange_->UpgradeToWebSocket(EditedResponse(packed_head, decision_, changed),
                                     std::move(end))) {
    exchange_->Abort();
  }
}

void OutsideExchange::OnClientError(const std::string&) {
  request_ = 0;
  if (exchange_ == nullptr) return Settle();
  edge_.errors++;
  router_.Fail(exchange_->packed_head(), 500, decision_);
  log_.Begin(decision_.status);
  RespondAsDecided(*exchange_, decision_);
}

void OutsideExchange::OnClientFinished() {
  request_ = 0;
  Settle();
}

void OutsideExchange::Settle() {
  if (exchange_ != nullptr || request_ != 0) return;
  log_.End();
  delete this;
}

}  // namespace isolane::worker
