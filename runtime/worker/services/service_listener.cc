#include "runtime/worker/services/service_listener.h"

#include <utility>

#include "runtime/process/peer_check.h"
#include "runtime/worker/decided_response.h"
#include "runtime/worker/outside_exchange.h"
#include "runtime/worker/services/child_service.h"
#include "runtime/worker/services/services.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

// What a program passes on of a request it serves nobody knows, so depth and budgets of pipelines
// begin anew with its calls. This ends a program and an isolate that call each other without end.
constexpr size_t kMostCalls = 1024;

}  // namespace

ServiceListener::ServiceListener(Services& services, const ChildService& caller,
                                 ServiceTarget target, ServiceEdge& edge)
    : services_(services), caller_(caller), target_(target), edge_(edge) {
  const auto turn = [](void* self) { static_cast<Services*>(self)->Turn(); };
  frontend_ =
      target_.worker == nullptr
          ? std::make_unique<HttpFrontend>(services.dispatcher(), turn, &services)
          : std::make_unique<HttpFrontend>(services.dispatcher(), *target_.worker, turn, &services);
  frontend_->set_edge(&edge_);
}

Status ServiceListener::Listen(uv_loop_s* loop, int port) {
  http::ServerLimits limits;
  limits.connections = kMostCalls;
  ISOLANE_ASSIGN(server_, http::Server::Listen(loop, {"127.0.0.1", port}, limits, *this));
  origin_ = "http://127.0.0.1:" + std::to_string(port);
  return Ok{};
}

void ServiceListener::set_worker(Worker& worker) {
  target_.worker = &worker;
  frontend_->set_worker(worker);
}

bool ServiceListener::Admits(int socket) {
  const process::ServiceProcess* process = caller_.process();
  if (process != nullptr && process::PeerIsInTree(socket, process->pid())) return true;
  edge_.denied++;
  services_.WarnOfStranger(edge_);
  return false;
}

void ServiceListener::OnRequest(http::Exchange& exchange) {
  if (target_.router != nullptr) {
    OnRouted(exchange);
  } else if (target_.worker != nullptr) {
    frontend_->OnRequest(exchange);
  } else {
    services_.Proxy(exchange,
                    {target_.child, std::string(exchange.packed_head()), origin_, &edge_});
  }
}

void ServiceListener::OnRouted(http::Exchange& exchange) {
  using To = base::RouteDecision::To;
  base::RouteDecision decision;
  target_.router->RouteInside(target_.number, exchange.packed_head(), decision);
  switch (decision.to) {
    case To::kService: {
      if (target_.worker != nullptr) {
        frontend_->Open(exchange, *target_.worker, *target_.router, decision, &edge_);
        return;
      }
      std::string head =
          decision.head.empty() ? std::string(exchange.packed_head()) : decision.head;
      services_.Proxy(exchange, {target_.child, std::move(head), origin_, &edge_, target_.router,
                                 std::move(decision)});
      return;
    }
    case To::kOutside:
      OutsideExchange::Start(services_.dispatcher(), services_.outside(), exchange, *target_.router,
                             std::move(decision), edge_);
      return;
    case To::kAnswer:
      AnswerAsDecided(services_.dispatcher(), exchange, decision, edge_);
      return;
    case To::kClose:
      exchange.Abort();
      return;
  }
}

void ServiceListener::OnBatchEnd() { services_.Turn(); }

}  // namespace isolane::worker
