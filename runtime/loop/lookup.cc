#include "runtime/loop/lookup.h"

#include <sys/socket.h>

#include "runtime/base/check.h"

namespace isolane::loop {

LookupHandle Lookup::Start(uv_loop_t* loop, const std::string& host, int port, Callback callback,
                           void* context) {
  LookupHandle lookup(new Lookup(callback, context));
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  lookup->request_.data = lookup.get();
  // Fails only for want of memory or because of a name that is too long, which it answers as well.
  const int error = uv_getaddrinfo(
      loop, &lookup->request_,
      [](uv_getaddrinfo_t* request, int status, addrinfo* addresses) {
        static_cast<Lookup*>(request->data)->Finish(status, addresses);
      },
      host.substr(0, 255).c_str(), std::to_string(port).c_str(), &hints);
  ISOLANE_CHECK(error == 0);
  return lookup;
}

bool Lookup::ParseAddress(const std::string& host, int port, sockaddr_storage* address) {
  return uv_ip4_addr(host.c_str(), port, reinterpret_cast<sockaddr_in*>(address)) == 0 ||
         uv_ip6_addr(host.c_str(), port, reinterpret_cast<sockaddr_in6*>(address)) == 0;
}

void Lookup::Finish(int status, addrinfo* addresses) {
  stage_ = Stage::kCalling;
  if (!forgotten_) callback_(context_, status, addresses);
  uv_freeaddrinfo(addresses);
  stage_ = Stage::kDone;
  if (forgotten_) delete this;
}

void Lookup::Forget::operator()(Lookup* lookup) const {
  lookup->forgotten_ = true;
  if (lookup->stage_ == Stage::kWaiting) uv_cancel(reinterpret_cast<uv_req_t*>(&lookup->request_));
  if (lookup->stage_ == Stage::kDone) delete lookup;
}

}  // namespace isolane::loop
