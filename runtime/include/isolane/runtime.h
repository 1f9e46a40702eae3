// The runtime for embedders: a graph of Workers in this process, called without any port, or
// served.
//
// One Runtime belongs to the thread that loads it: every call comes from there, and callbacks run
// there. V8 is process-wide: at most one thread may have Runtimes.
//
//   auto runtime = isolane::Runtime::Load({"gateway/wrangler.toml", "auth/wrangler.toml"});
//   if (!runtime.ok()) ... runtime.error().ToString()
//   auto response = (*runtime)->Fetch({.url = "http://shop.example/cart"});
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <isolane/events.h>
#include <isolane/http.h>
#include <isolane/observer.h>
#include <isolane/process_spec.h>
#include <isolane/result.h>
#include <isolane/worker_spec.h>

namespace isolane::base {
class RequestRouter;
}

namespace isolane {

enum class LocalEndpoints {
  // Every request goes to the public Worker.
  kNone,
  // /cdn-cgi/local/scheduled fires a cron trigger, .../email and .../queue hand a message to a
  // Worker; see worker/local_requests.h.
  kTriggers,
  // And /__scheduled?cron=, as with `wrangler dev --test-scheduled`.
  kTestScheduled,
};

// What a client is told of an exception that nobody caught.
enum class ErrorPages {
  kNone,           // "Internal Server Error"
  kForDevelopers,  // the exception and its stack, as text or as a page
};

struct RuntimeOptions {
  UnknownService unknown_services = UnknownService::kRefuse;
  // Told about logs and requests; null: log lines go to stderr. Outlives the Runtime.
  Observer* observer = nullptr;
  // fetch() to the network reaches addresses of the public internet only: not this machine, not its
  // networks.
  bool public_only = false;
  // Where Durable Objects keep what they store: DIRECTORY/v3/do/WORKER-CLASS/ID.sqlite, as wrangler
  // does below its .wrangler/state. Made when the first object stores something. Empty: in memory,
  // gone with the Runtime.
  std::string persist_to = {};
  // What HTTP clients that name this machine as their host may do beside sending requests.
  LocalEndpoints local_endpoints = LocalEndpoints::kNone;
  // A directory in which Runtimes of this user, each in a process of its own, find each other: a
  // binding to a Worker that is not here leads to the one that has it, whenever that is started.
  // Its Workers call ours likewise. Needs kFailOnUse. Made if need be; empty: none.
  std::string registry = {};
  // Told which of the Workers that others have to have can be called now, when that changes. As an
  // observer is.
  std::function<void(const std::vector<std::string>& connected)> on_connections = {};
  // Decides what becomes of each request of Serve; null: all go to the public Worker. Outlives the
  // Runtime. For vercel.json.
  base::RequestRouter* router = nullptr;
  ErrorPages error_pages = ErrorPages::kNone;
  // Cron triggers fire when they are due, in UTC, as long as Run turns the loop.
  bool fire_crons = false;
  // Services that are programs of their own. They start when Listen is first called, or when one of
  // them is.
  std::vector<ProcessSpec> processes = {};
  // HTML pages load themselves again when Reload has put other versions in place: they get a script
  // on their way out over HTTP. Needs local_endpoints.
  bool live_reload = false;
  // RunTests is all that will be called: the public Worker needs no default export.
  bool tests_only = false;
  // If given, a Worker whose modules do not compile stops no start. It is told here, and requests
  // and calls for it wait for a Reload that makes it work: up to `hold_ms`, then they get 503 with
  // the error.
  std::function<void(const std::string& worker, const Error& error)> on_broken = {};
  int64_t hold_ms = 10'000;
};

// What Runtime::Reload changes.
struct WorkerChanges {
  // Each takes the place of the Worker of its name; one of a new name is added.
  std::vector<WorkerSpec> workers = {};
  // Names of Workers that go.
  std::vector<std::string> removed = {};
  // Which one is public from now on; empty: the one that was. If that goes, it must be said.
  std::string public_worker = {};
};

// How a port speaks TLS.
struct TlsOptions {
  // PEM: a certificate, with those that vouch for it, and its private key. Both empty: one that
  // nobody vouches for is made, for localhost and the hosts that lead here.
  std::string certificate = {};
  std::string key = {};
};

// A port, and who answers there.
struct ListenOptions {
  // An IPv4 or IPv6 address; "*" for all; "localhost" for 127.0.0.1 and, if there is one, ::1.
  std::string ip = "127.0.0.1";
  // 0: any free one.
  int port = 0;
  // Name of the Worker that answers; empty: the public one.
  std::string worker = {};
  // A request goes to the Worker whose route (WorkerSpec::routes) matches its Host and path; to
  // `worker` if none does.
  bool by_routes = false;
  // What the Worker sees instead of this machine's own name ("localhost:8787") in the URL and the
  // headers of a request: "app.example.com". Its response is changed back. Requests for any other
  // host, and all of them if this is empty, arrive as they were sent.
  std::string host = {};
  // Likewise instead of the scheme of this port: "http", "https".
  std::string scheme = {};
  // HTTPS instead of HTTP.
  std::optional<TlsOptions> tls = {};
};

// A service written in C++. Called on the Runtime's thread, while no JavaScript runs; must not
// block.
using ServiceFunction = std::function<Response(const Request&)>;

class Runtime {
 public:
  // Reads wrangler.toml (.json, .jsonc) files, and the .dev.vars or .env beside each; the first is
  // the public Worker. CLOUDFLARE_ENV names the environment. Part of the library
  // isolane_wrangler_compat, which the program links.
  static Result<std::unique_ptr<Runtime>> Load(const std::vector<std::string>& configs,
                                               const RuntimeOptions& options = {});
  // The same from plain specs; the first is the public Worker.
  static Result<std::unique_ptr<Runtime>> LoadSpecs(std::vector<WorkerSpec> specs,
                                                    const RuntimeOptions& options = {});
  virtual ~Runtime() = default;

