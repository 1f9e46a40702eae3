#include "runtime/http/proxy_settings.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>

#include "runtime/base/ascii.h"
#include "runtime/base/base64.h"

namespace isolane::http {
namespace {

// The bytes of an address, 4 or 16; empty when `text` is none. An IPv4 address that is written as
// IPv6 is an IPv4 address.
std::string AddressBytes(std::string_view text) {
  const std::string address(text);
  char bytes[16];
  if (inet_pton(AF_INET, address.c_str(), bytes) == 1) return {bytes, 4};
  if (inet_pton(AF_INET6, address.c_str(), bytes) != 1) return {};
  static constexpr std::string_view kMapped{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};
  if (std::string_view(bytes, 12) == kMapped) return {bytes + 12, 4};
  return {bytes, 16};
}

bool SamePrefix(std::string_view a, std::string_view b, int bits) {
  const auto whole = static_cast<size_t>(bits / 8);
  if (a.size() != b.size() || a.substr(0, whole) != b.substr(0, whole)) return false;
  if (bits % 8 == 0) return true;
  const int shift = 8 - bits % 8;
  return static_cast<uint8_t>(a[whole]) >> shift == static_cast<uint8_t>(b[whole]) >> shift;
}

bool ParseNumber(std::string_view text, int max, int* number) {
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, *number);
  return !text.empty() && parsed.ec == std::errc() && parsed.ptr == end && *number >= 0 &&
         *number <= max;
}

// Splits "host", "host:port", "[v6]" and "[v6]:port"; an address of IPv6 may also come bare. The
// port stays as it is when there is none. False: malformed.
bool SplitHostPort(std::string_view text, std::string* host, int* port) {
  std::string_view digits;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    *host = text.substr(1, end - 1);
    digits = text.substr(end + 1);
  } else if (const size_t colon = text.find(':');
             colon != std::string_view::npos &&
             text.find(':', colon + 1) == std::string_view::npos) {
    *host = text.substr(0, colon);
    digits = text.substr(colon);
  } else {
    *host = text;
  }
  if (host->empty()) return false;
  return digits.empty() || (digits.starts_with(':') && ParseNumber(digits.substr(1), 65535, port));
}

// Credentials in a URL are percent-encoded.
std::string Decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); i++) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr ==
            text.data() + i + 3) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

Proxy ParseProxy(const std::string& variable, std::string_view value) {
  Proxy proxy;
  std::string_view rest = value;
  if (const size_t scheme = value.find("://"); scheme != std::string_view::npos) {
    if (base::LowerCased(value.substr(0, scheme)) != "http") {
      // The value may hold a password: only its scheme is shown.
      proxy.problem = variable + " names a proxy of the kind " +
                      std::string(value.substr(0, scheme)) +
                      ":, but isolane speaks to http: proxies only";
      return proxy;
    }
    rest.remove_prefix(scheme + 3);
  }
  rest = rest.substr(0, rest.find_first_of("/?#"));
  std::string_view credentials;
  if (const size_t at = rest.rfind('@'); at != std::string_view::npos) {
    credentials = rest.substr(0, at);
    rest.remove_prefix(at + 1);
  }
  proxy.port = 80;
  if (!SplitHostPort(rest, &proxy.host, &proxy.port) || proxy.port == 0) {
    proxy = {};
    proxy.problem = variable + " is not the URL of a proxy (http://HOST:PORT)";
    return proxy;
  }
  proxy.where = (proxy.host.find(':') == std::string::npos ? proxy.host : "[" + proxy.host + "]") +
                ":" + std::to_string(proxy.port);
  if (!credentials.empty()) {
    const size_t colon = credentials.find(':');
    const std::string_view password =
        colon == std::string_view::npos ? std::string_view() : credentials.substr(colon + 1);
    proxy.authorization = "Basic " + base::Base64Encoded(Decoded(credentials.substr(0, colon)) +
                                                         ":" + Decoded(password));
  }
  return proxy;
}

}  // namespace

ProxySettings::ProxySettings(Environment environment) {
  // The variable that is set, in lower case or in upper case, and its value.
  const auto read = [&](std::string name, std::string* value) {
    for (int upper = 0; upper < 2; upper++) {
      const char* const text = environment(name.c_str());
      if (text != nullptr && *text != '\0') {
        *value = text;
        return name;
      }
      for (char& c : name) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
      }
    }
    return std::string();
  };
  const auto load = [&](const char* own, Proxy* proxy) {
    std::string value;
    std::string variable = read(own, &value);
    if (variable.empty()) variable = read("all_proxy", &value);
    if (variable.empty()) return false;
    *proxy = ParseProxy(variable, value);
    return true;
  };
  has_http_ = load("http_proxy", &http_);
  has_https_ = load("https_proxy", &https_);
  std::string exceptions;
  if (!read("no_proxy", &exceptions).empty()) ParseExceptions(exceptions);
}

ProxySettings ProxySettings::FromEnvironment() {
  return ProxySettings(
      [](const char* name) { return static_cast<const char*>(std::getenv(name)); });
}

void ProxySettings::ParseExceptions(std::string_view list) {
  while (!list.empty()) {
    const size_t end = list.find_first_of(", \t");
    std::string entry = base::LowerCased(list.substr(0, end));
    list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
    if (entry.empty()) continue;
    if (entry == "*") {
      except_all_ = true;
      continue;
    }
    Exception exception;
    if (const size_t slash = entry.find('/'); slash != std::string::npos) {
      exception.bytes = AddressBytes(std::string_view(entry).substr(0, slash));
      if (!exception.bytes.empty() &&
          ParseNumber(std::string_view(entry).substr(slash + 1),
                      static_cast<int>(exception.bytes.size()) * 8, &exception.prefix_bits)) {
        exceptions_.push_back(std::move(exception));
      }
      continue;
    }
    if (!SplitHostPort(entry, &exception.name, &exception.port)) continue;
    if (exception.name.starts_with("*.")) exception.name.erase(0, 1);
    if (exception.name.starts_with('.')) exception.name.erase(0, 1);
    if (exception.name.ends_with('.')) exception.name.pop_back();
    exception.bytes = AddressBytes(exception.name);
    if (!exception.bytes.empty())
      exception.prefix_bits = static_cast<int>(exception.bytes.size()) * 8;
    if (!exception.name.empty()) exceptions_.push_back(std::move(exception));
  }
}

bool ProxySettings::Excepted(std::string_view host, int port) const {
  if (except_all_) return true;
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string bytes = AddressBytes(host);
  for (const Exception& exception : exceptions_) {
    if (exception.port != 0 && exception.port != port) continue;
    if (exception.prefix_bits >= 0) {
      if (!bytes.empty() && SamePrefix(bytes, exception.bytes, exception.prefix_bits)) return true;
      continue;
    }
    if (!bytes.empty() || !host.ends_with(exception.name)) continue;
    const size_t before = host.size() - exception.name.size();
    if (before == 0 || host[before - 1] == '.') return true;
  }
  return false;
}

const Proxy* ProxySettings::Find(bool https, std::string_view host, int port) const {
  if (!(https ? has_https_ : has_http_) || Excepted(host, port)) return nullptr;
  return https ? &https_ : &http_;
}

}  // namespace isolane::http
