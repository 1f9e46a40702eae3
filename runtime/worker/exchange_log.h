// What the observer is told of a request that came to a server of ours and that no pipeline
// answers: the router by itself, a program, or a server elsewhere does.
//
// Loop thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace isolane::worker {

class Dispatcher;
struct ServiceEdge;

class ExchangeLog {
 public:
  // `start` is that of the request's packed head as it came. `edge`: as which call it counts;
  // null: none. `service`: who answers; empty: a server elsewhere, or the router. All of them
  // outlive the log.
  ExchangeLog(Dispatcher& dispatcher, std::string_view start, const ServiceEdge* edge,
              std::string_view service);

  // A response begins. Once; an empty text is the registered one.
  void Begin(int status, std::string_view status_text = {});
  // The response has left, or the client. Once.
  void End();

 private:
  Dispatcher& dispatcher_;
  const ServiceEdge* const edge_;
  const std::string_view service_;
  const std::string_view start_;  // method and URL
  const double started_ms_;
  uint64_t request_ = 0;  // its number, once the observer was told of a response
  int status_ = 0;        // 0: no response yet
};

}  // namespace isolane::worker
