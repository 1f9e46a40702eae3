#include "runtime/http/http_date.h"

#include <cstring>
#include <ctime>

namespace isolane::http {
namespace {

void PutTwo(char* to, int value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

void HttpDate::Format(int64_t unix_seconds, char* to) {
  const time_t seconds = unix_seconds;
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::memcpy(to, "Sun, 06 Nov 1994 08:49:37 GMT", kSize);
  std::memcpy(to, &"SunMonTueWedThuFriSat"[parts.tm_wday * 3], 3);
  PutTwo(to + 5, parts.tm_mday);
  std::memcpy(to + 8, &"JanFebMarAprMayJunJulAugSepOctNovDec"[parts.tm_mon * 3], 3);
  PutTwo(to + 12, (parts.tm_year + 1900) / 100);
  PutTwo(to + 14, parts.tm_year % 100);
  PutTwo(to + 17, parts.tm_hour);
  PutTwo(to + 20, parts.tm_min);
  PutTwo(to + 23, parts.tm_sec);
}

void HttpDate::Refresh(int64_t now_ms) {
  timespec wall{};
  clock_gettime(CLOCK_REALTIME, &wall);
  Format(wall.tv_sec, text_);
  valid_until_ms_ = now_ms + 1000 - wall.tv_nsec / 1'000'000;
}

}  // namespace isolane::http
