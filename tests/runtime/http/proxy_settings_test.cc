#include "runtime/http/proxy_settings.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace isolane::http {
namespace {

std::map<std::string, std::string> variables;

ProxySettings Read(std::map<std::string, std::string> values) {
  variables = std::move(values);
  return ProxySettings([](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

// "" for none, the problem, or "HOST:PORT AUTHORIZATION"
std::string For(const ProxySettings& settings, bool https, const std::string& host, int port) {
  const Proxy* const proxy = settings.Find(https, host, port);
  if (proxy == nullptr) return "";
  if (!proxy->problem.empty()) return proxy->problem;
  return proxy->where + (proxy->authorization.empty() ? "" : " " + proxy->authorization);
}

}  // namespace

TEST_SUITE_BEGIN("runtime/http/proxy_settings");

TEST_CASE("which variable counts") {
  SUBCASE("none") { CHECK(For(Read({}), false, "a", 80).empty()); }
  SUBCASE("its own for http and for https") {
    const auto settings = Read({{"http_proxy", "http://p:1"}, {"https_proxy", "http://q:2"}});
    CHECK(For(settings, false, "a", 80) == "p:1");
    CHECK(For(settings, true, "a", 443) == "q:2");
  }
  SUBCASE("lower case before upper case, empty is unset") {
    CHECK(For(Read({{"http_proxy", "p"}, {"HTTP_PROXY", "q"}}), false, "a", 80) == "p:80");
    CHECK(For(Read({{"http_proxy", ""}, {"HTTP_PROXY", "q:3"}}), false, "a", 80) == "q:3");
    CHECK(For(Read({{"HTTPS_PROXY", "q:3"}}), true, "a", 443) == "q:3");
  }
  SUBCASE("all_proxy for what has none of its own") {
    const auto settings = Read({{"ALL_PROXY", "all:1"}, {"https_proxy", "s:2"}});
    CHECK(For(settings, false, "a", 80) == "all:1");
    CHECK(For(settings, true, "a", 443) == "s:2");
  }
}

TEST_CASE("the URL of a proxy") {
  const auto proxy = [](const std::string& url) {
    return For(Read({{"http_proxy", url}}), false, "a", 80);
  };
  SUBCASE("may be short or long") {
    CHECK(proxy("p") == "p:80");
    CHECK(proxy("p:8080") == "p:8080");
    CHECK(proxy("HTTP://p:8080/path?x") == "p:8080");
    CHECK(proxy("http://[::1]:3128") == "[::1]:3128");
  }
  SUBCASE("may have credentials, percent-encoded") {
    CHECK(proxy("http://user:pass@p:1") == "p:1 Basic dXNlcjpwYXNz");
    CHECK(proxy("http://us%40er:p%3Ass%zz@p:1") == "p:1 Basic dXNAZXI6cDpzcyV6eg==");
    CHECK(proxy("user@p:1") == "p:1 Basic dXNlcjo=");
  }
  SUBCASE("of another kind is a problem, told without its password") {
    CHECK(proxy("socks5://u:secret@p:1") ==
          "http_proxy names a proxy of the kind socks5:, but isolane speaks to http: proxies only");
    CHECK(proxy("https://p:1").starts_with("http_proxy names a proxy of the kind https:"));
    CHECK(proxy("http://p:99999") == "http_proxy is not the URL of a proxy (http://HOST:PORT)");
    CHECK(proxy("http://p:x").starts_with("http_proxy is not the URL"));
    CHECK(proxy("http://").starts_with("http_proxy is not the URL"));
    CHECK(proxy("http://[::1").starts_with("http_proxy is not the URL"));
  }
}

TEST_CASE("no_proxy") {
  const auto excepted = [](const std::string& list, const std::string& host, int port = 80) {
    return For(Read({{"http_proxy", "p"}, {"no_proxy", list}}), false, host, port).empty();
  };
  SUBCASE("names a host and what is below it") {
    for (const char* entry : {"example.com", ".example.com", "*.example.com", "EXAMPLE.com."}) {
      CAPTURE(entry);
      CHECK(excepted(entry, "example.com"));
      CHECK(excepted(entry, "a.b.example.com"));
      CHECK_FALSE(excepted(entry, "notexample.com"));
      CHECK_FALSE(excepted(entry, "example.com.evil"));
    }
    CHECK(excepted("example.com", "example.com."));
  }
  SUBCASE("has several entries, with commas or spaces") {
    CHECK(excepted("a, b,c", "c"));
    CHECK(excepted("a b", "b"));
    CHECK_FALSE(excepted(", ,", "b"));
  }
  SUBCASE("may be for one port") {
    CHECK(excepted("a:81", "a", 81));
    CHECK_FALSE(excepted("a:81", "a", 80));
    CHECK(excepted("[::1]:81", "::1", 81));
  }
  SUBCASE("may be for everything") { CHECK(excepted("x,*", "anything")); }
  SUBCASE("knows addresses and blocks of them") {
    CHECK(excepted("127.0.0.1", "127.0.0.1"));
    CHECK_FALSE(excepted("127.0.0.1", "127.0.0.2"));
    CHECK_FALSE(excepted("0.0.1", "127.0.0.1"));
    CHECK(excepted("10.0.0.0/8", "10.20.30.40"));
    CHECK_FALSE(excepted("10.0.0.0/8", "11.0.0.1"));
    CHECK(excepted("192.168.64.0/18", "192.168.127.1"));
    CHECK_FALSE(excepted("192.168.64.0/18", "192.168.128.1"));
    CHECK(excepted("fd00::/8", "fd12::1"));
    CHECK(excepted("::1", "::1"));
    CHECK(excepted("0.0.0.0/0", "1.2.3.4"));
    CHECK_FALSE(excepted("0.0.0.0/0", "name.example"));
    CHECK_FALSE(excepted("10.0.0.0/33", "10.0.0.1"));
  }
  SUBCASE("does not except this machine by itself, as with curl") {
    CHECK_FALSE(excepted("", "localhost"));
    CHECK_FALSE(excepted("", "127.0.0.1"));
  }
}

TEST_SUITE_END();

}  // namespace isolane::http
