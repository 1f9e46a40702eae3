// By which way a request reaches its host: straight or through a proxy, in plain bytes or by TLS.
//
// Thread: any; plain data. The proxy settings outlive it.
#pragma once

#include <string>
#include <utility>

#include "runtime/http/client_url.h"
#include "runtime/http/proxy_settings.h"
#include "runtime/http/socket_target.h"

namespace isolane::http {

struct ClientRoute {
  ClientUrl url;
  const Proxy* proxy = nullptr;  // null: straight
  // What is asked for is no HTTP, which a proxy would not understand (RFC 6455, section 4.1).
  bool web_socket = false;
  // It is no HTTP at all: connect(). Whom a TLS peer must be then.
  bool raw = false;
  TlsTrust trust = TlsTrust::kFull;

  static ClientRoute For(ClientUrl url, const ProxySettings& proxies) {
    const Proxy* const proxy = proxies.Find(url.https, url.host, url.port);
    return {std::move(url), proxy};
  }

  static ClientRoute To(const SocketTarget& target) {
    ClientRoute route;
    route.url.https = target.tls;
    route.url.host = target.host;
    route.url.port = target.port;
    route.raw = true;
    route.trust = target.trust;
    return route;
  }

  // What a socket is connected to.
  const std::string& host() const { return proxy == nullptr ? url.host : proxy->host; }
  int port() const { return proxy == nullptr ? url.port : proxy->port; }

  // The proxy is asked for a connection of its own to the target, and passes bytes on.
  bool tunnel() const { return proxy != nullptr && (url.https || web_socket); }
  // The proxy is sent the request itself, with the whole URL in it.
  bool absolute_form() const { return proxy != nullptr && !tunnel(); }

  // The subject of errors: "example.com:443", "example.com:443 through the proxy p:3128".
  std::string Subject() const {
    return proxy == nullptr ? url.where() : url.where() + " through the proxy " + proxy->where;
  }
  // What was asked for, for refusals: "fetch() of example.com:443".
  std::string Asked() const { return (raw ? "connect() to " : "fetch() of ") + url.where(); }
  // A kept connection serves every request with the same key.
  std::string Key() const {
    if (absolute_form()) return "proxy " + proxy->where;
    return (url.https ? "tls " : "") + Subject();
  }
};

}  // namespace isolane::http
