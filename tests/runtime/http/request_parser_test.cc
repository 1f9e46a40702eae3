#include "runtime/http/request_parser.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace isolane::http {
namespace {

struct Parsed : RequestParser::Events {
  bool OnUpgradeAsked() override { return false; }
  ByteBuffer& OnHeadStart() override {
    head.Clear();
    return head;
  }
  void OnHead(const RequestInfo& info) override {
    log += "[" + std::string(head.view()) + "]";
    if (info.keep_alive) log += "keep";
    if (info.expects_continue) log += "100";
    last = info;
  }
  void OnBody(std::string_view bytes) override { log += bytes; }
  bool OnRequestEnd() override {
    log += "$";
    return true;
  }
  ByteBuffer head;
  std::string log;
  RequestInfo last;
};

struct Outcome {
  std::string log;
  int status = 0;
  std::string text;
  bool operator==(const Outcome& other) const {
    return log == other.log && status == other.status && text == other.text;
  }
};

Outcome Parse(std::string_view input, size_t step, const ServerLimits& limits) {
  Parsed parsed;
  RequestParser parser(parsed, limits);
  while (!input.empty()) {
    // A copy of exact size, so that a sanitizer sees a read beyond it.
    const std::vector<char> part(input.begin(), input.begin() + std::min(step, input.size()));
    std::string_view bytes(part.data(), part.size());
    if (parser.Feed(bytes) == RequestParser::Outcome::kRefused) break;
    input.remove_prefix(part.size());
  }
  return {parsed.log, parser.refusal().status, parser.refusal().text};
}

// The result must not depend on where the reads end.
Outcome Parse(std::string_view input, const ServerLimits& limits = {}) {
  const Outcome whole = Parse(input, input.size(), limits);
  for (const size_t step : {1, 2, 3, 7}) {
    const Outcome stepped = Parse(input, step, limits);
    INFO("step ", step, ": ", stepped.log, " ", stepped.text);
    CHECK((stepped == whole));
  }
  return whole;
}

std::string Packed(std::string text) {
  for (char& c : text) {
    if (c == '|') c = '\0';
  }
  return text;
}

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n";

std::string Get(std::string_view lines) { return std::string(kGet) + std::string(lines) + "\r\n"; }
std::string Post(std::string_view rest) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(rest);
}

}  // namespace

TEST_SUITE_BEGIN("runtime/http/request_parser");

TEST_CASE("what is well formed") {
  SUBCASE("a head becomes a packed head with lower-case names and trimmed values") {
    CHECK(
        Parse(
            "GET /a?b=c HTTP/1.1\r\nHost: example.com:80\r\nX-Up-Per: \t v w \t \r\nempty:\r\n\r\n")
            .log ==
        Packed(
            "[GET|http://example.com:80/a?b=c\nhost|example.com:80\nx-up-per|v w\nempty|]keep$"));
  }
  SUBCASE("Latin-1 bytes pass in values") {
    CHECK(Parse(Get("x: \xe9\xff\r\n")).log == Packed("[GET|http://a/\nhost|a\nx|\xe9\xff]keep$"));
  }
  SUBCASE("a repeated header is kept in order") {
    CHECK(Parse(Get("b: 1\r\na: 2\r\nb: 3\r\n")).log ==
          Packed("[GET|http://a/\nhost|a\nb|1\na|2\nb|3]keep$"));
  }
  SUBCASE("an absolute target is the URL") {
    CHECK(Parse("GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n").log ==
          Packed("[GET|http://b/x\nhost|a]keep$"));
  }
  SUBCASE("OPTIONS * is about the server") {
    CHECK(Parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").log ==
          Packed("[OPTIONS|http://a\nhost|a]keep$"));
  }
  SUBCASE("empty lines before a request are ignored") {
    CHECK(Parse("\r\n\r\n" + Get("")).log == Packed("[GET|http://a/\nhost|a]keep$"));
  }
  SUBCASE("a body with a length") {
    CHECK(Parse(Post("Content-Length: 5\r\n\r\nhello")).log ==
          Packed("[POST|http://a/\nhost|a\ncontent-length|5]keephello$"));
  }
  SUBCASE("a chunked body, with an extension and trailers that are dropped") {
    CHECK(
        Parse(Post("Transfer-Encoding: chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n0a\r\n0123456789\r\n0\r\n"
                   "Trailer: t\r\n\r\n"))
            .log ==
        Packed("[POST|http://a/\nhost|a\ntransfer-encoding|chunked]keepabc0123456789$"));
  }
  SUBCASE("several requests in one read") {
    CHECK(Parse(Get("") + Post("content-length: 1\r\n\r\nx") + Get("")).log ==
          Packed("[GET|http://a/\nhost|a]keep$[POST|http://a/\nhost|a\ncontent-length|1]keepx$"
                 "[GET|http://a/\nhost|a]keep$"));
  }
  SUBCASE("HTTP/1.0 needs no Host and is not kept alive") {
    CHECK(Parse("GET / HTTP/1.0\r\n\r\n").log == Packed("[GET|http://localhost/]$"));
    CHECK(Parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").log ==
          Packed("[GET|http://localhost/\nconnection|keep-alive]keep$"));
  }
  SUBCASE("Connection: close ends") {
    CHECK(Parse(Get("connection: close\r\n")).log ==
          Packed("[GET|http://a/\nhost|a\nconnection|close]$"));
  }
  SUBCASE("Expect: 100-continue") {
    CHECK(Parse(Post("Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx")).log ==
          Packed("[POST|http://a/\nhost|a\nexpect|100-Continue\ncontent-length|1]keep100x$"));
  }
  SUBCASE("an upgrade that nobody asked for is an ordinary request, and the next one too") {
    const std::string upgrade = Get("Connection: Upgrade\r\nUpgrade: websocket\r\n");
    CHECK(Parse(upgrade + Get("")).log ==
          Packed("[GET|http://a/\nhost|a\nconnection|Upgrade\nupgrade|websocket]keep$"
                 "[GET|http://a/\nhost|a]keep$"));
    CHECK(
        Parse(Post("Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi") + Get(""))
            .log ==
        Packed("[POST|http://a/\nhost|a\nconnection|Upgrade\nupgrade|h2c\ncontent-length|2]"
               "keephi$[GET|http://a/\nhost|a]keep$"));
  }
}

