#include "runtime/http/request_target.h"

#include <doctest/doctest.h>

namespace isolane::http {

TEST_SUITE_BEGIN("runtime/http/request_target");

TEST_CASE("hosts") {
  for (const char* host : {"a", "a.b-c_d", "127.0.0.1", "a:80", "a:", "[::1]", "[::1]:8787", "%41",
                           "[::ffff:1.2.3.4]:1"}) {
    INFO(host);
    CHECK(IsValidHost(host));
  }
  for (const char* host : {"", ":80", "a:x", "a:123456", "[::1", "[]", "[::1]x", "[g::]", "a b",
                           "u@a", "a/", "a\\b", "\xc3\xa9", "a\"b", "a<b"}) {
    INFO(host);
    CHECK_FALSE(IsValidHost(host));
  }
}

TEST_CASE("targets") {
  CHECK(ClassifyTarget("/") == TargetForm::kOrigin);
  CHECK(ClassifyTarget("//a/b") == TargetForm::kOrigin);
  CHECK(ClassifyTarget("*") == TargetForm::kAsterisk);
  CHECK(ClassifyTarget("http://a") == TargetForm::kAbsolute);
  CHECK(ClassifyTarget("HTTPS://a:1/b?c") == TargetForm::kAbsolute);
  CHECK(ClassifyTarget("http://a?b") == TargetForm::kAbsolute);
  for (const char* target :
       {"", "a", "**", "/a#b", "ftp://a", "http:/a", "http://", "http://u@a/"}) {
    INFO(target);
    CHECK(ClassifyTarget(target) == TargetForm::kInvalid);
  }
}

TEST_SUITE_END();

}  // namespace isolane::http
