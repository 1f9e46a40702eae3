// What an outbound request has to know of its URL: where to connect to and what to ask for.
//
// Thread: any; plain data.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isolane::http {

struct ClientUrl {
  bool https = false;
  std::string host;  // to connect to: an address without brackets, or a name
  int port = 80;
  std::string authority;  // for the Host header
  std::string target;     // path and query

  // "host:port", the key of kept connections and the subject of errors.
  std::string where() const;

  // An absolute http or https URL, as a URL parser has normalised it. Credentials and fragment are
  // left out. Nothing when it is something else.
  static std::optional<ClientUrl> Parse(std::string_view url);
};

}  // namespace isolane::http
