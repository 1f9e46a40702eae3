// The address under which a deployed Worker is reached, for requests that come to this machine's
// own: `--host`, `dev.host`, or the host of the first route. What the Worker sees names that host;
// what it answers with names the address that the client knows.
//
// A request that names any other host arrives as it was sent.
//
// Thread: any. Plain data.
#pragma once

#include <string>
#include <string_view>

namespace isolane::worker {

class AddressMap {
 public:
  // Nothing is changed.
  AddressMap() = default;
  // `scheme`: "http", "https"; empty: that of the port. `host`, with its port if it has one; empty:
  // as sent.
  AddressMap(std::string scheme, std::string host)
      : scheme_(std::move(scheme)), host_(std::move(host)) {}

  bool changes_anything() const { return !scheme_.empty() || !host_.empty(); }

  // What a request's address was, for its response. Empty: nothing was changed.
  struct Outer {
    std::string authority = {};           // "localhost:8787"
    std::string_view scheme = "http://";  // or "https://"
  };

  // Changes the packed head of a request; gives what it had.
  Outer MapRequest(std::string& packed_head) const;
  // The authority that the Worker sees instead.
  std::string InnerAuthority(const Outer& outer) const {
    return host_.empty() ? outer.authority : host_;
  }
  // The packed head of its response, changed back.
  std::string MapResponse(std::string_view packed_head, const Outer& outer) const;

 private:
  std::string InnerOrigin(const Outer& outer) const;

  std::string scheme_;
  std::string host_;
};

// "localhost", a name below it, or the number of an address: where no deployed Worker is. With or
// without a port.
bool IsNoDeployment(std::string_view authority);

}  // namespace isolane::worker
