#include "runtime/http/response_parser.h"

#include "runtime/base/packed_head.h"
#include "runtime/http/framing.h"
#include "runtime/http/response_head.h"

namespace isolane::http {

// The order of llhttp's calls is that of a request's (request_parser.cc), with the status text in
// the place of the target.
struct ResponseParser::Callbacks {
  static ResponseParser& Parser(llhttp_t* llhttp) { return *static_cast<Machine*>(llhttp)->parser; }
  template <bool (ResponseParser::*kMethod)(std::string_view)>
  static int Data(llhttp_t* llhttp, const char* at, size_t size) {
    return (Parser(llhttp).*kMethod)({at, size}) ? 0 : static_cast<int>(HPE_USER);
  }
  static int Begin(llhttp_t* llhttp) {
    Parser(llhttp).BeginMessage();
    return 0;
  }
  static int HeadersComplete(llhttp_t* llhttp) { return Parser(llhttp).FinishHead(); }
  static int Complete(llhttp_t* llhttp) {
    return Parser(llhttp).FinishMessage() ? static_cast<int>(HPE_PAUSED) : 0;
  }

  static const llhttp_settings_t* Settings() {
    static const llhttp_settings_t settings = [] {
      llhttp_settings_t made;
      llhttp_settings_init(&made);
      made.on_message_begin = Begin;
      made.on_status = Data<&ResponseParser::AddStatusText>;
      made.on_header_field = Data<&ResponseParser::AddName>;
      made.on_header_value = Data<&ResponseParser::AddValue>;
      made.on_headers_complete = HeadersComplete;
      made.on_body = Data<&ResponseParser::AddBody>;
      made.on_message_complete = Complete;
      return made;
    }();
    return &settings;
  }
};

void ResponseParser::Begin(Asked asked) {
  llhttp_init(&machine_, HTTP_RESPONSE, Callbacks::Settings());
  asked_ = asked;
  after_switch_ = {};
  state_ = State::kHead;
  surplus_ = false;
  error_.clear();
  BeginMessage();
}

void ResponseParser::Feed(std::string_view bytes) {
  if (state_ == State::kComplete || state_ == State::kFailed) {
    surplus_ = true;
    return;
  }
  const int error = llhttp_execute(&machine_, bytes.data(), bytes.size());
  if (error == HPE_OK || state_ == State::kFailed) return;
  if (state_ == State::kComplete && status_ == 101) {
    const char* const end = llhttp_get_error_pos(&machine_);
    after_switch_ = bytes.substr(static_cast<size_t>(end - bytes.data()));
    return;
  }
  if (state_ == State::kComplete) {
    surplus_ |= llhttp_get_error_pos(&machine_) != bytes.data() + bytes.size();
    return;
  }
  const char* reason = llhttp_get_error_reason(&machine_);
  Fail(reason == nullptr || *reason == '\0' ? "malformed HTTP" : reason);
}

void ResponseParser::FeedEnd() {
  if (state_ == State::kComplete || state_ == State::kFailed) return;
  keep_alive_ = false;
  if (state_ == State::kBody) llhttp_finish(&machine_);
  if (state_ != State::kComplete) Fail("the connection ended too early");
}

void ResponseParser::BeginMessage() {
  head_.Clear();
  in_name_ = interim_ = has_body_ = false;
  name_at_ = value_at_ = trailer_bytes_ = 0;
  content_length_.reset();
}

bool ResponseParser::AddStatusText(std::string_view part) {
  if (head_.size() + part.size() > kMaxHeadBytes) {
    return Fail("the head of the response is too long");
  }
  // llhttp lets everything through, NUL too. RFC 9112 4 has no control characters in it, and tells
  // clients to make nothing of this text.
  char* to = head_.Reserve(part.size());
  for (const char c : part) {
    if (c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f)) *to++ = c;
  }
  head_.Commit(to);
  return true;
}

bool ResponseParser::AddName(std::string_view part) {
  if (state_ == State::kBody) {
    trailer_bytes_ += part.size() + 1;
    return trailer_bytes_ <= kMaxHeadBytes || Fail("the trailers of the response are too long");
  }
  if (!in_name_) {
    FinishHeader();
    head_.Append(base::kHeaderMark);
    name_at_ = head_.size();
    in_name_ = true;
  }
  if (head_.size() + part.size() > kMaxHeadBytes) {
    return Fail("the head of the response is too long");
  }
  char* to = head_.Reserve(part.size());
  for (const char c : part) *to++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  head_.Commit(to);
  return true;
}

bool ResponseParser::AddValue(std::string_view part) {
  if (state_ == State::kBody) {
    trailer_bytes_ += part.size();
    return trailer_bytes_ <= kMaxHeadBytes || Fail("the trailers of the response are too long");
  }
  if (in_name_) {
    head_.Append(base::kValueMark);
    value_at_ = head_.size();
    in_name_ = false;
  }
  head_.Append(part);
  return head_.size() <= kMaxHeadBytes || Fail("the head of the response is too long");
}

void ResponseParser::FinishHeader() {
  if (name_at_ == 0) return;
  if (in_name_) {
    head_.Append(base::kValueMark);
    value_at_ = head_.size();
    in_name_ = false;
  }
  size_t end = head_.size();
  while (end > value_at_ && (head_.data()[end - 1] == ' ' || head_.data()[end - 1] == '\t')) end--;
  head_.Truncate(end);
  const std::string_view all = head_.view();
  if (all.substr(name_at_, value_at_ - 1 - name_at_) == "content-length") {
    content_length_ = ParseContentLength(all.substr(value_at_));
  }
}

// What llhttp is told: -1 stops, 1 says that there is no body.
int ResponseParser::FinishHead() {
  FinishHeader();
  status_ = llhttp_get_status_code(&machine_);
  if (status_ == 101) {
    if (asked_ != Asked::kWebSocket) {
      Fail("it switched protocols, which nobody asked for");
      return -1;
    }
    interim_ = keep_alive_ = has_body_ = false;
    // No body, and what follows is no HTTP.
    return 2;
  }
  if (status_ < 100) {
    Fail("its status is below 100");
    return -1;
  }
  interim_ = status_ < 200;
  // RFC 9112 6.3: without a body, whatever it announces.
  if (interim_) return 1;
  keep_alive_ = llhttp_should_keep_alive(&machine_) != 0;
  has_body_ = asked_ != Asked::kHead && StatusAllowsBody(status_);
  state_ = State::kBody;
  return has_body_ ? 0 : 1;
}

bool ResponseParser::AddBody(std::string_view bytes) {
  events_.OnBody(bytes);
  return true;
}

bool ResponseParser::FinishMessage() {
  if (interim_) return false;
  state_ = State::kComplete;
  return true;
}

bool ResponseParser::Fail(std::string_view text) {
  state_ = State::kFailed;
  error_ = text;
  return false;
}

}  // namespace isolane::http
