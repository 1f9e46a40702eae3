// runtime/http/request_parser.h. The input: a byte of options, a byte that says how it is split,
// and what a client sends.
#include <string>
#include <vector>

#include "runtime/http/framing.h"
#include "runtime/http/request_parser.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/packed_head_checks.h"
#include "tests/fuzz/targets.h"

namespace isolane::fuzz {

namespace {

constexpr uint8_t kSmallLimits = 1;
constexpr uint8_t kPause = 2;

// Far below the parser's fixed bounds, which count what one call brought.
constexpr size_t kMaxInput = 32 * 1024;

struct Parsed {
  http::RequestInfo info;
  std::string head;
  std::string body;
  bool complete = false;
};

// One client's requests.
class Requests final : http::RequestParser::Events {
 public:
  Requests(const http::ServerLimits& limits, bool pauses)
      : parser_(*this, limits), pauses_(pauses) {}

  void Feed(std::string_view bytes) {
    while (!bytes.empty() && !refused_) {
      const size_t before = bytes.size();
      switch (parser_.Feed(bytes)) {
        case http::RequestParser::Outcome::kMore:
          ISOLANE_CHECK(bytes.empty());
          break;
        case http::RequestParser::Outcome::kPaused:
          ISOLANE_CHECK(pauses_ && !all_.empty() && all_.back().complete);
          ISOLANE_CHECK(bytes.size() < before);
          break;
        case http::RequestParser::Outcome::kRefused:
          refused_ = true;
          ISOLANE_CHECK(parser_.refusal().status >= 400 && parser_.refusal().status < 600);
          ISOLANE_CHECK(!parser_.refusal().text.empty());
          break;
      }
    }
  }

  const std::vector<Parsed>& all() const { return all_; }
  bool refused() const { return refused_; }

 private:
  bool OnUpgradeAsked() override { return false; }
  http::ByteBuffer& OnHeadStart() override {
    ISOLANE_CHECK(all_.empty() || all_.back().complete);
    head_.Clear();
    return head_;
  }
  void OnHead(const http::RequestInfo& info) override {
    all_.push_back({info, std::string(head_.view()), {}, false});
  }
  void OnBody(std::string_view bytes) override {
    ISOLANE_CHECK(!all_.empty() && !all_.back().complete && all_.back().info.has_body);
    all_.back().body += bytes;
  }
  bool OnRequestEnd() override {
    ISOLANE_CHECK(!all_.empty() && !all_.back().complete);
    all_.back().complete = true;
    return !pauses_;
  }

