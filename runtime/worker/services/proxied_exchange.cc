#include "runtime/worker/services/proxied_exchange.h"

#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/worker/decided_response.h"
#include "runtime/worker/services/child_service.h"
#include "runtime/worker/services/services.h"

namespace isolane::worker {
namespace {

constexpr std::string_view kFailed = "A server error has occurred\n\nFUNCTION_INVOCATION_FAILED\n";

}  // namespace

ProxiedExchange::ProxiedExchange(Services& services, http::Exchange& exchange, ProxyTask task)
    : services_(services),
      exchange_(&exchange),
      task_(std::move(task)),
      request_start_(base::PackedStart(exchange.packed_head())),
      log_(services.dispatcher(), request_start_, task_.edge, task_.service->name()) {}

void ProxiedExchange::Start() {
  if (task_.edge != nullptr) task_.edge->requests++;
  exchange_->set_listener(this);
  base::Body body = exchange_->TakeBody();
  request_ = task_.service->Send(task_.head, std::move(body), this);
}

std::string ProxiedExchange::ResponseHead(std::string_view packed_head) const {
  std::string head = task_.service->Outward(packed_head, task_.origin);
  if (task_.router != nullptr) EditResponse(head, task_.decision);
  return head;
}

void ProxiedExchange::OnClientResponse(int status, std::string_view packed_head, base::Body body) {
  if (exchange_ != nullptr) log_.Begin(status, base::PackedStart(packed_head));
  if (task_.edge != nullptr) task_.edge->CountAnswer(status, body);
  if (exchange_ != nullptr) {
    exchange_->Respond(status, ResponseHead(packed_head), std::move(body), true);
  } else {
    body.Cancel();
  }
}

void ProxiedExchange::OnClientWebSocket(std::string_view packed_head,
                                        std::shared_ptr<base::MessageEnd> end) {
  if (exchange_ == nullptr) return;
  log_.Begin(101, base::PackedStart(packed_head));
  if (!exchange_->UpgradeToWebSocket(ResponseHead(packed_head), std::move(end))) {
    exchange_->Abort();
  }
}

void ProxiedExchange::OnClientError(const std::string& message) {
  request_ = 0;
  if (exchange_ != nullptr) log_.Begin(500);
  if (task_.edge != nullptr) task_.edge->errors++;
  services_.Warn(*task_.service, message);
  if (exchange_ != nullptr && task_.router != nullptr) {
    base::RouteDecision& decision = task_.decision;
    task_.router->Fail(task_.head, 500, decision);
    RespondAsDecided(*exchange_, decision);
  } else if (exchange_ != nullptr) {
    std::string head;
    base::AppendPackedHeader(head, "content-type", "text/plain; charset=utf-8");
    exchange_->Respond(500, head, base::Body::Bytes(base::Chunk::Copy(kFailed)), true);
  }
  Settle();
}

void ProxiedExchange::OnClientFinished() {
  request_ = 0;
  Settle();
}

void ProxiedExchange::OnResponseSent() {
  exchange_ = nullptr;
  Settle();
}

void ProxiedExchange::OnClientGone() {
  exchange_ = nullptr;
  if (request_ != 0) task_.service->Cancel(std::exchange(request_, 0), "Network connection lost.");
  Settle();
}

void ProxiedExchange::Settle() {
  if (exchange_ != nullptr || request_ != 0) return;
  log_.End();
  services_.Finish(*this);
}

}  // namespace isolane::worker
