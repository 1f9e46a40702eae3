#include "runtime/http/response_head.h"

#include <doctest/doctest.h>

#include <string>

namespace isolane::http {
namespace {

struct Written {
  std::string text;
  BodyFraming framing;
};

Written Write(int status, std::string_view packed, const BodyFacts& body,
              ResponseContext context = {}) {
  context.date = "D";
  ByteBuffer out;
  const BodyFraming framing = WriteResponseHead(
      out, status, packed, body, context,
      [&body](Encoding) { return body.length ? std::optional(*body.length / 2) : body.length; });
  return {std::string(out.view()), framing};
}

std::string Packed(std::string text) {
  for (char& c : text) {
    if (c == '|') c = '\0';
  }
  return text;
}

const BodyFacts kNone{false, 0, true};
const BodyFacts kTen{true, 10, true};
const BodyFacts kUnknown{true, std::nullopt, true};

}  // namespace

TEST_SUITE_BEGIN("runtime/http/response_head");

TEST_CASE("the status line") {
  CHECK(Write(200, "", kTen).text == "HTTP/1.1 200 OK\r\ncontent-length: 10\r\ndate: D\r\n\r\n");
  CHECK(Write(200, "Fine", kTen).text.starts_with("HTTP/1.1 200 Fine\r\n"));
  CHECK(Write(404, "", kTen).text.starts_with("HTTP/1.1 404 Not Found\r\n"));
  // workerd's phrases, also for those that nobody has registered.
  CHECK(Write(413, "", kTen).text.starts_with("HTTP/1.1 413 Payload Too Large\r\n"));
  CHECK(Write(422, "", kTen).text.starts_with("HTTP/1.1 422 Unprocessable Entity\r\n"));
  CHECK(Write(299, "", kTen).text.starts_with("HTTP/1.1 299 Successful\r\n"));
  CHECK(Write(399, "", kTen).text.starts_with("HTTP/1.1 399 Redirection\r\n"));
  CHECK(Write(499, "", kTen).text.starts_with("HTTP/1.1 499 Client Error\r\n"));
  CHECK(Write(520, "", kTen).text.starts_with("HTTP/1.1 520 Server Error\r\n"));
  CHECK(Write(520, "Mine", kTen).text.starts_with("HTTP/1.1 520 Mine\r\n"));
  CHECK(Write(600, "", kTen).text.starts_with("HTTP/1.1 600 \r\n"));
}

TEST_CASE("headers") {
  SUBCASE("are written in order") {
    CHECK(Write(200, Packed("\na|1\nb|\na|2"), kTen).text ==
          "HTTP/1.1 200 OK\r\na: 1\r\nb: \r\na: 2\r\ncontent-length: 10\r\ndate: D\r\n\r\n");
  }
  SUBCASE("of framing and connection are the server's") {
    CHECK(Write(200, Packed("\nconnection|x\nkeep-alive|y\ntransfer-encoding|z\ncontent-length|7"),
                kTen)
              .text == "HTTP/1.1 200 OK\r\ncontent-length: 10\r\ndate: D\r\n\r\n");
  }
  SUBCASE("with a date of their own keep it") {
    CHECK(Write(200, Packed("\ndate|mine"), kTen).text ==
          "HTTP/1.1 200 OK\r\ndate: mine\r\ncontent-length: 10\r\n\r\n");
  }
  SUBCASE("never split a response") {
    const std::string text = Write(200, Packed("O\rK\na|1\nb|x\ry\nno-value\nc|3"), kTen).text;
    CHECK(text == "HTTP/1.1 200 OK\r\na: 1\r\nc: 3\r\ncontent-length: 10\r\ndate: D\r\n\r\n");
  }
}

TEST_CASE("framing") {
  const auto head = [](int status, std::string_view packed, const BodyFacts& body,
                       const ResponseContext& context = {}) {
    const Written written = Write(status, packed, body, context);
    return written.text.substr(written.text.find("\r\n") + 2);
  };
  SUBCASE("by length when it is known") {
    CHECK(Write(200, "", kTen).framing.framing == Framing::kLength);
    CHECK(head(200, "", kNone) == "content-length: 0\r\ndate: D\r\n\r\n");
  }
  SUBCASE("by chunks when it is not") {
    CHECK(head(200, "", kUnknown) == "transfer-encoding: chunked\r\ndate: D\r\n\r\n");
  }
  SUBCASE("by the length that was given when it is not known otherwise") {
    CHECK(head(200, Packed("\ncontent-length|7"), kUnknown) ==
          "content-length: 7\r\ndate: D\r\n\r\n");
    CHECK(head(200, Packed("\ncontent-length|x7"), kUnknown) ==
          "transfer-encoding: chunked\r\ndate: D\r\n\r\n");
  }
  SUBCASE("by the end of the connection in HTTP/1.0") {
    const ResponseContext context{false, true, true, {}};
    CHECK(head(200, "", kUnknown, context) == "date: D\r\nconnection: close\r\n\r\n");
    CHECK(head(200, "", kTen, context) ==
          "content-length: 10\r\ndate: D\r\nconnection: keep-alive\r\n\r\n");
  }
  SUBCASE("is none for 204, 304 and HEAD") {
    CHECK(head(204, Packed("\ncontent-length|7"), kTen) == "date: D\r\n\r\n");
    CHECK(head(304, "", kNone) == "date: D\r\n\r\n");
    CHECK(head(304, Packed("\ncontent-length|7"), kNone) == "content-length: 7\r\ndate: D\r\n\r\n");
    const ResponseContext context{true, false, true, {}};
    CHECK(head(200, "", kTen, context) == "content-length: 10\r\ndate: D\r\n\r\n");
    CHECK(head(200, "", kNone, context) == "date: D\r\n\r\n");
    CHECK(head(200, Packed("\ncontent-length|7"), kNone, context) ==
          "content-length: 7\r\ndate: D\r\n\r\n");
    CHECK(Write(200, "", kTen, context).framing.framing == Framing::kNoBody);
  }
}

TEST_CASE("content-encoding asks for compression") {
  const Written bytes = Write(200, Packed("\ncontent-encoding|gzip"), kTen);
  CHECK(bytes.framing.encoding == Encoding::kGzip);
  CHECK(bytes.framing.length == 5);
  CHECK(Write(200, Packed("\ncontent-encoding|br\ncontent-length|3"), kUnknown).framing.framing ==
        Framing::kChunked);
  CHECK(Write(200, Packed("\ncontent-encoding|deflate"), kTen).framing.encoding ==
        Encoding::kDeflate);
  CHECK(Write(200, Packed("\ncontent-encoding|zstd"), kTen).framing.encoding == Encoding::kNone);
  CHECK(Write(200, Packed("\ncontent-encoding|gzip"), {true, 10, false}).framing.encoding ==
        Encoding::kNone);
  CHECK(Write(200, Packed("\ncontent-encoding|gzip"), kNone).framing.encoding == Encoding::kNone);
}

TEST_SUITE_END();

}  // namespace isolane::http
