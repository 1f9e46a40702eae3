#include "runtime/worker/http_frontend.h"

#include <utility>

#include <isolane/runtime.h>

#include "runtime/base/packed_head.h"
#include "runtime/worker/decided_response.h"
#include "runtime/worker/edge_shaping.h"
#include "runtime/worker/error_page.h"
#include "runtime/worker/live_reload.h"
#include "runtime/worker/local_requests.h"
#include "runtime/worker/services/service_metrics.h"
#include "runtime/worker/worker.h"
#include "third_party/ada/ada_c.h"

namespace isolane::worker {

// As the client sent it.
static std::optional<std::string_view> AcceptEncodingOf(const http::Exchange& exchange) {
  return base::FindPackedHeader(exchange.packed_head(), "accept-encoding");
}

HttpFrontend::HttpFrontend(Dispatcher& dispatcher, Worker& worker, void (*turn)(void*),
                           void* context)
    : dispatcher_(dispatcher), worker_(&worker), turn_(turn), context_(context) {}

HttpFrontend::HttpFrontend(Dispatcher& dispatcher, void (*turn)(void*), void* context)
    : dispatcher_(dispatcher), worker_(nullptr), turn_(turn), context_(context) {}

HttpFrontend::~HttpFrontend() = default;

void HttpFrontend::set_local_requests(std::unique_ptr<LocalRequests> local) {
  local_ = std::move(local);
}

bool NeedsNormalization(std::string_view url) {
  for (size_t i = 0; i < url.size(); i++) {
    const auto c = static_cast<unsigned char>(url[i]);
    if (c <= 0x20 || c >= 0x7f) return true;
    switch (c) {
      case '"':
      case '<':
      case '>':
      case '\\':
      case '^':
      case '`':
      case '{':
      case '|':
      case '}':
      case '#':
      case '\'':
        return true;
      case '/':
        // "/." may be a dot segment, "/%2e" is one.
        if (i + 1 < url.size() && (url[i + 1] == '.' || url[i + 1] == '%')) return true;
        break;
      default:
        break;
    }
  }
  // Case of the host and default ports.
  const size_t host = url.find("://");
  if (host == std::string_view::npos) return true;
  const size_t path = url.find('/', host + 3);
  if (path == std::string_view::npos) return true;
  for (size_t i = host + 3; i < path; i++) {
    if ((url[i] >= 'A' && url[i] <= 'Z') || url[i] == '@' || url[i] == '%') return true;
  }
  return url.substr(0, path).ends_with(url.starts_with("https:") ? ":443" : ":80");
}

std::string NormalizedUrl(std::string_view url) {
  ada_url parsed = ada_parse(url.data(), url.size());
  std::string text(url);
  if (ada_is_valid(parsed)) {
    ada_set_hash(parsed, "", 0);
    const ada_string href = ada_get_href(parsed);
    text.assign(href.data, href.length);
  }
  ada_free(parsed);
  return text;
}

void HttpFrontend::OnRequest(http::Exchange& exchange) {
  if (local_ == nullptr || !LocalRequests::Concerns(base::PackedUrl(exchange.packed_head())))
      [[likely]] {
    Pass(exchange);
    return;
  }
  const LocalRequests::Verdict verdict = local_->Handle(exchange);
  if (verdict == LocalRequests::Verdict::kAnswered) return;
  const uint32_t pipeline = Pass(exchange);
  if (verdict == LocalRequests::Verdict::kUnlisted) dispatcher_.Unlist(pipeline);
}

Worker& HttpFrontend::WorkerFor(std::string_view packed_head) const {
  Worker* const routed = routes_ ? routes_->Find(base::PackedUrl(packed_head)) : nullptr;
  return routed != nullptr ? *routed : *worker_;
}

uint32_t HttpFrontend::Pass(http::Exchange& exchange) {
  return OpenPipeline(*TakeBridge(exchange, edge_), nullptr, exchange.packed_head());
}

void HttpFrontend::Open(http::Exchange& exchange, Worker& worker, base::RequestRouter& router,
                        base::RouteDecision& decision, ServiceEdge* edge) {
  Bridge* bridge = TakeBridge(exchange, edge);
  bridge->router = &router;
  std::swap(bridge->decision.response_headers, decision.response_headers);
  std::swap(bridge->decision.forced_headers, decision.forced_headers);
  if (decision.edit_response) [[unlikely]]
    bridge->decision.edit_response = std::move(decision.edit_response);
  const std::string_view head = exchange.packed_head();
  OpenPipeline(*bridge, &worker, decision.head.empty() ? head : decision.head);
}

HttpFrontend::Bridge* HttpFrontend::TakeBridge(http::Exchange& exchange, ServiceEdge* edge) {
  Bridge* bridge;
  if (free_.empty()) {
    bridges_.push_back(std::make_unique<Bridge>());
    bridge = bridges_.back().get();
    bridge->frontend = this;
  } else {
    bridge = free_.back();
    free_.pop_back();
  }
  bridge->exchange = &exchange;
  bridge->pipeline_over = false;
  bridge->router = nullptr;
  bridge->edge = edge;
  if (edge != nullptr) edge->requests++;
  exchange.set_listener(bridge);
  return bridge;
}

uint32_t HttpFrontend::OpenPipeline(Bridge& bridge, Worker* worker, std::string_view head) {
  http::Exchange& exchange = *bridge.exchange;
  base::Body body = exchange.TakeBody();
  if (body.kind == base::Body::Kind::kPipe) body.pipe->outside = true;
  const std::string_view url = base::PackedUrl(head);
  bridge.outer = {};
  const bool is_normal = !NeedsNormalization(url);
  const bool is_mapped = address_map_.changes_anything();
  if (!is_normal || is_mapped) [[unlikely]] {
    changed_ = base::PackedMethod(head);
    changed_ += base::kValueMark;
    changed_ += is_normal ? std::string(url) : NormalizedUrl(url);
    changed_ += head.substr(base::PackedStart(head).size());
    head = changed_;
  }
  Worker& target = worker != nullptr ? *worker : WorkerFor(head);
  std::string mapped_host;
  if (is_mapped) {
    bridge.outer = address_map_.MapRequest(changed_);
    if (!bridge.outer.authority.empty()) mapped_host = address_map_.InnerAuthority(bridge.outer);
    head = changed_;
  }
  // The router's platform has rules of its own.
  bridge.shapes = target.develops() && bridge.router == nullptr && IsFromOutside(bridge);
  std::string_view accept_encoding;
  if (target.develops() && IsFromOutside(bridge)) {
    accept_encoding = AcceptEncodingOf(exchange).value_or("");
    if (head.data() != changed_.data()) changed_ = head;
    AddClientAddress(changed_, exchange.client_address());
    if (bridge.shapes) ShapeRequest(changed_, mapped_host);
    head = changed_;
  }
  bridge.pipeline = dispatcher_.Open(target, bridge, head, std::move(body), accept_encoding);
  if (!IsFromOutside(bridge)) [[unlikely]]
    dispatcher_.NameCaller(bridge.pipeline, bridge.edge->caller, bridge.edge->service);
  return bridge.pipeline;
}

bool HttpFrontend::IsFromOutside(const Bridge& bridge) {
  return bridge.edge == nullptr || bridge.edge->caller.empty();
}

void HttpFrontend::Bridge::OnResponse(int status, std::string_view packed_head, base::Body body,
                                      bool already_encoded) {
  if (edge != nullptr) edge->CountAnswer(status, body);
  if (exchange == nullptr) return;
  std::string page;
  if (frontend->live_reload_ != nullptr) [[unlikely]] {
    page = packed_head;
    LiveReload::AddScript(status, page, body);
    packed_head = page;
  }
  std::string changed;
  packed_head = Outward(packed_head, changed);
  if (shapes) {
    const auto accepted = AcceptEncodingOf(*exchange);
    if (accepted && !accepted->empty()) [[unlikely]] {
      const bool is_head = exchange->is_head_request();
      if (auto shaped =
              ShapeResponse(*accepted, is_head, status, packed_head, body, already_encoded)) {
        exchange->Respond(shaped->status, shaped->head, std::move(shaped->body),
                          shaped->already_encoded);
        return;
      }
    }
  }
  exchange->Respond(status, packed_head, std::move(body), already_encoded);
}

std::string_view HttpFrontend::Bridge::Outward(std::string_view packed_head, std::string& changed) {
  if (router != nullptr) return EditedResponse(packed_head, decision, changed);
  if (outer.authority.empty()) return packed_head;
  changed = frontend->address_map_.MapResponse(packed_head, outer);
  return changed;
}

bool HttpFrontend::Bridge::OnWebSocket(std::string_view packed_head,
                                       std::shared_ptr<base::MessageEnd> end) {
  // A client that has left needs no other answer.
  if (exchange == nullptr) return true;
  std::string changed;
  return exchange->UpgradeToWebSocket(Outward(packed_head, changed), std::move(end));
}

void HttpFrontend::Bridge::OnFailure(int status, const std::string& text) {
  if (edge != nullptr) edge->errors++;
  if (exchange == nullptr) return;
  if (router != nullptr) {
    router->Fail(exchange->packed_head(), status, decision);
    RespondAsDecided(*exchange, decision);
    return;
  }
  std::string head;
  if (status == 500 && frontend->dispatcher_.error_pages() != ErrorPages::kNone) {
    const ErrorPage page = MakeErrorPage(exchange->packed_head(), text);
    base::AppendPackedHeader(head, "content-type", page.content_type);
    exchange->Respond(status, head, base::Body::Bytes(base::Chunk::Copy(page.body)), false);
    return;
  }
  base::AppendPackedHeader(head, "content-type", "text/plain;charset=UTF-8");
  exchange->Respond(status, head, base::Body::Bytes(base::Chunk::Copy(text)), true);
}

void HttpFrontend::Bridge::OnPipelineEnd() {
  pipeline_over = true;
  // A pipeline that ended without a response (the runtime stops) must not leave a client waiting.
  Settle();
}

void HttpFrontend::Bridge::OnResponseSent() {
  exchange = nullptr;
  if (!pipeline_over) frontend->dispatcher_.ResponseSent(pipeline);
  Settle();
}

void HttpFrontend::Bridge::OnClientGone() {
  exchange = nullptr;
  if (!pipeline_over) frontend->dispatcher_.ClientGone(pipeline);
  Settle();
}

void HttpFrontend::Bridge::Settle() {
  if (exchange != nullptr || !pipeline_over) return;
  if (router != nullptr) decision.Reset();
  frontend->free_.push_back(this);
}

}  // namespace isolane::worker
