#include "runtime/worker/services/metrics_endpoint.h"

#include <string>
#include <string_view>

#include "runtime/base/packed_head.h"

namespace isolane::worker {
namespace {

struct Asked {
  std::string_view host;
  std::string_view path;
};

Asked AskedBy(std::string_view url) {
  url.remove_prefix(std::string_view("http://").size());
  const size_t path = url.find('/');
  if (path == std::string_view::npos) return {url, "/"};
  return {url.substr(0, path), url.substr(path, url.find('?') - path)};
}

// A page of the web whose name was made to lead to 127.0.0.1 must not read it.
bool NamesThisMachine(std::string_view host) {
  host = host.substr(0, host.rfind(':'));
  return host == "127.0.0.1" || host == "localhost";
}

}  // namespace

Result<int> MetricsEndpoint::Listen(uv_loop_s* loop, int port) {
  ISOLANE_ASSIGN(server_, http::Server::Listen(loop, {"127.0.0.1", port}, {}, *this));
  return server_->port();
}

void MetricsEndpoint::OnRequest(http::Exchange& exchange) {
  const std::string_view request = exchange.packed_head();
  const Asked asked = AskedBy(base::PackedUrl(request));
  int status = 200;
  std::string text;
  std::string_view type = "text/plain; version=0.0.4; charset=utf-8";
  std::string_view accept;
  base::VisitPackedHeaders(request, [&](std::string_view name, std::string_view value) {
    if (name == "accept") accept = value;
  });
  const bool only_json = accept == "application/json";
  if (!NamesThisMachine(asked.host)) {
    status = 403;
    text = "This is for clients that name this machine as their host.\n";
  } else if (asked.path == "/_isolane/metrics.json" ||
             (asked.path == "/_isolane/metrics" && only_json)) {
    text = metrics_.ToJson();
    type = "application/json";
  } else if (asked.path == "/_isolane/metrics") {
    text = metrics_.ToPrometheus();
  } else {
    status = 404;
    text = "Here are /_isolane/metrics and /_isolane/metrics.json.\n";
  }
  std::string head;
  base::AppendPackedHeader(head, "content-type", type);
  base::AppendPackedHeader(head, "cache-control", "no-store");
  exchange.Respond(status, head, base::Body::Bytes(base::Chunk::Copy(text)), true);
}

}  // namespace isolane::worker
