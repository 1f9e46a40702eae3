#include "runtime/http/response_parser.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace isolane::http {
namespace {

struct Outcome : ResponseParser::Events {
  void OnBody(std::string_view bytes) override { body += bytes; }
  ResponseParser parser{*this};
  std::string body;
};

std::string Packed(std::string text) {
  for (char& c : text) {
    if (c == '|') c = '\0';
  }
  return text;
}

void Feed(Outcome& outcome, std::string_view input, size_t step, bool to_head = false) {
  outcome.parser.Begin(to_head ? ResponseParser::Asked::kHead : ResponseParser::Asked::kBody);
  outcome.body.clear();
  for (size_t at = 0; at < input.size(); at += step) outcome.parser.Feed(input.substr(at, step));
}

using State = ResponseParser::State;

}  // namespace

TEST_SUITE_BEGIN("runtime/http/response_parser");

TEST_CASE("responses") {
  Outcome outcome;
  const ResponseParser& parser = outcome.parser;
  for (const size_t step : {1u, 3u, 1000u}) {
    INFO("step ", step);
    Feed(outcome, "HTTP/1.1 404 Not Here\r\nX-A: b \r\nContent-Length: 3\r\n\r\nabc", step);
    CHECK(parser.state() == State::kComplete);
    CHECK(parser.status() == 404);
    CHECK(parser.head() == Packed("Not Here\nx-a|b\ncontent-length|3"));
    CHECK(parser.content_length() == 3);
    CHECK(outcome.body == "abc");
    CHECK(parser.keep_alive());

    Feed(outcome,
         "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nt: u\r\n\r\n",
         step);
    CHECK(parser.state() == State::kComplete);
    CHECK(parser.head() == Packed("\ntransfer-encoding|chunked"));
    CHECK(outcome.body == "abc");

    // Control characters of the status text are nobody's business.
    Feed(outcome,
         std::string_view("HTTP/1.1 200 O\0\x01K\t\x7f!\r\nA: b\r\nContent-Length: 0\r\n\r\n", 49),
         step);
    CHECK(parser.state() == State::kComplete);
    CHECK(parser.head() == Packed("OK\t!\na|b\ncontent-length|0"));

    // An interim response has no body, even if it says so.
    Feed(outcome,
         "HTTP/1.1 103 Early\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
         "1\r\n\r\nx",
         step);
    CHECK(parser.state() == State::kComplete);
    CHECK(parser.head() == Packed("OK\ncontent-length|1"));
    CHECK(outcome.body == "x");
    Feed(outcome, "HTTP/1.1 004 No\r\na: b\r\n\r\nbody", step);
    CHECK(parser.state() == State::kFailed);
    CHECK(parser.error() == "its status is below 100");
    CHECK(outcome.body.empty());

    // Interim responses are of no interest.
    Feed(outcome,
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 204 No "
         "Content\r\na: b\r\n\r\n",
         step);
    CHECK(parser.state() == State::kComplete);
    CHECK(parser.head() == Packed("No Content\na|b"));
    CHECK_FALSE(parser.has_body());

    Feed(outcome, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", step, true);
    CHECK(parser.state() == State::kComplete);
    CHECK_FALSE(parser.has_body());
    CHECK(parser.keep_alive());

    Feed(outcome, "HTTP/1.1 200 OK\r\n\r\nuntil the end", step);
    CHECK(parser.state() == State::kBody);
    outcome.parser.FeedEnd();
    CHECK(parser.state() == State::kComplete);
    CHECK(outcome.body == "until the end");
    CHECK_FALSE(parser.keep_alive());

    Feed(outcome, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxsurplus", step);
    CHECK(parser.state() == State::kComplete);
    CHECK(outcome.body == "x");
    CHECK_FALSE(parser.keep_alive());

    Feed(outcome, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", step);
    CHECK_FALSE(parser.keep_alive());
  }
}

TEST_CASE("what is refused") {
  Outcome outcome;
  for (const char* bad :
       {"garbage", "HTTP/1.1 200 OK\nx: y\n\n", "HTTP/1.1 200 OK\r\nx : y\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"}) {
    INFO(bad);
    Feed(outcome, bad, 1);
    CHECK(outcome.parser.state() == State::kFailed);
    CHECK_FALSE(outcome.parser.error().empty());
  }
  Feed(outcome, "HTTP/1.1 200 OK\r\nx: " + std::string(200'000, 'y') + "\r\n\r\n", 1000);
  CHECK(outcome.parser.state() == State::kFailed);
  Feed(outcome, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", 1000);
  outcome.parser.FeedEnd();
  CHECK(outcome.parser.state() == State::kFailed);
}

TEST_SUITE_END();

}  // namespace isolane::http
