// What becomes of a request from outside, decided before any Worker sees it: the seam between a
// table of routes, which knows no server, and a server, which knows no routes.
//
// Loop thread. Owned by whoever makes the Runtime, which it outlives.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "runtime/base/body.h"
#include "runtime/base/responder.h"

namespace isolane::base {

// Used again from request to request.
struct RouteDecision {
  enum class To {
    kService,  // the service called `service`
    kAnswer,   // `status`, `head` and `body` are the response
    kOutside,  // `head` is a request to another server, whose response is the response
    kClose,    // the connection is closed without a response
  };
  To to = To::kAnswer;
  // A number in the order of RequestRouter::service_count. kService: who answers. kAnswer and
  // kOutside: whose own files or rules do; -1: none's.
  int service = -1;
  // kService: the request's packed head if it is another one than what came, else empty.
  std::string head;
  int status = 0;
  Body body;
  // Packed headers; each is added to the response unless that has one of this name.
  std::string response_headers;
  // Likewise, but in the place of those that the response has of the name.
  std::string forced_headers;
  // Then this, if there is one, changes the packed headers of the response.
  std::function<void(std::string& headers)> edit_response;

  void Reset() {
    to = To::kAnswer;
    service = -1;
    head.clear();
    status = 0;
    body = {};
    response_headers.clear();
    forced_headers.clear();
    if (edit_response) edit_response = nullptr;
  }
};

class RequestRouter {
 public:
  virtual ~RequestRouter() = default;

  // Before anything is asked. `host` outlives the last use.
  virtual void Start(ResponderHost& host) = 0;

  // How many services there are, and their names, which are those of Workers.
  virtual int service_count() const = 0;
  virtual std::string_view service_name(int service) const = 0;

  // Whether RouteInside has anything to say about calls on that service.
  virtual bool has_rules(int service) const = 0;

  // `packed_head` is the request's, see packed_head.h; `client` the address it comes from, without
  // port, empty if that is not known. `decision` has been reset.
  virtual void Route(std::string_view packed_head, std::string_view client,
                     RouteDecision& decision) = 0;
  // The same for what a caller inside sends to `service`: kService, or kAnswer and kOutside if the
  // service's own rules say so.
  virtual void RouteInside(int service, std::string_view packed_head, RouteDecision& decision) = 0;
  // The service has failed to answer: `status` and words of the runtime.
  virtual void Fail(std::string_view packed_head, int status, RouteDecision& decision) = 0;
};

}  // namespace isolane::base
