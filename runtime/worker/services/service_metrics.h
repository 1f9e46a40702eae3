// What is counted of a graph of services: requests from outside and calls from service to service,
// apart from each other.
//
// Loop thread. Owned by Services; what is counted into stays in place.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "runtime/base/body.h"

namespace isolane::worker {

// Requests of one caller to one service. One fetch() is one request, whatever comes of it.
struct ServiceEdge {
  std::string caller;   // empty: the public
  std::string service;  // empty: none; the routes answered
  uint64_t requests = 0;
  uint64_t response_bytes = 0;  // of bodies, as the service gave them; streams as they come
  uint64_t errors = 0;          // no response, or one with a status from 500
  uint64_t denied = 0;          // connections of somebody else; they are no requests

  // `status` 0: there is no response. What is written to the body later is counted, too.
  void CountAnswer(int status, const base::Body& body) {
    if (status == 0 || status >= 500) errors++;
    if (body.kind == base::Body::Kind::kBytes) response_bytes += body.bytes.size();
    if (body.kind == base::Body::Kind::kPipe) body.pipe->CountInto(&response_bytes);
  }
};

class ServiceMetrics {
 public:
  // The same one for the same names.
  ServiceEdge& EdgeOf(const std::string& caller, const std::string& service);

  // https://prometheus.io/docs/instrumenting/exposition_formats/
  std::string ToPrometheus() const;
  std::string ToJson() const;

 private:
  std::deque<ServiceEdge> edges_;
};

}  // namespace isolane::worker
