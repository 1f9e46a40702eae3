// The Date header's value, written once per second and read per response.
//
// Loop thread. Owned by the server.
#pragma once

#include <cstdint>
#include <string_view>

namespace isolane::http {

class HttpDate {
 public:
  static constexpr size_t kSize = 29;  // "Sun, 06 Nov 1994 08:49:37 GMT"

  // `now_ms` is any clock that advances with time (the loop's); the wall clock is only read when
  // the second may have changed.
  std::string_view Get(int64_t now_ms) {
    if (now_ms >= valid_until_ms_) Refresh(now_ms);
    return {text_, kSize};
  }

  // RFC 9110 5.6.7, IMF-fixdate. Writes kSize bytes.
  static void Format(int64_t unix_seconds, char* to);

 private:
  void Refresh(int64_t now_ms);

  char text_[kSize];
  int64_t valid_until_ms_ = INT64_MIN;
};

}  // namespace isolane::http
