// What a developer's HTTP client may ask of the runtime itself, below /cdn-cgi/: sending an event
// to a Worker, the public one or that of &worker=NAME.
//
//   /cdn-cgi/local/scheduled?cron=EXPRESSION&time=MS     a cron trigger
//   /cdn-cgi/local/email?from=ADDRESS&to=ADDRESS         an email, POSTed as it is on the wire
//   /cdn-cgi/local/queue?queue=NAME                      messages of a queue, POSTed as JSON
//
// (the first two also as /cdn-cgi/handler/..., /cdn-cgi/mf/scheduled, their former names) answers
// with what became of it, with &format=json in all details: see local_events.h. Requests below
// /cdn-cgi/ must name this machine as their host, so that no web page of another site can send one.
//
// spec/wrangler.md section 3.7. Loop thread. Owned by the HttpFrontend.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <isolane/runtime.h>

#include "runtime/http/server.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/local_events.h"

namespace isolane::worker {

class LiveReload;
class Worker;

class LocalRequests final {
 public:
  // The Worker of a name ("": the public one), or an Error for the client.
  using FindWorker = std::function<Result<Worker*>(const std::string& name)>;

  // `hosts`: names that requests may give this machine besides "localhost", those of routes. In
  // lower case, without ports.
  LocalRequests(Dispatcher& dispatcher, LocalEndpoints enabled, FindWorker find,
                std::vector<std::string> hosts = {});
  ~LocalRequests();
  LocalRequests(const LocalRequests&) = delete;
  LocalRequests& operator=(const LocalRequests&) = delete;

  // Answers for it at LiveReload::kPath. Outlives this object.
  void set_live_reload(LiveReload* live) { live_reload_ = live; }

  // Whether a request for this URL is looked at here at all. Cheap.
  static bool Concerns(std::string_view url) {
    // No host is empty, so this is not beyond that of an http URL.
    constexpr size_t kScheme = 8;  // "https://"
    if (url.size() < kScheme) return false;
    const size_t path = url.find('/', kScheme);
    if (path == std::string_view::npos) return false;
    const std::string_view rest = url.substr(path);
    return rest.starts_with("/cdn-cgi/") || rest.starts_with("/__scheduled");
  }

  enum class Verdict {
    kAnswered,  // or will be
    kUnlisted,  // the public Worker's, but none to log
    kListed,    // the public Worker's, like any other
  };
  Verdict Handle(http::Exchange& exchange);

 private:
  class Answer;

  bool IsThisMachine(const std::string& url) const;
  // What is wrong with where the request comes from; empty if nothing is.
  std::string_view Suspicion(std::string_view packed_head) const;
  Verdict Refuse(http::Exchange& exchange, int status, const std::string& text);
  Verdict Accept(http::Exchange& exchange, LocalEventKind kind);
  // All of the request has arrived.
  void Send(Answer& answer, const std::string& body);

  Dispatcher& dispatcher_;
  const LocalEndpoints enabled_;
  const FindWorker find_;
  const std::vector<std::string> hosts_;
  LiveReload* live_reload_ = nullptr;
  std::unordered_map<const Answer*, std::unique_ptr<Answer>> answers_;
};

}  // namespace isolane::worker
