#include "runtime/http/client_url.h"

#include <doctest/doctest.h>

#include <string>

#include "runtime/http/request_head.h"

namespace isolane::http {
namespace {

std::string Parsed(std::string_view url) {
  const auto parsed = ClientUrl::Parse(url);
  if (!parsed) return "none";
  return std::string(parsed->https ? "https " : "") + parsed->where() + " " + parsed->authority +
         " " + parsed->target;
}

std::string Head(std::string packed, const base::Body& body) {
  for (char& c : packed) {
    if (c == '|') c = '\0';
  }
  ByteBuffer out;
  WriteRequestHead(out, packed, ClientRoute::For(*ClientUrl::Parse("http://a:81/p"), {}), body);
  return std::string(out.view());
}

}  // namespace

TEST_SUITE_BEGIN("runtime/http/client_url");

TEST_CASE("where to connect and what to ask for") {
  CHECK(Parsed("http://a/") == "a:80 a /");
  CHECK(Parsed("http://a") == "a:80 a /");
  CHECK(Parsed("http://a?b") == "a:80 a /?b");
  CHECK(Parsed("http://a:8080/x?y#z") == "a:8080 a:8080 /x?y");
  CHECK(Parsed("http://u:p@a:1/") == "a:1 a:1 /");
  CHECK(Parsed("http://[::1]:8787/") == "[::1]:8787 [::1]:8787 /");
  CHECK(Parsed("http://[::1]/") == "[::1]:80 [::1] /");
  CHECK(Parsed("https://a/") == "https a:443 a /");
  for (const char* bad :
       {"", "a", "ftp://a/", "http://", "http://:80/", "http://a:99999/", "http://a:b/"}) {
    INFO(bad);
    CHECK(Parsed(bad) == "none");
  }
}

TEST_CASE("the head of an outbound request") {
  const base::Body none;
  const base::Body three = base::Body::Bytes(base::Chunk::Copy("abc"));
  const base::Body stream = base::Body::Stream(std::make_shared<base::Pipe>());
  CHECK(Head("GET|http://a:81/p", none) == "GET /p HTTP/1.1\r\nhost: a:81\r\n\r\n");
  CHECK(Head("POST|u", none) == "POST /p HTTP/1.1\r\nhost: a:81\r\ncontent-length: 0\r\n\r\n");
  CHECK(Head("POST|u\nx|y\nhost|h\ncontent-length|9", three) ==
        "POST /p HTTP/1.1\r\nhost: a:81\r\nx: y\r\ncontent-length: 3\r\n\r\n");
  CHECK(Head("POST|u\nconnection|x\ntransfer-encoding|y", stream) ==
        "POST /p HTTP/1.1\r\nhost: a:81\r\ntransfer-encoding: chunked\r\n\r\n");
  CHECK(Head("POST|u\ncontent-length|9", stream) ==
        "POST /p HTTP/1.1\r\nhost: a:81\r\ncontent-length: 9\r\n\r\n");
  CHECK(Head("GET|u\nx|a\rb", none) == "GET /p HTTP/1.1\r\nhost: a:81\r\n\r\n");
}

TEST_SUITE_END();

}  // namespace isolane::http
