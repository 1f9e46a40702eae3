// Pages that load themselves again: HTML that leaves over HTTP gets a script, which listens at
// /cdn-cgi/local/live-reload for the word that other versions of Workers are in place.
//
// Loop thread. Owned by the Graph; exchanges may outlive it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/body.h"
#include "runtime/http/server.h"

namespace isolane::worker {

class LiveReload {
 public:
  static constexpr std::string_view kPath = "/cdn-cgi/local/live-reload";

  // Puts the script at the end of an HTML page: changes its body and the length in its head. Other
  // responses stay as they are, encoded ones too, whose text cannot be seen.
  static void AddScript(int status, std::string& packed_head, base::Body& body);

  // Answers a request for kPath with a stream of events that does not end.
  void Subscribe(http::Exchange& exchange);
  // All pages are to load themselves again.
  void Tell();
  // Ends the streams, so that connections can be closed.
  void End();

  // Pages that listen.
  size_t listeners();

 private:
  std::vector<std::shared_ptr<base::Pipe>> pages_;
};

}  // namespace isolane::worker
