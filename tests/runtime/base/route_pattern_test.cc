#include "runtime/base/route_pattern.h"

#include <doctest/doctest.h>

namespace isolane::base {
namespace {

RoutePattern Pattern(std::string_view text) {
  auto pattern = RoutePattern::Parse(text);
  REQUIRE(pattern.ok());
  return std::move(*pattern);
}

std::string Refusal(std::string_view text) {
  const auto pattern = RoutePattern::Parse(text);
  return pattern.ok() ? "" : pattern.error().message;
}

bool Matches(std::string_view pattern, std::string_view host, std::string_view path) {
  return Pattern(pattern).Matches("http", host, path);
}

TEST_SUITE("runtime/base/route_pattern") {
  TEST_CASE("a route matches") {
    SUBCASE("host and path exactly without a wildcard") {
      CHECK(Matches("app.example.com/cart", "app.example.com", "/cart"));
      CHECK_FALSE(Matches("app.example.com/cart", "app.example.com", "/cart/1"));
      CHECK_FALSE(Matches("app.example.com/cart", "app.example.com", "/cart?id=1"));
      CHECK_FALSE(Matches("app.example.com/cart", "example.com", "/cart"));
      CHECK(Matches("app.example.com", "app.example.com", "/"));
      CHECK_FALSE(Matches("app.example.com", "app.example.com", "/x"));
    }
    SUBCASE("everything that begins with its path before a wildcard") {
      CHECK(Matches("a.example/api*", "a.example", "/api"));
      CHECK(Matches("a.example/api*", "a.example", "/apis/1?x=y"));
      CHECK_FALSE(Matches("a.example/api/*", "a.example", "/api"));
    }
    SUBCASE("everything that ends with its host after a wildcard") {
      CHECK(Matches("*.example.com/*", "a.b.example.com", "/"));
      CHECK_FALSE(Matches("*.example.com/*", "example.com", "/"));
      CHECK(Matches("*example.com/*", "example.com", "/"));
      CHECK(Matches("*/only/*", "any.host", "/only/this"));
    }
    SUBCASE("in any letter case of the host, none of the path") {
      CHECK(Matches("App.Example.com/A", "app.example.com", "/A"));
      CHECK_FALSE(Matches("app.example.com/A", "app.example.com", "/a"));
    }
    SUBCASE("the scheme it names, or both") {
      CHECK(Pattern("https://a.example/*").Matches("https", "a.example", "/"));
      CHECK_FALSE(Pattern("https://a.example/*").Matches("http", "a.example", "/"));
      CHECK(Pattern("a.example/*").Matches("https", "a.example", "/"));
    }
    SUBCASE("all paths of a custom domain") {
      auto domain = RoutePattern::ParseDomain("shop.example");
      REQUIRE(domain.ok());
      CHECK(domain->Matches("http", "shop.example", "/any?x"));
      CHECK_FALSE(RoutePattern::ParseDomain("shop.example/*").ok());
      CHECK_FALSE(RoutePattern::ParseDomain("*.example").ok());
    }
  }

  TEST_CASE("a route is refused") {
    SUBCASE("with a wildcard elsewhere") {
      CHECK(Refusal("a.*.com/") == "contains an infix wildcard. This is not allowed.");
      CHECK(Refusal("a.com/*/b") == "contains an infix wildcard. This is not allowed.");
      CHECK(Refusal("a.com/**") == "contains an infix wildcard. This is not allowed.");
    }
    SUBCASE("with a query") {
      CHECK(Refusal("a.com/x?y=1") == "contains a query string. This is not allowed.");
    }
    SUBCASE("without a host") {
      CHECK(Refusal("/x") == "names no host.");
      CHECK(Refusal("") == "names no host.");
    }
    SUBCASE("with a scheme that no request has") {
      CHECK(Refusal("ftp://a.com/") == "has the scheme \"ftp\"; it can be http or https.");
    }
  }

  TEST_CASE("the more specific of two routes") {
    const auto before = [](std::string_view one, std::string_view other) {
      return Pattern(one).IsMoreSpecificThan(Pattern(other)) &&
             !Pattern(other).IsMoreSpecificThan(Pattern(one));
    };
    CHECK(before("a.example.com/*", "*.example.com/api/*"));
    CHECK(before("*.b.example.com/*", "*.example.com/*"));
    CHECK(before("a.com/api/*", "a.com/*"));
    CHECK(before("a.com/api", "a.com/api*"));
    CHECK(before("https://a.com/*", "a.com/*"));
  }

  TEST_CASE("the host that requests to a route may name") {
    CHECK(Pattern("app.example.com/*").host() == "app.example.com");
    CHECK(Pattern("*.example.com/*").host() == "example.com");
    CHECK(Pattern("https://a.example:8443/x").host() == "a.example:8443");
    CHECK_FALSE(Pattern("*/x").host().has_value());
  }
}

}  // namespace
}  // namespace isolane::base
