#include "cli/addresses.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/base/nearest_name.h"
#include "runtime/base/url.h"
#include "runtime/config/config_tree.h"

namespace isolane::cli {

namespace {

constexpr int kDefaultPort = 8787;
// Ports after the default one that are tried before any.
constexpr int kNextPorts = 10;

// The host that a pattern names, also one that matches nothing: "a.example/x*y".
std::optional<std::string> HostIn(const std::string& pattern) {
  const size_t scheme = pattern.find("://");
  std::string host = scheme == std::string::npos ? pattern : pattern.substr(scheme + 3);
  host.erase(std::min(host.find('/'), host.size()));
  if (host.starts_with("*.")) host.erase(0, 2);
  std::erase(host, '*');
  if (host.empty()) return std::nullopt;
  const auto url = base::ResolveUrl("http://" + host, "http://localhost");
  if (!url) return std::nullopt;
  return url->host;
}

std::optional<std::string> HostOf(const Route& route) {
  if (auto host = HostIn(route.pattern)) return host;
  return HostIn(route.zone);
}

// `worker` has routes.
Error NoHost(const WorkerSpec& worker) {
  const Route& route = worker.routes.front();
  const std::string& config_path = worker.config_path;
  Error error;
  error.message = worker.name +
                  ": Cannot infer host from first route: " + config::JsonQuote(route.pattern) + ".";
  error.where = route.where;
  const std::string file =
      config_path.empty() ? "wrangler.toml" : config_path.substr(config_path.rfind('/') + 1);
  const bool toml = file.ends_with(".toml");
  error.hint =
      "You can explicitly set the `dev.host` configuration in your " + file +
      " file, for example:\n\n```\n" +
      (toml ? "[dev]\nhost = \"example.com\"" : "\"dev\": {\n  \"host\": \"example.com\"\n}") +
      "\n```\n\nor name it with --host example.com, or leave it as it was sent: "
      "--infer-origin-from-routes=false";
  return error;
}

// Empty: as it was sent.
Result<std::string> HostFor(const CliOptions& options, const wrangler::Project& project) {
  if (options.host) return *options.host;
  if (project.dev.host) return *project.dev.host;
  // Routes that choose look at the host that a client names: it is the one that counts.
  if (options.command != Command::kDev || !options.infer_host || options.by_routes) {
    return std::string();
  }
  const WorkerSpec& worker = project.workers.front();
  if (worker.routes.empty()) return std::string();
  if (auto host = HostOf(worker.routes.front())) return *host;
  return NoHost(worker);
}

}  // namespace

std::string AddressOf(const CliOptions& options, const wrangler::DevSettings& dev) {
  const bool develops = options.command == Command::kDev;
  return options.ip.has_value() ? *options.ip
                                : dev.ip.value_or(develops ? "localhost" : "127.0.0.1");
}

int PortOf(const CliOptions& options, const wrangler::DevSettings& dev) {
  return options.port.has_value() ? *options.port : dev.port.value_or(kDefaultPort);
}

Result<std::vector<Address>> PlanAddresses(const CliOptions& options,
                                           const wrangler::Project& project) {
  Address main;
  main.listen.ip = AddressOf(options, project.dev);
  main.listen.port = PortOf(options, project.dev);
  main.listen.by_routes = options.by_routes;
  ISOLANE_ASSIGN(main.listen.host, HostFor(options, project));
  main.listen.scheme =
      options.upstream_protocol.value_or(project.dev.upstream_protocol.value_or(""));
  main.may_move = options.command == Command::kDev && !options.port && !project.dev.port;

  std::vector<Address> addresses = {main};
  for (const auto& [name, port] : options.worker_ports) {
    std::vector<std::string> known;
    for (const WorkerSpec& worker : project.workers) known.push_back(worker.name);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string nearest = base::NearestName(name, known);
      return Error{"--port " + name + "=" + std::to_string(port) +
                       ": no such Worker (known: " + base::ListNames(known) + ").",
                   nearest.empty() ? "" : "Did you mean \"" + nearest + "\"?",
                   {},
                   {}};
    }
    Address own;
    own.listen.ip = main.listen.ip;
    own.listen.port = port;
    own.listen.worker = name;
    addresses.push_back(std::move(own));
  }
  return addresses;
}

std::string DescribeAddress(const Address& address, const CliOptions& options) {
  const ListenOptions& listen = address.listen;
  std::string text;
  if (listen.by_routes) {
    text =
        "Host and path choose the Worker by the routes of each; what matches none goes to the "
        "public one.";
  }
  if (!listen.host.empty() || !listen.scheme.empty()) {
    if (!text.empty()) text += "\n";
    text += "Requests for this machine reach Workers as ";
    const std::string served = listen.tls ? "https" : "http";
    text += (listen.scheme.empty() ? served : listen.scheme) + "://";
    text += listen.host.empty() ? "HOST" : listen.host;
    const bool inferred = !listen.host.empty() && !options.host && options.infer_host;
    if (inferred) {
      text += " (dev.host, or the first route; --infer-origin-from-routes=false: as they are sent)";
    }
    text += ".";
  }
  return text;
}

std::string DescribeMove(const Address& served, const Address& configured) {
  const ListenOptions& was = served.listen;
  const ListenOptions& is = configured.listen;
  std::string changed;
  const auto add = [&changed](const std::string& what) {
    changed += (changed.empty() ? "" : ", ") + what;
  };
  if (was.ip != is.ip) add("address " + is.ip);
  if (was.port != is.port) add("port " + std::to_string(is.port));
  if (was.tls.has_value() != is.tls.has_value()) add(is.tls ? "https" : "http");
  if (was.host != is.host) add(is.host.empty() ? "no host" : "host " + is.host);
  if (was.scheme != is.scheme) add(is.scheme.empty() ? "no scheme" : "scheme " + is.scheme);
  if (changed.empty()) return {};
  return "The configuration has another address for requests now (" + changed +
         ").\nThey are served as before; start isolane again to change that.";
}

Result<int> ListenAt(Runtime& runtime, const Address& address, bool random) {
  ListenOptions listen = address.listen;
  auto listening = runtime.Listen(listen);
  if (listening.ok() || !address.may_move) return listening;
  for (int i = 0; i < kNextPorts && !random; i++) {
    listen.port++;
    auto next = runtime.Listen(listen);
    if (next.ok()) return next;
  }
  listen.port = 0;
  auto any = runtime.Listen(listen);
  // What is wrong is not the port: the first error says it best.
  return any.ok() ? std::move(any) : std::move(listening);
}

}  // namespace isolane::cli
