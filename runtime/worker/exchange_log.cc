#include "runtime/worker/exchange_log.h"

#include "runtime/base/packed_head.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/services/service_metrics.h"

namespace isolane::worker {

ExchangeLog::ExchangeLog(Dispatcher& dispatcher, std::string_view start, const ServiceEdge* edge,
                         std::string_view service)
    : dispatcher_(dispatcher),
      edge_(edge),
      service_(service),
      start_(start),
      started_ms_(Dispatcher::NowMs()) {}

void ExchangeLog::Begin(int status, std::string_view status_text) {
  status_ = status;
  if (!dispatcher_.wants_responses()) return;
  ResponseSummary summary;
  if (edge_ != nullptr && !edge_->caller.empty()) {
    summary.caller = edge_->caller;
    summary.service = edge_->service;
  }
  summary.worker = service_;
  summary.method = base::PackedMethod(start_);
  summary.url = base::PackedUrl(start_);
  summary.status = status;
  summary.status_text = status_text;
  summary.duration_ms = Dispatcher::NowMs() - started_ms_;
  request_ = dispatcher_.TellResponse(summary);
}

void ExchangeLog::End() {
  RequestSummary summary;
  summary.request = request_;
  summary.method = base::PackedMethod(start_);
  summary.url = base::PackedUrl(start_);
  summary.status = status_;
  summary.duration_ms = Dispatcher::NowMs() - started_ms_;
  summary.traced_before = request_ == 0 ? 0 : 1;
  dispatcher_.TellRequest(summary);
}

}  // namespace isolane::worker
