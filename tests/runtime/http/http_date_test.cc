#include "runtime/http/http_date.h"

#include <doctest/doctest.h>

#include <string>

namespace isolane::http {

TEST_SUITE("runtime/http/http_date") {
  TEST_CASE("the form of RFC 9110") {
    const auto format = [](int64_t seconds) {
      char text[HttpDate::kSize];
      HttpDate::Format(seconds, text);
      return std::string(text, sizeof text);
    };
    CHECK(format(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(format(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(format(4102444799) == "Thu, 31 Dec 2099 23:59:59 GMT");
  }
  TEST_CASE("the text is made once per second at most") {
    HttpDate date;
    const std::string_view first = date.Get(5000);
    CHECK(first.ends_with(" GMT"));
    CHECK(date.Get(5000).data() == first.data());
  }
}

}  // namespace isolane::http
