// Which proxy a request goes through: http_proxy, https_proxy, all_proxy and no_proxy, as curl
// reads them. Names in lower case win; those in upper case count too, HTTP_PROXY among them: there
// is no CGI here that could let a client set it.
//
// Like curl and undici, and unlike Go, loopback targets are not excepted: no_proxy has to name
// them.
//
// Thread: any; plain data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isolane::http {

struct Proxy {
  std::string host;  // without brackets
  int port = 0;
  std::string where;          // "host:port", for messages
  std::string authorization;  // value of Proxy-Authorization; may be empty
  // The setting cannot be used; why, naming the variable. Then the rest is empty.
  std::string problem;
};

class ProxySettings {
 public:
  using Environment = const char* (*)(const char* name);

  ProxySettings() = default;
  explicit ProxySettings(Environment environment);
  static ProxySettings FromEnvironment();

  // The proxy for a target (`host` without brackets, in lower case); null: none.
  const Proxy* Find(bool https, std::string_view host, int port) const;

 private:
  // One entry of no_proxy.
  struct Exception {
    std::string name;  // in lower case, without leading dot
    int port = 0;      // 0: any
    // The first `prefix_bits` of `bytes` (4 or 16): a block of addresses. -1: `name` is a name.
    int prefix_bits = -1;
    std::string bytes;
  };

  void ParseExceptions(std::string_view list);
  bool Excepted(std::string_view host, int port) const;

  Proxy http_;
  Proxy https_;
  bool has_http_ = false;
  bool has_https_ = false;
  bool except_all_ = false;
  std::vector<Exception> exceptions_;
};

}  // namespace isolane::http
