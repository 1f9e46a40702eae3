// Checks and joins what a request says about its URL: the request target and the Host header.
//
// Thread: any; pure functions.
#pragma once

#include <string_view>

#include "runtime/http/byte_buffer.h"

namespace isolane::http {

// RFC 3986 3.2.2 and 3.2.3: a registered name, an IPv4 address or an IPv6 address in brackets, and
// perhaps a port. No user name. Only tells whether the characters and the shape are right.
bool IsValidHost(std::string_view host);

enum class TargetForm { kOrigin, kAbsolute, kAsterisk, kInvalid };

// RFC 9112 3.2. The authority form (CONNECT) is kInvalid here.
TargetForm ClassifyTarget(std::string_view target);

// An upper bound of what PutUrl writes.
inline size_t MaxUrlSize(std::string_view host, std::string_view target) {
  return sizeof "https://" + host.size() + target.size();
}

// Writes scheme + host + target (or the absolute target alone) and returns the end. `scheme`:
// "http://" or "https://".
char* PutUrl(char* to, TargetForm form, std::string_view scheme, std::string_view host,
             std::string_view target);

}  // namespace isolane::http
