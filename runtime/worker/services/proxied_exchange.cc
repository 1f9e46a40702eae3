#include "runtime/worker/services/proxied_exchange.h"

#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/worker/routed_frontend.h"
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
      started_ms_(Dispatcher::NowMs()) {}

void ProxiedExchange::Start() {
  if (task_.edge != nullptr) task_.edge->requests++;
  exchange_->set_listener(this);
  base::Body body = exchange_->TakeBody();
  request_ = task_.service->Send(task_.head, std::move(body), this);
}

std::string ProxiedExchange::ResponseHead(std::string_view packed_head) const {
  std::string head = task_.service->Outward(packed_head, task_.origin);
  return task_.router == nullptr ? head : EditedResponse(head, task_.decision);
}

void ProxiedExchange::OnClientResponse(int status, std::string_view packed_head, base::Body body) {
  Tell(status, packed_head);
  if (task_.edge != nullptr) task_.edge->CountAnswer(status, body);
  if (exchange_ != nullptr) {
    exchange_->Respond(status, ResponseHead(packed_head), std::move(body), true);
  } else if (body.kind == base::Body::Kind::kPipe) {
    body.pipe->Cancel();
  }
}

void ProxiedExchange::OnClientWebSocket(std::string_view packed_head,
                                        std::shared_ptr<base::MessageEnd> end) {
  Tell(101, packed_head);
  if (exchange_ == nullptr) return;
  if (!exchange_->UpgradeToWebSocket(ResponseHead(packed_head), std::move(end))) {
    exchange_->Abort();
  }
}

void ProxiedExchange::OnClientError(const std::string& message) {
  request_ = 0;
  Tell(500, {});
  if (task_.edge != nullptr) task_.edge->errors++;
  services_.Warn(*task_.service, message);
  if (exchange_ != nullptr && task_.router != nullptr) {
    base::RouteDecision& decision = task_.decision;
    task_.router->Fail(task_.head, 500, decision);
    exchange_->Respond(decision.status, EditedResponse(decision.head, decision),
                       base::Body::Bytes(base::Chunk::Copy(decision.body)), true);
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

void ProxiedExchange::Tell(int status, std::string_view packed_head) {
  if (exchange_ == nullptr || !services_.dispatcher().wants_responses()) return;
  ResponseSummary summary;
  if (task_.edge != nullptr) {
    summary.caller = task_.edge->caller;
    summary.service = task_.edge->service;
  }
  summary.worker = task_.service->name();
  summary.method = base::PackedMethod(task_.head);
  summary.url = base::PackedUrl(task_.head);
  summary.status = status;
  summary.status_text = base::PackedStart(packed_head);
  summary.duration_ms = Dispatcher::NowMs() - started_ms_;
  services_.dispatcher().TellResponse(summary);
}

void ProxiedExchange::Settle() {
  if (exchange_ == nullptr && request_ == 0) services_.Finish(*this);
}

}  // namespace isolane::worker