  http::RequestParser parser_;
  const bool pauses_;
  http::ByteBuffer head_;
  std::vector<Parsed> all_;
  bool refused_ = false;
};

void CheckRequest(const Parsed& request, const http::ServerLimits& limits) {
  const std::string_view head = request.head;
  ISOLANE_CHECK(CheckPackedHeaders(head) <= limits.headers);
  const std::string_view start = base::PackedStart(head);
  ISOLANE_CHECK(start.find('\0') != start.npos && start.find('\0') == start.rfind('\0'));
  const std::string_view method = base::PackedMethod(head);
  const std::string_view url = base::PackedUrl(head);
  ISOLANE_CHECK(!method.empty() && request.info.head_request == (method == "HEAD"));
  for (const char c : method) ISOLANE_CHECK(IsTokenCharacter(c));
  ISOLANE_CHECK((url[0] | 0x20) == 'h' && url.find("://") != url.npos);
  for (const char c : url) ISOLANE_CHECK(static_cast<unsigned char>(c) > 0x20 && c != 0x7f);
  std::string_view host = "localhost";
  std::string_view value;
  const size_t hosts = CountHeader(head, "host", &host);
  ISOLANE_CHECK(hosts == 1 || (hosts == 0 && request.info.http10));
  const size_t added = std::string_view("http://").size() + host.size();
  ISOLANE_CHECK(url.size() <= limits.url_bytes + added);
  ISOLANE_CHECK(head.size() <= limits.head_bytes + method.size() + 1 + added);
  ISOLANE_CHECK(limits.body_bytes == 0 || request.body.size() <= limits.body_bytes);

  // Two readers of one head must never find two ends of its body.
  const size_t codings = CountHeader(head, "transfer-encoding", &value);
  ISOLANE_CHECK(codings <= 1 && (codings == 0 || (IsChunked(value) && !request.info.http10)));
  const size_t lengths = CountHeader(head, "content-length", &value);
  ISOLANE_CHECK(lengths + codings <= 1);
  ISOLANE_CHECK(request.info.has_body == (lengths + codings == 1));
  ISOLANE_CHECK(request.info.content_length.has_value() == (lengths == 1));
  if (lengths == 1) {
    const uint64_t length = *request.info.content_length;
    for (const char c : value) ISOLANE_CHECK(c >= '0' && c <= '9');
    ISOLANE_CHECK(value.size() > 18 || http::ParseContentLength(value) == length);
    ISOLANE_CHECK(request.body.size() <= length);
    ISOLANE_CHECK(!request.complete || request.body.size() == length);
  }
  if (!request.info.has_body) ISOLANE_CHECK(request.body.empty());
}

// The lines of the first head, as they were sent: nothing that another server might read otherwise.
void CheckRawHead(std::string_view bytes) {
  while (bytes.starts_with('\r') || bytes.starts_with('\n')) bytes.remove_prefix(1);
  for (size_t line = 0;; line++) {
    const size_t end = bytes.find('\n');
    ISOLANE_CHECK(end != bytes.npos && end > 0 && bytes[end - 1] == '\r');
    const std::string_view text = bytes.substr(0, end - 1);
    if (text.empty()) return;
    bytes.remove_prefix(end + 1);
    ISOLANE_CHECK(text.find('\r') == text.npos && text.find('\0') == text.npos);
    if (line == 0) continue;
    const size_t colon = text.find(':');
    ISOLANE_CHECK(colon != text.npos && colon > 0);
    for (const char c : text.substr(0, colon)) ISOLANE_CHECK(IsTokenCharacter(c));
  }
}

void CheckSame(const Requests& whole, const Requests& pieces) {
  // With which status depends on the pieces: a first mistake may be noticed before or after a
  // second one that came with it.
  ISOLANE_CHECK(whole.refused() == pieces.refused());
  ISOLANE_CHECK(whole.all().size() == pieces.all().size());
  for (size_t i = 0; i < whole.all().size(); i++) {
    const Parsed& a = whole.all()[i];
    const Parsed& b = pieces.all()[i];
    ISOLANE_CHECK(a.head == b.head && a.complete == b.complete);
    ISOLANE_CHECK(a.info.keep_alive == b.info.keep_alive);
    ISOLANE_CHECK(a.info.http10 == b.info.http10);
    ISOLANE_CHECK(a.info.expects_continue == b.info.expects_continue);
    ISOLANE_CHECK(a.info.content_length == b.info.content_length);
    // Of a refused one, as much as came before the mistake was noticed.
    ISOLANE_CHECK(a.body == b.body || (!a.complete && a.body.size() < b.body.size()));
  }
}

}  // namespace

void RequestHead(std::string_view bytes) {
  if (bytes.size() > kMaxInput) return;
  Input input(bytes);
  const uint8_t options = input.Byte();
  Pieces pieces(input.Byte());
  const std::string_view sent = input.Rest();
  http::ServerLimits limits;
  if ((options & kSmallLimits) != 0) {
    limits.head_bytes = 200;
    limits.url_bytes = 40;
    limits.headers = 6;
    limits.body_bytes = 60;
  }

  Requests whole(limits, false);
  whole.Feed(sent);
  Requests in_pieces(limits, (options & kPause) != 0);
  for (std::string_view rest = sent; !rest.empty();) in_pieces.Feed(pieces.Next(rest));

  CheckSame(whole, in_pieces);
  for (const Parsed& request : whole.all()) CheckRequest(request, limits);
  if (!whole.all().empty()) CheckRawHead(sent);
}

}  // namespace isolane::fuzz
