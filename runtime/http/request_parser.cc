#include "runtime/http/request_parser.h"

#include <array>

#include "runtime/base/packed_head.h"
#include "runtime/http/request_target.h"

namespace isolane::http {
namespace {

// Beyond this, chunk extensions and trailers are an attack: nobody uses so many.
constexpr size_t kMaxExtraBytes = 16 * 1024;
// Separators and white space between what the limits count.
constexpr size_t kRawSlack = 64 * 1024;

constexpr std::array<char, 256> MakeLowerCase() {
  std::array<char, 256> lower{};
  for (int c = 0; c < 256; c++) lower[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return lower;
}

constexpr std::array<char, 256> kLowerCase = MakeLowerCase();

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); i++) {
    if (kLowerCase[static_cast<unsigned char>(text[i])] != lower[i]) return false;
  }
  return true;
}

// Of a comma-separated list.
std::string_view LastItem(std::string_view list) {
  list.remove_prefix(list.rfind(',') + 1);  // npos + 1 is 0
  while (list.starts_with(' ') || list.starts_with('\t')) list.remove_prefix(1);
  return list;
}

}  // namespace

// The order of llhttp's calls for one request: message begin, target, (name, value)*, headers
// complete, body*, (name, value)* of trailers, message complete. Names, values, target and body may
// come in parts; a name may come without a value when the value is empty.
struct RequestParser::Callbacks {
  static RequestParser& Parser(llhttp_t* llhttp) { return *static_cast<Machine*>(llhttp)->parser; }
  template <bool (RequestParser::*kMethod)(std::string_view)>
  static int Data(llhttp_t* llhttp, const char* at, size_t size) {
    return (Parser(llhttp).*kMethod)({at, size}) ? 0 : static_cast<int>(HPE_USER);
  }
  static int Extension(llhttp_t* llhttp, const char*, size_t size) {
    return Parser(llhttp).AddExtension(size) ? 0 : static_cast<int>(HPE_USER);
  }
  static int Begin(llhttp_t* llhttp) {
    Parser(llhttp).BeginRequest();
    return 0;
  }
  static int HeadersComplete(llhttp_t* llhttp) { return Parser(llhttp).FinishHead() ? 0 : -1; }
  static int Complete(llhttp_t* llhttp) {
    RequestParser& parser = Parser(llhttp);
    parser.stage_ = Stage::kBetween;
    return parser.events_.OnRequestEnd() ? 0 : static_cast<int>(HPE_PAUSED);
  }

  static const llhttp_settings_t* Settings() {
    static const llhttp_settings_t settings = [] {
      llhttp_settings_t made;
      llhttp_settings_init(&made);
      made.on_message_begin = Begin;
      made.on_url = Data<&RequestParser::AddTarget>;
      made.on_header_field = Data<&RequestParser::AddName>;
      made.on_header_value = Data<&RequestParser::AddValue>;
      made.on_headers_complete = HeadersComplete;
      made.on_body = Data<&RequestParser::AddBody>;
      made.on_chunk_extension_name = Extension;
      made.on_chunk_extension_value = Extension;
      made.on_message_complete = Complete;
      return made;
    }();
    return &settings;
  }
};

RequestParser::RequestParser(Events& events, const ServerLimits& limits, std::string_view scheme)
    : events_(events), limits_(limits), scheme_(scheme) {
  machine_.parser = this;
  llhttp_init(&machine_, HTTP_REQUEST, Callbacks::Settings());
}

RequestParser::Outcome RequestParser::Feed(std::string_view& bytes) {
  llhttp_t* llhttp = &machine_;
  const size_t fed = bytes.size();
  while (!bytes.empty()) {
    const int error = llhttp_execute(llhttp, bytes.data(), bytes.size());
    if (error == HPE_OK) {
      bytes = {};
      break;
    }
    if (refusal_.status == 0 && (error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE)) {
      bytes.remove_prefix(static_cast<size_t>(llhttp_get_error_pos(llhttp) - bytes.data()));
      if (error == HPE_PAUSED) {
        llhttp_resume(llhttp);
        return Outcome::kPaused;
      }
      llhttp_resume_after_upgrade(llhttp);
      if (events_.OnUpgradeAsked()) return Outcome::kPaused;
      // An upgrade to something unknown is ignored (RFC 9110 7.8): what follows is HTTP.
      continue;
    }
    RefuseAsParsed(error);
    return Outcome::kRefused;
  }
  if (stage_ == Stage::kHead) {
    // Optional white space is not seen by the callbacks, so it is bounded here.
    raw_head_bytes_ += fed;
    if (raw_head_bytes_ > limits_.head_bytes + limits_.url_bytes + kRawSlack) {
      Refuse(431, "The head of the request is too long.");
      return Outcome::kRefused;
    }
  }
  return Outcome::kMore;
}

