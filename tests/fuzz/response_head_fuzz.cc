// runtime/http/response_parser.h, and what response_head.h writes of a head that was parsed. The
// input: a byte of options, a byte that says how it is split, and what a server sends.
#include <string>

#include "runtime/http/response_head.h"
#include "runtime/http/response_parser.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/packed_head_checks.h"
#include "tests/fuzz/targets.h"

namespace isolane::fuzz {

namespace {

using http::ResponseParser;
using State = ResponseParser::State;

constexpr uint8_t kToHead = 1;
constexpr uint8_t kEnds = 2;

// Far below kMaxHeadBytes, which a whole may pass where its pieces do not.
constexpr size_t kMaxInput = 32 * 1024;

class Response final : ResponseParser::Events {
 public:
  explicit Response(bool to_head) {
    parser_.Begin(to_head ? ResponseParser::Asked::kHead : ResponseParser::Asked::kBody);
  }

  void Feed(std::string_view bytes) { parser_.Feed(bytes); }
  void FeedEnd() { parser_.FeedEnd(); }
  const ResponseParser& parser() const { return parser_; }
  const std::string& body() const { return body_; }
  bool has_head() const {
    return parser_.state() == State::kBody || parser_.state() == State::kComplete;
  }

 private:
  void OnBody(std::string_view bytes) override {
    ISOLANE_CHECK(parser_.state() == State::kBody && parser_.has_body());
    body_ += bytes;
  }

  ResponseParser parser_{*this};
  std::string body_;
};

void CheckSame(const Response& a, const Response& b) {
  const ResponseParser& whole = a.parser();
  const ResponseParser& pieces = b.parser();
  ISOLANE_CHECK(whole.state() == pieces.state());
  ISOLANE_CHECK(whole.error() == pieces.error());
  if (!a.has_head()) return;
  ISOLANE_CHECK(whole.status() == pieces.status() && whole.head() == pieces.head());
  ISOLANE_CHECK(whole.content_length() == pieces.content_length());
  ISOLANE_CHECK(whole.has_body() == pieces.has_body());
  ISOLANE_CHECK(a.body() == b.body());
  ISOLANE_CHECK(whole.keep_alive() == pieces.keep_alive());
}

void CheckResponse(const Response& response) {
  const ResponseParser& parser = response.parser();
  const std::string_view head = parser.head();
  ISOLANE_CHECK(head.size() <= ResponseParser::kMaxHeadBytes);
  CheckPackedHeaders(head);
  ISOLANE_CHECK(base::PackedStart(head).find('\0') == head.npos);
  ISOLANE_CHECK(parser.status() >= 200 && parser.status() <= 999);
  std::string_view value;
  const size_t codings = CountHeader(head, "transfer-encoding", &value);
  // Other codings before it are passed on as they are, like a content coding.
  const bool chunked =
      codings > 0 && value.size() >= 7 && IsChunked(value.substr(value.size() - 7));
  const size_t lengths = CountHeader(head, "content-length", &value);
  ISOLANE_CHECK(lengths <= 1);
  ISOLANE_CHECK(lengths == 0 || codings == 0);
  if (!parser.has_body()) ISOLANE_CHECK(response.body().empty());
  if (lengths == 1 && parser.has_body() && parser.content_length()) {
    const uint64_t length = *parser.content_length();
    ISOLANE_CHECK(response.body().size() <= length);
    if (parser.state() == State::kComplete) ISOLANE_CHECK(response.body().size() == length);
  }
  // A body that only the end of the connection ends leaves no connection to use again.
  if (parser.has_body() && lengths == 0 && !chunked && parser.state() == State::kComplete) {
    ISOLANE_CHECK(!parser.keep_alive());
  }
}

// What a client of ours reads of the head when it is sent on.
void CheckSentOn(const ResponseParser& parser) {
  http::ByteBuffer out;
  http::WriteGivenHeaders(out, parser.status(), parser.head());
  out.Append("\r\n");
  Response again(true);
  again.Feed(out.view());
  ISOLANE_CHECK(again.parser().state() == State::kComplete);
  ISOLANE_CHECK(again.parser().status() == parser.status());
  std::string kept;
  base::VisitPackedHeaders(parser.head(), [&](std::string_view name, std::string_view value) {
    if (name == "connection" || name == "keep-alive" || name == "content-length") return;
    if (name != "transfer-encoding") base::AppendPackedHeader(kept, name, value);
  });
  const std::string_view head = again.parser().head();
  ISOLANE_CHECK(head.substr(base::PackedStart(head).size()) == kept);
}

}  // namespace

void ResponseHead(std::string_view bytes) {
  if (bytes.size() > kMaxInput) return;
  Input input(bytes);
  const uint8_t options = input.Byte();
  Pieces pieces(input.Byte());
  const std::string_view sent = input.Rest();

  Response whole((options & kToHead) != 0);
  whole.Feed(sent);
  Response in_pieces((options & kToHead) != 0);
  for (std::string_view rest = sent; !rest.empty();) in_pieces.Feed(pieces.Next(rest));
  if ((options & kEnds) != 0) {
    whole.FeedEnd();
    in_pieces.FeedEnd();
  }
  CheckSame(whole, in_pieces);
  if (!whole.has_head()) return;
  CheckResponse(whole);
  CheckSentOn(whole.parser());
}

}  // namespace isolane::fuzz
