// From HTTP exchanges to pipelines and back: the public side of the graph.
//
// Loop thread. Owned by the FrontDoors; the dispatcher outlives it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/request_router.h"
#include "runtime/http/server.h"
#include "runtime/worker/address_map.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/records.h"
#include "runtime/worker/route_table.h"

namespace isolane::worker {

class LiveReload;
class LocalRequests;
struct ServiceEdge;
class Worker;

class HttpFrontend final : public http::RequestHandler {
 public:
  // `turn(context)` runs the run queue and flushes the server.
  HttpFrontend(Dispatcher& dispatcher, Worker& worker, void (*turn)(void*), void* context);
  // For Open alone: there is no Worker that gets all requests.
  HttpFrontend(Dispatcher& dispatcher, void (*turn)(void*), void* context);
  ~HttpFrontend() override;

  // Requests that concern them go to these first. Not given: all go to the Worker.
  void set_local_requests(std::unique_ptr<LocalRequests> local);
  // HTML pages get its script. Outlives the frontend.
  void set_live_reload(LiveReload* live) { live_reload_ = live; }
  // The Worker is for what none of these routes is for.
  void set_routes(RouteTable routes) { routes_ = std::move(routes); }
  void set_address_map(AddressMap map) { address_map_ = std::move(map); }

  // Requests are counted as calls on this edge, which outlives them; null: not at all.
  void set_edge(ServiceEdge* edge) { edge_ = edge; }

  // Opens a pipeline of `worker` for a request that `router` has decided on (To::kService). What
  // the decision says of the response is taken out of it. `edge` as in set_edge.
  void Open(http::Exchange& exchange, Worker& worker, base::RequestRouter& router,
            base::RouteDecision& decision, ServiceEdge* edge);
  // Requests go to `worker` from now on.
  void set_worker(Worker& worker) { worker_ = &worker; }

  void OnRequest(http::Exchange& exchange) override;
  void OnBatchEnd() override { turn_(context_); }

 private:
  // Opens a pipeline for it. Gives the pipeline's id.
  uint32_t Pass(http::Exchange& exchange);
  Worker& WorkerFor(std::string_view packed_head) const;

  struct Bridge;
  Bridge* TakeBridge(http::Exchange& exchange, ServiceEdge* edge);
  // `worker`: null for the one that the routes say.
  uint32_t OpenPipeline(Bridge& bridge, Worker* worker, std::string_view head);
  // Rather than from a service that calls another one.
  static bool IsFromOutside(const Bridge& bridge);

  // One exchange and its pipeline; pooled. It is free again when both are over.
  struct Bridge final : TopLevel, http::ExchangeListener {
    HttpFrontend* frontend = nullptr;
    http::Exchange* exchange = nullptr;  // null once it ended
    uint32_t pipeline = 0;
    bool pipeline_over = false;
    bool shapes = false;  // edge_shaping.h
    ServiceEdge* edge = nullptr;
    AddressMap::Outer outer;
    // Of a request that was routed: who did, and what becomes of the response.
    base::RequestRouter* router = nullptr;
    base::RouteDecision decision;

    void OnResponse(int status, std::string_view packed_head, base::Body body,
                    bool already_encoded) override;
    bool OnWebSocket(std::string_view packed_head, std::shared_ptr<base::MessageEnd> end) override;
    void OnFailure(int status, const std::string& text) override;
    void OnPipelineEnd() override;
    void OnResponseSent() override;
    void OnClientGone() override;
    // The head as the client gets it; `changed` is where it is kept if it is another one.
    std::string_view Outward(std::string_view packed_head, std::string& changed);
    void Settle();
  };

  Dispatcher& dispatcher_;
  Worker* worker_;
  void (*turn_)(void*);
  void* context_;
  std::unique_ptr<LocalRequests> local_;
  std::string changed_;  // head of the request that is being opened, if it is another one
  ServiceEdge* edge_ = nullptr;
  LiveReload* live_reload_ = nullptr;
  std::optional<RouteTable> routes_;
  AddressMap address_map_;
  std::vector<std::unique_ptr<Bridge>> bridges_;
  std::vector<Bridge*> free_;
};

// `url` as the URL Standard writes it; the same text when nothing needs it (the common case).
std::string NormalizedUrl(std::string_view url);
bool NeedsNormalization(std::string_view url);

}  // namespace isolane::worker