  // Sends a request to the public Worker and waits for the complete response, turning the loop
  // meanwhile. Not from within a callback of this Runtime. The Error says that the request itself
  // is wrong (a URL that does not parse); a Worker's exception is a response with status 500.
  virtual Result<Response> Fetch(Request request) = 0;
  // Starts it and returns. `done` is called from a later Poll (or Fetch, or Run), once.
  virtual void FetchAsync(Request request, std::function<void(Result<Response>)> done) = 0;
  // Does what can be done now without waiting.
  virtual void Poll() = 0;

  // Fires a cron trigger and waits for its outcome, as Fetch does. The Error says that there is no
  // such Worker.
  virtual Result<EventResult> Scheduled(const ScheduledEvent& event) = 0;
  // Calls test(ctrl, env, ctx) of every export of `worker` (empty: the public one) that has such a
  // handler and whose name contains `filter`, one after the other, and tells each result as it
  // comes. Gives them all; none if there is no such export. Not from within a callback.
  virtual Result<std::vector<TestResult>> RunTests(
      const std::string& worker, const std::string& filter,
      const std::function<void(const TestResult&)>& on_result) = 0;

  // Replaces the target of a service binding from now on: "AUTH" for every binding of that name, or
  // "gateway.AUTH" for one Worker's. An Error names the bindings that exist.
  virtual Status Stub(const std::string& binding, ServiceFunction service) = 0;

  // Changes Workers while requests are served: the new versions are loaded beside the old ones, and
  // take their places all at once. If any of them cannot be loaded, or a binding of any Worker
  // would lead nowhere, nothing changes and the Error says why.
  //
  // What has begun on an old version ends there: requests, waitUntil tasks, WebSockets, stubs that
  // others hold. Then it is disposed. Its calls on other Workers go to those that are in place when
  // it makes them. Stubs set by Stub() stay.
  //
  // Durable Objects move: what is stored stays, in memory too, sockets of acceptWebSocket() stay
  // open, and there is never a second instance. An instance ends when what it has begun to answer
  // is answered; calls that come meanwhile wait for its successor, unless they are part of what it
  // is answering. After the time that waitUntil tasks have, it is reset. Other WebSockets of it are
  // closed with code 1012, so that clients connect again.
  //
  // Not from within a callback of this Runtime.
  virtual Status Reload(WorkerChanges changes) = 0;

  // Listens for HTTP, on as many ports as it is called. Gives the port.
  virtual Result<int> Listen(const ListenOptions& options) = 0;
  Result<int> Serve(const std::string& ip, int port) { return Listen({.ip = ip, .port = port}); }
  // Turns the loop until SIGTERM, SIGINT or SIGHUP. The first drains: no new connections, requests
  // under way finish; the second ends at once. Gives the first one's number.
  virtual int Run() = 0;

  // Why Run has ended, or is about to end, without a signal: a process could not be started.
  virtual const std::optional<Error>& failure() const = 0;
  // What the services of the graph have been asked and have answered, counted per caller and
  // service, as Prometheus text, or as JSON.
  virtual std::string Metrics(bool json) const = 0;
  // Where HTTP clients of this machine get the same: a port on 127.0.0.1 that answers
  // /_isolane/metrics. 0 before Serve, and for a graph without processes and bindings by URL.
  virtual int metrics_port() const = 0;

  // "isolane 0.1.0", and one line each for V8 and libuv.
  static std::string VersionString();
};

}  // namespace isolane
