// Pages that load themselves again: HTML that leaves over HTTP gets a script, which listens at a
// WebSocket for the word that other versions of Workers are in place. Path, protocol and word are
// wrangler's: spec/wrangler.md section 4.6.
//
// Loop thread. Owned by the Graph; connections may outlive it.
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
  static constexpr std::string_view kPath = "/cdn-cgi/live-reload";
  static constexpr std::string_view kProtocol = "WRANGLER_PROXYWORKER_LIVE_RELOAD_PROTOCOL";

  LiveReload();
  ~LiveReload();

  // Puts the script at the end of an HTML page: changes its body and the length in its head. Other
  // responses stay as they are, encoded ones too, whose text cannot be seen.
  static void AddScript(int status, std::string& packed_head, base::Body& body);

  // Answers a request for kPath if it asks for a WebSocket of this protocol; false, with nothing
  // done, for any other.
  bool Subscribe(http::Exchange& exchange);
  // Answers those that have asked: not before their requests were read to the end. Cheap.
  void Join() {
    if (waiting_) JoinWaiting();
  }
  // All pages are to load themselves again.
  void Tell();

 private:
  class Page;

  void JoinWaiting();

  std::vector<std::unique_ptr<Page>> pages_;
  bool waiting_ = false;
};

}  // namespace isolane::worker
