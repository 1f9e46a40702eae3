#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <string_view>

#include "third_party/ada/ada_c.h"

namespace {

std::string Text(ada_string s) { return std::string(s.data == nullptr ? "" : s.data, s.length); }

std::string Take(ada_owned_string s) {
  std::string text(s.data == nullptr ? "" : s.data, s.length);
  ada_free_owned_string(s);
  return text;
}

// A URL that frees itself.
class Url {
 public:
  explicit Url(std::string_view text) : url_(ada_parse(text.data(), text.size())) {}
  Url(std::string_view text, std::string_view base)
      : url_(ada_parse_with_base(text.data(), text.size(), base.data(), base.size())) {}
  explicit Url(ada_url url) : url_(url) {}
  ~Url() { ada_free(url_); }
  Url(const Url&) = delete;
  Url& operator=(const Url&) = delete;

  operator ada_url() const { return url_; }

 private:
  ada_url url_;
};

using Setter = bool (*)(ada_url, const char*, size_t);
bool Set(Setter setter, ada_url url, std::string_view value) {
  return setter(url, value.data(), value.size());
}

}  // namespace

TEST_SUITE_BEGIN("third_party/ada");

TEST_CASE("getters") {
  Url url("https://user:pass@example.com:1234/foo/bar?baz#quux");
  REQUIRE(ada_is_valid(url));
  CHECK(Text(ada_get_href(url)) == "https://user:pass@example.com:1234/foo/bar?baz#quux");
  CHECK(Take(ada_get_origin(url)) == "https://example.com:1234");
  CHECK(Text(ada_get_protocol(url)) == "https:");
  CHECK(Text(ada_get_username(url)) == "user");
  CHECK(Text(ada_get_password(url)) == "pass");
  CHECK(Text(ada_get_host(url)) == "example.com:1234");
  CHECK(Text(ada_get_hostname(url)) == "example.com");
  CHECK(Text(ada_get_port(url)) == "1234");
  CHECK(Text(ada_get_pathname(url)) == "/foo/bar");
  CHECK(Text(ada_get_search(url)) == "?baz");
  CHECK(Text(ada_get_hash(url)) == "#quux");
  CHECK(ada_get_scheme_type(url) == 2);
  CHECK(ada_get_host_type(url) == 0);
  CHECK(ada_get_host_type(Url("http://[::1]/")) == 2);
  CHECK(ada_has_credentials(url));
  CHECK(ada_has_hostname(url));
  CHECK(ada_has_non_empty_username(url));
  CHECK(ada_has_non_empty_password(url));
  CHECK(ada_has_password(url));
  CHECK(ada_has_port(url));
  CHECK(ada_has_search(url));
  CHECK(ada_has_hash(url));
  CHECK_FALSE(ada_has_empty_hostname(url));
}

TEST_CASE("components are offsets into the href") {
  Url url("https://user:pass@example.com:1234/foo/bar?baz#quux");
  const ada_url_components* c = ada_get_components(url);
  REQUIRE(c != nullptr);
  CHECK(c->protocol_end == 6);
  CHECK(c->username_end == 12);
  CHECK(c->host_start == 17);
  CHECK(c->host_end == 29);
  CHECK(c->port == 1234);
  CHECK(c->pathname_start == 34);
  CHECK(c->search_start == 42);
  CHECK(c->hash_start == 46);

  Url plain("http://h/");
  c = ada_get_components(plain);
  CHECK(c->port == kAdaOmitted);
  CHECK(c->search_start == kAdaOmitted);
  CHECK(c->hash_start == kAdaOmitted);
}

TEST_CASE("parsing normalizes, resolves and refuses") {
  CHECK(Text(ada_get_href(Url("HTTP://EXAMPLE.com:80/a/../b c"))) == "http://example.com/b%20c");
  CHECK(Text(ada_get_href(Url("../x?y", "http://h/a/b/c"))) == "http://h/a/x?y");
  CHECK_FALSE(ada_is_valid(Url("http://a b/")));
  CHECK_FALSE(ada_is_valid(Url("/relative")));
  CHECK(ada_can_parse("http://h", 8));
  CHECK_FALSE(ada_can_parse("http://", 7));
  CHECK(ada_can_parse_with_base("x", 1, "http://h", 8));
  CHECK_FALSE(ada_can_parse_with_base("x", 1, "h", 1));
  // The length rules, not a terminating zero.
  CHECK(Text(ada_get_href(Url(std::string_view("http://host", 8)))) == "http://h/");
  CHECK(ada_get_max_input_length() == 0xffffffff);
}

