#include "cli/parent_channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "cli/banner.h"
#include "runtime/config/config_tree.h"

namespace isolane::cli {
namespace {

constexpr char kDescriptor[] = "NODE_CHANNEL_FD";
constexpr char kMode[] = "NODE_CHANNEL_SERIALIZATION_MODE";

}  // namespace

ParentChannel::ParentChannel() {
  const char* const named = std::getenv(kDescriptor);
  if (named == nullptr) return;
  const std::string_view text = named;
  const char* const mode = std::getenv(kMode);
  // The other mode is V8's own serialization, which nobody asks of a program that is no Node.js.
  const bool json = mode == nullptr || std::string_view(mode) == "json";
  int socket = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), socket);
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  unsetenv(kDescriptor);
  unsetenv(kMode);
  if (!json || !is_number || fcntl(socket, F_SETFD, FD_CLOEXEC) != 0) return;
  socket_ = socket;
}

ParentChannel::~ParentChannel() {
  if (socket_ >= 0) close(socket_);
}

void ParentChannel::SendReady(const ListenOptions& listen, int port) const {
  if (socket_ < 0) return;
  // A text that holds JSON, not the object: so does wrangler.
  const std::string line = config::JsonQuote(ReadyEvent(listen, port)) + "\n";
  // A parent that does not listen misses it.
  static_cast<void>(send(socket_, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

std::string ReadyEvent(const ListenOptions& listen, int port) {
  ListenOptions reached = listen;
  if (ListensAtAll(listen)) reached.ip = "127.0.0.1";
  return "{\"event\":\"DEV_SERVER_READY\",\"ip\":" + config::JsonQuote(UrlHostOf(reached)) +
         ",\"port\":" + std::to_string(port) + "}";
}

}  // namespace isolane::cli