TEST_CASE("what could smuggle a request is refused") {
  const auto refused = [](std::string_view input) { return Parse(input).status; };
  const auto post = [&](std::string_view rest) { return refused(Post(rest)); };
  const auto get = [&](std::string_view lines) { return refused(Get(lines)); };

  SUBCASE("conflicting lengths") {
    CHECK(post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
    CHECK(post("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n") == 400);
    CHECK(post("Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx") == 400);
    CHECK(post("Content-Length: 1\r\nContent-Length: 1\r\n\r\nx") == 400);
    CHECK(post("Content-Length: 1, 1\r\n\r\nx") == 400);
  }
  SUBCASE("lengths that are no number") {
    for (const char* length : {"-1", "+1", "0x1", "1 2", "1a", "", "99999999999999999999999"}) {
      INFO(length);
      CHECK(post("Content-Length: " + std::string(length) + "\r\n\r\nx") == 400);
    }
  }
  SUBCASE("transfer codings") {
    CHECK(post("Transfer-Encoding: gzip\r\n\r\n") == 400);
    CHECK(post("Transfer-Encoding: chunked, identity\r\n\r\n") == 400);
    CHECK(post("Transfer-Encoding: xchunked\r\n\r\n") == 400);
    CHECK(post("Transfer-Encoding: \x0b"
               "chunked\r\n\r\n") == 400);
    CHECK(post("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n") == 501);
    CHECK(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
    CHECK(post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") ==
          400);
    CHECK(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
  }
  SUBCASE("line ends that are not CRLF") {
    CHECK(refused("GET / HTTP/1.1\nHost: a\n\n") == 400);
    CHECK(refused("GET / HTTP/1.1\r\nHost: a\nx: y\r\n\r\n") == 400);
    CHECK(refused("GET / HTTP/1.1\r\nHost: a\rx: y\r\n\r\n") == 400);
    CHECK(get("x: a\rb\r\n") == 400);
    CHECK(get("x: y\r\r\n") == 400);
    CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\n\n") == 400);
    CHECK(refused("GET / HTTP/1.1\rHost: a\r\n\r\n") == 400);
  }
  SUBCASE("chunks") {
    const auto chunked = [&](std::string_view body) {
      return post("Transfer-Encoding: chunked\r\n\r\n" + std::string(body));
    };
    CHECK(chunked("1\nx\r\n0\r\n\r\n") == 400);
    CHECK(chunked("1\r\nx0\r\n\r\n") == 400);
    CHECK(chunked("1\r\nx\n0\r\n\r\n") == 400);
    CHECK(chunked("0x1\r\nx\r\n0\r\n\r\n") == 400);
    CHECK(chunked("-1\r\nx\r\n0\r\n\r\n") == 400);
    CHECK(chunked("1 \r\nx\r\n0\r\n\r\n") == 400);
    CHECK(chunked("g\r\n") == 400);
    CHECK(chunked("\r\n") == 400);
    CHECK(chunked("fffffffffffffffff\r\n") == 400);
    CHECK(chunked("1;a\nb\r\nx\r\n0\r\n\r\n") == 400);
    CHECK(chunked("1;a\rb\r\nx\r\n0\r\n\r\n") == 400);
    CHECK(chunked("0\r\nx: y\n\r\n") == 400);
  }
  SUBCASE("folded lines and spaces around names") {
    CHECK(get("x: y\r\n z\r\n") == 400);
    CHECK(get("x: y\r\n\tz\r\n") == 400);
    CHECK(get("x : y\r\n") == 400);
    CHECK(get("x\t: y\r\n") == 400);
    CHECK(refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == 400);
    CHECK(post("Content-Length : 1\r\n\r\nx") == 400);
  }
  SUBCASE("names and values") {
    CHECK(get(": y\r\n") == 400);
    CHECK(get("x\r\n") == 400);
    CHECK(get("x y: z\r\n") == 400);
    CHECK(get("x(: z\r\n") == 400);
    CHECK(get("x\xe9: z\r\n") == 400);
    CHECK(get(std::string_view("x: a\0b\r\n", 8)) == 400);
    CHECK(get(std::string_view("x\0: a\r\n", 7)) == 400);
    CHECK(get("x: a\x01"
              "b\r\n") == 400);
    CHECK(get("x: a\x7f"
              "b\r\n") == 400);
  }
  SUBCASE("Host") {
    CHECK(refused("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(refused("GET / HTTP/1.1\r\nHost:\r\n\r\n") == 400);
    CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
    CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n") == 400);
    for (const char* host :
         {"a b", "a/b", "u@a", "a?b", "a#b", "a\\b", "a:b", "[::1", ":80", "a,b:c"}) {
      INFO(host);
      CHECK(refused("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == 400);
    }
  }
}

TEST_CASE("request lines that are refused") {
  const auto refused = [](std::string_view line) {
    return Parse(std::string(line) + "\r\nHost: a\r\n\r\n").status;
  };
  CHECK(refused("CONNECT a:80 HTTP/1.1") == 501);
  CHECK(refused("GET a HTTP/1.1") == 400);
  CHECK(refused("GET * HTTP/1.1") == 400);
  CHECK(refused("GET ftp://a/ HTTP/1.1") == 400);
  CHECK(refused("GET http:// HTTP/1.1") == 400);
  CHECK(refused("GET http://u:p@a/ HTTP/1.1") == 400);
  CHECK(refused("GET /a#b HTTP/1.1") == 400);
  CHECK(refused("GET /\xc3\xa9 HTTP/1.1") == 400);
  CHECK(refused("GET /a b HTTP/1.1") == 400);
  CHECK(refused("GET /\x01 HTTP/1.1") == 400);
  CHECK(refused("GET / HTTP/2.0") == 505);
  CHECK(refused("GET / HTTP/0.9") == 505);
  CHECK(refused("GET / HTTP/1.2") == 400);
  CHECK(refused("GET / HTTX/1.1") == 400);
  CHECK(refused("GET /") == 505);
  CHECK(refused("get / HTTP/1.1") == 400);
  CHECK(refused("BREW / HTTP/1.1") == 400);
  CHECK(refused("DESCRIBE rtsp://a/ RTSP/1.0") >= 400);
  CHECK(Parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status == 505);
  CHECK(Parse("\x16\x03\x01\x02").status == 400);
  CHECK(Parse(Post("Expect: miracles\r\nContent-Length: 1\r\n\r\nx")).status == 417);
}

TEST_CASE("limits") {
  ServerLimits limits;
  limits.head_bytes = 200;
  limits.url_bytes = 50;
  limits.headers = 4;
  limits.body_bytes = 8;
  const auto refused = [&](std::string_view input) { return Parse(input, limits).status; };

  SUBCASE("of the URL") {
    CHECK(refused("GET /" + std::string(49, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
    CHECK(refused("GET /" + std::string(50, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414);
  }
  SUBCASE("of the head") {
    CHECK(refused(Get("x: " + std::string(100, 'y') + "\r\n")) == 0);
    CHECK(refused(Get("x: " + std::string(200, 'y') + "\r\n")) == 431);
    CHECK(refused(Get(std::string(200, 'y') + ": x\r\n")) == 431);
  }
  SUBCASE("of white space, which is in no value") {
    limits.head_bytes = 100;
    CHECK(Parse(Get("x:" + std::string(200'000, ' ') + "y\r\n"), 1000, limits).status == 431);
  }
  SUBCASE("of the number of headers") {
    CHECK(refused(Get("a:b\r\nc:d\r\ne:f\r\n")) == 0);
    CHECK(refused(Get("a:b\r\nc:d\r\ne:f\r\ng:h\r\n")) == 431);
  }
  SUBCASE("of the body") {
    CHECK(refused(Post("Content-Length: 8\r\n\r\n12345678")) == 0);
    CHECK(refused(Post("Content-Length: 9\r\n\r\n")) == 413);
    CHECK(refused(Post("Transfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n0\r\n\r\n")) == 0);
    CHECK(refused(Post("Transfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n1\r\nx\r\n")) == 413);
  }
  SUBCASE("of trailers and chunk extensions") {
    const std::string chunked = Post("Transfer-Encoding: chunked\r\n\r\n");
    const std::string much(20'000, 'x');
    CHECK(Parse(chunked + "1;" + much + "\r\nx\r\n0\r\n\r\n").status == 400);
    CHECK(Parse(chunked + "1;a=" + much + "\r\nx\r\n0\r\n\r\n").status == 400);
    CHECK(Parse(chunked + "0\r\nx: " + much + "\r\n\r\n").status == 400);
    std::string many = chunked + "0\r\n";
    for (int i = 0; i < 10'000; i++) many += "x:\r\n";
    CHECK(Parse(many + "\r\n").status == 400);
  }
}

TEST_SUITE_END();

}  // namespace isolane::http
