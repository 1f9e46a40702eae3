// One look-up of a host name, on libuv's thread pool.
//
// Loop thread. Owned through LookupHandle; letting go of it forgets the callback.
#pragma once

#include <uv.h>

#include <memory>
#include <string>

namespace isolane::loop {

class Lookup {
 public:
  // `status` is 0 or a negative libuv error; `addresses` is borrowed until return.
  using Callback = void (*)(void* context, int status, const addrinfo* addresses);

  struct Forget {
    void operator()(Lookup* lookup) const;
  };

  // `context` outlives the handle. The callback is called once, later.
  static std::unique_ptr<Lookup, Forget> Start(uv_loop_t* loop, const std::string& host, int port,
                                               Callback callback, void* context);
  // False when `host` is not an IPv4 or IPv6 address.
  static bool ParseAddress(const std::string& host, int port, sockaddr_storage* address);
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

 private:
  Lookup(Callback callback, void* context) : callback_(callback), context_(context) {}
  ~Lookup() = default;
  void Finish(int status, addrinfo* addresses);

  uv_getaddrinfo_t request_;
  Callback callback_;
  void* context_;
  // The object lives until libuv has answered and its owner has let go.
  enum class Stage { kWaiting, kCalling, kDone } stage_ = Stage::kWaiting;
  bool forgotten_ = false;
};

using LookupHandle = std::unique_ptr<Lookup, Lookup::Forget>;

}  // namespace isolane::loop
