#include "runtime/http/response_head.h"

#include <cstring>

#include "runtime/base/packed_head.h"
#include "runtime/http/status_text.h"

namespace isolane::http {
namespace {

// Notes what the server has to know. False: the header is the server's business and is dropped.
bool NoteHeader(std::string_view name, std::string_view value, GivenHeaders* given) {
  switch (name.size()) {
    case 4:
      if (name == "date") given->date = true;
      return true;
    case 10:
      return name != "connection" && name != "keep-alive";
    case 14:
      if (name != "content-length") return true;
      given->content_length = ParseContentLength(value);
      return false;
    case 16:
      if (name == "content-encoding") {
        // Two of them are a list, which is not encoded here.
        given->encoding = given->encoded ? Encoding::kNone : ParseEncoding(value);
        given->encoded = true;
      }
      return true;
    case 17:
      return name != "transfer-encoding";
    default:
      return true;
  }
}

// Of this connection's handshake for a WebSocket, whoever's response is passed on.
bool IsOfHandshake(std::string_view name) {
  return name == "upgrade" || name == "sec-websocket-accept" || name == "sec-websocket-extensions";
}

// Null when it is not there, or the range is empty.
const char* Find(char wanted, const char* from, const char* end) {
  if (from == end) return nullptr;
  return static_cast<const char*>(std::memchr(from, wanted, static_cast<size_t>(end - from)));
}

char* PutStatusLine(char* to, int status, std::string_view text) {
  const std::string_view line = StatusLine(status);
  if (!line.empty() && (text.empty() || text == StatusText(status))) return Put(to, line);
  to = Put(to, "HTTP/1.1 ");
  to = PutDecimal(to, static_cast<unsigned>(status));
  *to++ = ' ';
  to = Put(to, text.empty() ? StatusText(status) : text);
  return Put(to, "\r\n");
}

}  // namespace

GivenHeaders WriteGivenHeaders(ByteBuffer& out, int status, std::string_view packed) {
  GivenHeaders given;
  // The setters of Headers refuse CR, as they do LF. Were one to come through all the same, what
  // holds it is left out: a response must never be split.
  const bool suspicious = Find('\r', packed.data(), packed.data() + packed.size()) != nullptr;
  // Each mark becomes two bytes, and the rest of the longest status line is added.
  char* to = out.Reserve(2 * packed.size() + 64);
  const char* const end = packed.data() + packed.size();
  const char* line = packed.data();
  const char* line_end = Find(base::kHeaderMark, line, end);
  if (line_end == nullptr) line_end = end;
  const std::string_view text(line, static_cast<size_t>(line_end - line));
  to = PutStatusLine(to, status, suspicious ? std::string_view() : text);
  while (line_end != end) {
    line = line_end + 1;
    line_end = Find(base::kHeaderMark, line, end);
    if (line_end == nullptr) line_end = end;
    const char* const mark = Find(base::kValueMark, line, line_end);
    if (mark == nullptr || (suspicious && Find('\r', line, line_end) != nullptr)) continue;
    const std::string_view name(line, static_cast<size_t>(mark - line));
    const std::string_view value(mark + 1, static_cast<size_t>(line_end - mark - 1));
    if (!NoteHeader(name, value, &given) || (status == 101 && IsOfHandshake(name))) continue;
    to = Put(to, name);
    *to++ = ':';
    *to++ = ' ';
    to = Put(to, value);
    *to++ = '\r';
    *to++ = '\n';
  }
  out.Commit(to);
  return given;
}

void WriteFramingHeaders(ByteBuffer& out, const BodyFraming& framing, bool write_length,
                         bool write_date, const ResponseContext& context) {
  char* to = out.Reserve(256);
  if (write_length) {
    to = Put(to, "content-length: ");
    to = PutDecimal(to, framing.length);
    to = Put(to, "\r\n");
  } else if (framing.framing == Framing::kChunked) {
    to = Put(to, "transfer-encoding: chunked\r\n");
  }
  if (write_date) {
    to = Put(to, "date: ");
    to = Put(to, context.date);
    to = Put(to, "\r\n");
  }
  if (!framing.keep_alive) {
    to = Put(to, "connection: close\r\n");
  } else if (context.http10) {
    to = Put(to, "connection: keep-alive\r\n");
  }
  to = Put(to, "\r\n");
  out.Commit(to);
}

}  // namespace isolane::http