TEST_CASE("setters") {
  Url url("http://h/");
  Url before(ada_copy(url));
  CHECK(Set(ada_set_protocol, url, "https"));
  CHECK(Set(ada_set_username, url, "u"));
  CHECK(Set(ada_set_password, url, "p"));
  CHECK(Set(ada_set_host, url, "example.org:81"));
  CHECK(Set(ada_set_hostname, url, "example.net"));
  CHECK(Set(ada_set_port, url, "82"));
  CHECK(Set(ada_set_pathname, url, "/x y"));
  ada_set_search(url, "q=1", 3);
  ada_set_hash(url, "z", 1);
  CHECK(Text(ada_get_href(url)) == "https://u:p@example.net:82/x%20y?q=1#z");
  CHECK_FALSE(Set(ada_set_port, url, "x"));
  CHECK_FALSE(Set(ada_set_href, url, "nonsense"));
  ada_clear_port(url);
  ada_clear_search(url);
  ada_clear_hash(url);
  CHECK(Text(ada_get_href(url)) == "https://u:p@example.net/x%20y");
  CHECK(Text(ada_get_href(before)) == "http://h/");
  CHECK(Set(ada_set_href, url, "ftp://f/"));
  CHECK(Text(ada_get_href(url)) == "ftp://f/");
}

TEST_CASE("domain names") {
  const std::string_view unicode = "stra\u00dfe.example";
  const std::string ascii = Take(ada_idna_to_ascii(unicode.data(), unicode.size()));
  CHECK(ascii == "xn--strae-oqa.example");
  CHECK(Take(ada_idna_to_unicode(ascii.data(), ascii.size())) == unicode);
}

TEST_CASE("search parameters") {
  ada_url_search_params params = ada_parse_search_params("b=2&a=1&a=3+4", 13);
  CHECK(ada_search_params_size(params) == 3);
  CHECK(Text(ada_search_params_get(params, "b", 1)) == "2");
  CHECK(ada_search_params_get(params, "x", 1).data == nullptr);
  CHECK(ada_search_params_has(params, "a", 1));
  CHECK(ada_search_params_has_value(params, "a", 1, "3 4", 3));
  CHECK_FALSE(ada_search_params_has_value(params, "a", 1, "2", 1));

  ada_strings all = ada_search_params_get_all(params, "a", 1);
  REQUIRE(ada_strings_size(all) == 2);
  CHECK(Text(ada_strings_get(all, 1)) == "3 4");
  ada_free_strings(all);

  ada_search_params_sort(params);
  ada_search_params_append(params, "c", 1, "\u00e9", 2);
  CHECK(Take(ada_search_params_to_string(params)) == "a=1&a=3+4&b=2&c=%C3%A9");
  ada_search_params_set(params, "a", 1, "9", 1);
  ada_search_params_remove_value(params, "b", 1, "no", 2);
  ada_search_params_remove(params, "c", 1);

  std::string seen;
  ada_url_search_params_keys_iter keys = ada_search_params_get_keys(params);
  while (ada_search_params_keys_iter_has_next(keys)) {
    seen += Text(ada_search_params_keys_iter_next(keys));
  }
  ada_free_search_params_keys_iter(keys);
  ada_url_search_params_values_iter values = ada_search_params_get_values(params);
  while (ada_search_params_values_iter_has_next(values)) {
    seen += Text(ada_search_params_values_iter_next(values));
  }
  ada_free_search_params_values_iter(values);
  ada_url_search_params_entries_iter entries = ada_search_params_get_entries(params);
  while (ada_search_params_entries_iter_has_next(entries)) {
    const ada_string_pair pair = ada_search_params_entries_iter_next(entries);
    seen += "," + Text(pair.key) + "=" + Text(pair.value);
  }
  ada_free_search_params_entries_iter(entries);
  CHECK(seen == "ab92,a=9,b=2");

  ada_search_params_reset(params, "z", 1);
  CHECK(Take(ada_search_params_to_string(params)) == "z=");
  ada_free_search_params(params);
}

TEST_SUITE_END();