void RequestParser::BeginRequest() {
  stage_ = Stage::kHead;
  in_name_ = trailers_ = false;
  target_.Clear();
  headers_.Clear();
  name_at_ = value_at_ = header_count_ = raw_head_bytes_ = extra_bytes_ = 0;
  body_bytes_ = 0;
  seen_ = {};
  info_ = {};
}

bool RequestParser::AddTarget(std::string_view part) {
  if (target_.size() + part.size() > limits_.url_bytes) {
    return Refuse(414, "The URL is longer than " + std::to_string(limits_.url_bytes) + " bytes.");
  }
  target_.Append(part);
  return true;
}

bool RequestParser::AddName(std::string_view part) {
  if (trailers_) return AddExtension(part.size());
  if (!in_name_) {
    if (!FinishHeader()) return false;
    if (++header_count_ > limits_.headers) {
      return Refuse(431, "More than " + std::to_string(limits_.headers) + " header lines.");
    }
    headers_.Append(base::kHeaderMark);
    name_at_ = headers_.size();
    in_name_ = true;
  }
  if (headers_.size() + target_.size() + part.size() > limits_.head_bytes) {
    return Refuse(431, "The head is longer than " + std::to_string(limits_.head_bytes) + " bytes.");
  }
  char* to = headers_.Reserve(part.size());
  for (const char c : part) *to++ = kLowerCase[static_cast<unsigned char>(c)];
  headers_.Commit(to);
  return true;
}

bool RequestParser::AddValue(std::string_view part) {
  if (trailers_) return AddExtension(part.size());
  if (in_name_) {
    headers_.Append(base::kValueMark);
    value_at_ = headers_.size();
    in_name_ = false;
  }
  if (headers_.size() + target_.size() + part.size() > limits_.head_bytes) {
    return Refuse(431, "The head is longer than " + std::to_string(limits_.head_bytes) + " bytes.");
  }
  headers_.Append(part);
  return true;
}

bool RequestParser::AddExtension(size_t size) {
  extra_bytes_ += size + 1;
  return extra_bytes_ <= kMaxExtraBytes ||
         Refuse(400, "Trailers and chunk extensions are longer than 16 KiB.");
}

bool RequestParser::FinishHeader() {
  if (name_at_ == 0) return true;
  if (in_name_) {
    headers_.Append(base::kValueMark);
    value_at_ = headers_.size();
    in_name_ = false;
  }
  size_t end = headers_.size();
  while (end > value_at_ && (headers_.data()[end - 1] == ' ' || headers_.data()[end - 1] == '\t')) {
    end--;
  }
  headers_.Truncate(end);
  const std::string_view all = headers_.view();
  return NoteHeader(all.substr(name_at_, value_at_ - 1 - name_at_), all.substr(value_at_));
}

bool RequestParser::NoteHeader(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 4:
      if (name != "host") return true;
      seen_.hosts++;
      seen_.host_at = value_at_;
      seen_.host_size = value.size();
      return true;
    case 6:
      if (name != "expect") return true;
      if (!EqualsIgnoringCase(value, "100-continue")) {
        return Refuse(417, "The only expectation that is understood is 100-continue.");
      }
      info_.expects_continue = true;
      return true;
    case 14: {
      if (name != "content-length") return true;
      // llhttp has refused everything but one number that fits.
      uint64_t length = 0;
      for (const char c : value) length = length * 10 + static_cast<uint64_t>(c - '0');
      info_.content_length = length;
      info_.has_body = true;
      return true;
    }
    case 17:
      if (name != "transfer-encoding") return true;
      seen_.transfer_encodings++;
      seen_.coding = EqualsIgnoringCase(value, "chunked")             ? Seen::Coding::kChunked
                     : EqualsIgnoringCase(LastItem(value), "chunked") ? Seen::Coding::kMore
                                                                      : Seen::Coding::kNotChunked;
      info_.has_body = true;
      return true;
    default:
      return true;
  }
}

