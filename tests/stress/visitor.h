// A client of the port: it sends one request, perhaps in pieces, and waits for the response, or
// leaves before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "runtime/http/response_parser.h"
#include "tests/runtime/http/raw_socket.h"

namespace isolane::stress {

class Visitor final : http::ResponseParser::Events {
 public:
  Visitor(int port, const std::string& query, uint32_t seed);

  // Goes on as far as it can now.
  void Step();
  bool over() const { return over_; }

  // Of one that is over.
  bool stayed() const { return manners_ == Manners::kStays; }
  // The response was cut, or its status is 5xx.
  bool failed() const;
  // What the server did wrong; empty: nothing.
  const std::string& wrong() const { return wrong_; }
  const std::string& query() const { return query_; }
  // How far it is, for the message of a failed check.
  std::string State() const;

 private:
  enum class Manners { kStays, kLeavesWhileSending, kLeavesAfterSending, kLeavesWhileReading };

  void OnBody(std::string_view) override {}
  void Leave();
  void SendMore();
  void Receive();

  std::mt19937 random_;
  const std::string query_;
  Manners manners_ = Manners::kStays;
  size_t patience_ = 0;  // how much more is sent or received before it leaves
  size_t piece_ = 0;     // how much is sent at a time
  std::string request_;
  size_t sent_ = 0;
  size_t received_ = 0;
  bool over_ = false;
  bool cut_ = false;
  std::string wrong_;
  http::RawSocket socket_;
  http::ResponseParser parser_{*this};
};

}  // namespace isolane::stress
