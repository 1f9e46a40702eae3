// Requests and responses as plain data, for embedders: no V8, no uv, nothing lazy.
//
// Thread: any. Owns its strings.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isolane {

// In the order they were sent. Names compare without regard to ASCII case; a name may repeat.
using HeaderList = std::vector<std::pair<std::string, std::string>>;

// Puts the values of `name`, joined with ", ", into `value` (which may be null). False when absent.
inline bool FindHeader(const HeaderList& headers, std::string_view name, std::string* value) {
  bool found = false;
  for (const auto& [key, text] : headers) {
    if (key.size() != name.size()) continue;
    bool same = true;
    for (size_t i = 0; i < key.size() && same; i++) {
      auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; };
      same = lower(key[i]) == lower(name[i]);
    }
    if (!same) continue;
    if (value != nullptr) *value = found ? *value + ", " + text : text;
    found = true;
  }
  return found;
}

struct Request {
  std::string method = "GET";
  // Absolute: "http://shop.example/cart?id=1". Never resolved or contacted.
  std::string url = "http://localhost/";
  HeaderList headers = {};
  // Bytes. A GET or HEAD request must have none.
  std::string body = {};
};

struct Response {
  int status = 200;
  std::string status_text;
  HeaderList headers;
  // Bytes, complete.
  std::string body;

  // The values of a header joined with ", "; empty when absent.
  std::string Header(std::string_view name) const {
    std::string value;
    FindHeader(headers, name, &value);
    return value;
  }
};

}  // namespace isolane