bool RequestParser::FinishHead() {
  if (!FinishHeader()) return false;
  llhttp_t* llhttp = &machine_;
  const std::string_view method =
      llhttp_method_name(static_cast<llhttp_method_t>(llhttp_get_method(llhttp)));
  const int major = llhttp_get_http_major(llhttp);
  const int minor = llhttp_get_http_minor(llhttp);
  if (major != 1 || minor > 1) return Refuse(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
  info_.http10 = minor == 0;
  info_.head_request = method == "HEAD";
  if (method == "CONNECT") {
    return Refuse(501, "CONNECT is not supported: this server is not a proxy.");
  }

  if (seen_.transfer_encodings > 0) {
    if (info_.http10) return Refuse(400, "HTTP/1.0 has no Transfer-Encoding.");
    if (seen_.transfer_encodings > 1) return Refuse(400, "Transfer-Encoding is given twice.");
    if (info_.content_length) return Refuse(400, "Both Transfer-Encoding and Content-Length.");
    if (seen_.coding == Seen::Coding::kNotChunked) {
      return Refuse(400, "Transfer-Encoding does not end in \"chunked\".");
    }
    if (seen_.coding == Seen::Coding::kMore) {
      return Refuse(501, "The only Transfer-Encoding that is supported is \"chunked\".");
    }
  }
  if (seen_.hosts > 1) return Refuse(400, "Host is given twice.");
  if (seen_.hosts == 0 && !info_.http10) return Refuse(400, "The Host header is missing.");
  std::string_view host = headers_.view().substr(seen_.host_at, seen_.host_size);
  if (seen_.hosts == 0) host = "localhost";
  if (!IsValidHost(host)) return Refuse(400, "The Host header is not a valid host.");
  const TargetForm form = ClassifyTarget(target_.view());
  if (form == TargetForm::kInvalid || (form == TargetForm::kAsterisk && method != "OPTIONS")) {
    return Refuse(400, "The request target is neither a path nor an http URL.");
  }
  if (limits_.body_bytes != 0 && info_.content_length.value_or(0) > limits_.body_bytes) {
    return Refuse(413, "The body is longer than " + std::to_string(limits_.body_bytes) + " bytes.");
  }
  if (info_.http10) info_.expects_continue = false;  // RFC 9110 10.1.1
  info_.keep_alive = llhttp_should_keep_alive(llhttp) != 0;

  ByteBuffer& packed = events_.OnHeadStart();
  char* to = packed.Reserve(method.size() + 1 + MaxUrlSize(host, target_.view()) + headers_.size());
  to = Put(to, method);
  *to++ = base::kValueMark;
  to = PutUrl(to, form, scheme_, host, target_.view());
  to = Put(to, headers_.view());
  packed.Commit(to);
  stage_ = Stage::kBody;
  trailers_ = true;  // every header line from here on is one
  events_.OnHead(info_);
  return true;
}

bool RequestParser::AddBody(std::string_view bytes) {
  body_bytes_ += bytes.size();
  if (limits_.body_bytes != 0 && body_bytes_ > limits_.body_bytes) {
    return Refuse(413, "The body is longer than " + std::to_string(limits_.body_bytes) + " bytes.");
  }
  events_.OnBody(bytes);
  return true;
}

bool RequestParser::Refuse(int status, std::string_view text) {
  if (refusal_.status == 0) refusal_ = {status, std::string(text)};
  return false;
}

void RequestParser::RefuseAsParsed(int error) {
  if (refusal_.status != 0) return;
  if (error == HPE_PAUSED_H2_UPGRADE) {
    Refuse(505, "This server does not speak HTTP/2.");
    return;
  }
  const char* reason = llhttp_get_error_reason(&machine_);
  std::string text = reason == nullptr || *reason == '\0' ? "Malformed HTTP" : reason;
  text += '.';
  if (error == HPE_INVALID_METHOD && stage_ == Stage::kBetween) {
    text += " (Is this TLS? This port speaks plain HTTP.)";
  }
  Refuse(400, text);
}

}  // namespace isolane::http
