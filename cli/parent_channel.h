// The channel to a parent that has started the program with one, as child_process.fork() and the
// stdio "ipc" of Node.js do. NODE_CHANNEL_FD names it; a message is a line of JSON.
//
// Main thread.
#pragma once

#include <string>

#include <isolane/runtime.h>

namespace isolane::cli {

class ParentChannel {
 public:
  // Takes the channel out of the environment: programs that this one starts have none. No other
  // thread runs yet.
  ParentChannel();
  ~ParentChannel();
  ParentChannel(const ParentChannel&) = delete;
  ParentChannel& operator=(const ParentChannel&) = delete;

  // Says that the public Worker is served, in wrangler's words. Does nothing without a channel.
  void SendReady(const ListenOptions& listen, int port) const;

 private:
  int socket_ = -1;
};

// The JSON of that message: {"event":"DEV_SERVER_READY","ip":"127.0.0.1","port":8787}
std::string ReadyEvent(const ListenOptions& listen, int port);

}  // namespace isolane::cli
