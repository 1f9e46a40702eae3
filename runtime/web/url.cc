#include "runtime/web/url.h"

#include <array>
#include <cstring>
#include <string>

#include "runtime/js/convert.h"
#include "runtime/js/scratch.h"
#include "runtime/web/arguments.h"
#include "third_party/ada/ada_c.h"

namespace isolane::web {

namespace {

using v8::Isolate;
using v8::Local;
using v8::String;

// Owns one of ada's URLs.
class Url {
 public:
  explicit Url(ada_url url) : url_(url) {}
  ~Url() { ada_free(url_); }
  Url(const Url&) = delete;
  Url& operator=(const Url&) = delete;

  bool valid() const { return ada_is_valid(url_); }
  ada_url get() const { return url_; }

 private:
  ada_url url_;
};

void WriteOffsets(Isolate* isolate, const UrlOffsets& offsets) {
  std::memcpy(js::Scratch(isolate), &offsets, sizeof offsets);
}

// Returns the href and its offsets; `input` itself when it is the href already.
void ReturnHref(const Arguments& arguments, ada_url url, Local<String> input,
                std::string_view input_bytes) {
  Isolate* isolate = arguments.GetIsolate();
  const ada_url_components& parts = *ada_get_components(url);
  WriteOffsets(isolate, {parts.protocol_end, parts.username_end, parts.host_start, parts.host_end,
                         parts.pathname_start, parts.search_start, parts.hash_start});
  const ada_string href = ada_get_href(url);
  if (std::string_view(href.data, href.length) == input_bytes) {
    arguments.GetReturnValue().Set(input);
    return;
  }
  // An href is ASCII.
  Local<String> text;
  if (js::FromLatin1(isolate, {href.data, href.length}).ToLocal(&text)) {
    arguments.GetReturnValue().Set(text);
  }
}

// What a byte may be in a URL that needs no work.
enum ByteClass : uint8_t { kHost = 1, kPath = 2, kQuery = 4 };

constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> classes{};
  for (int c = 'a'; c <= 'z'; c++) classes[c] = kHost | kPath | kQuery;
  for (int c = 'A'; c <= 'Z'; c++) classes[c] = kPath | kQuery;
  for (int c = '0'; c <= '9'; c++) classes[c] = kHost | kPath | kQuery;
  for (char c : {'-', '.', '_'}) classes[c] = kHost | kPath | kQuery;
  for (char c : {'~', '!', '$', '&', '(', ')', '*', '+', ',', ';', '=', ':', '@', '/', '%'}) {
    classes[c] = kPath | kQuery;
  }
  classes['\''] = kPath;
  classes['?'] = kQuery;
  return classes;
}

constexpr std::array<uint8_t, 256> kClasses = MakeClasses();

bool Is(uint8_t byte, ByteClass byte_class) { return (kClasses[byte] & byte_class) != 0; }

// The end of the host that begins at `at`; 0 when it may need more than ASCII lower case.
size_t ScanHost(const uint8_t* text, size_t length, size_t at) {
  size_t label = at;
  for (;; at++) {
    const bool end = at == length || !Is(text[at], kHost);
    if (!end && text[at] != '.') continue;
    // Empty labels and punycode are left to ada.
    if (at == label) return 0;
    if (at - label >= 4 && std::memcmp(text + label, "xn--", 4) == 0) return 0;
    if (end) break;
    label = at + 1;
  }
  // A last label with a digit in front may be an IPv4 address.
  return text[label] >= 'a' && text[label] <= 'z' ? at : 0;
}

// The end of ":port"; `at` itself when there is none, 0 when it is not in normal form.
size_t ScanPort(const uint8_t* text, size_t length, size_t at, uint32_t default_port) {
  if (at == length || text[at] != ':') return at;
  at++;
  uint32_t port = 0;
  const size_t start = at;
  for (; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
    if (at - start == 5) return 0;
    port = port * 10 + (text[at] - '0');
  }
  if (at == start || text[start] == '0' || port > 65535 || port == default_port) return 0;
  return at;
}

}  // namespace

bool ScanNormalUrl(const uint8_t* text, size_t length, UrlOffsets& offsets) {
  if (length < 9 || std::memcmp(text, "http", 4) != 0) return false;
  const size_t protocol_end = text[4] == 's' ? 6 : 5;
  if (std::memcmp(text + protocol_end - 1, "://", 3) != 0) return false;
  const size_t host_start = protocol_end + 2;
  const size_t host_end = ScanHost(text, length, host_start);
  if (host_end == 0) return false;
  const size_t pathname_start = ScanPort(text, length, host_end, protocol_end == 6 ? 443 : 80);
  if (pathname_start == 0 || pathname_start == length || text[pathname_start] != '/') return false;

  size_t at = pathname_start;
  for (; at < length && Is(text[at], kPath); at++) {
    // "." and ".." segments, also written %2e, would be resolved.
    if (text[at] == '/' && at + 1 < length && (text[at + 1] == '.' || text[at + 1] == '%')) {
      return false;
    }
  }
  uint32_t search_start = kAdaOmitted;
  if (at < length && text[at] == '?') {
    search_start = static_cast<uint32_t>(at);
    while (at < length && Is(text[at], kQuery)) at++;
  }
  if (at < length) return false;
  const auto u32 = [](size_t value) { return static_cast<uint32_t>(value); };
  offsets = {u32(protocol_end),   u32(host_start), u32(host_start), u32(host_end),
             u32(pathname_start), search_start,    kAdaOmitted};
  return true;
}

void UrlParse(const Arguments& arguments) {
  if (!arguments[0]->IsString()) return;
  Isolate* isolate = arguments.GetIsolate();
  const auto input = arguments[0].As<String>();
  const Utf8Text text(isolate, input);
  if (arguments[1]->IsString()) {
    const Utf8Text base(isolate, arguments[1].As<String>());
    const Url url(ada_parse_with_base(text.data(), text.length(), base.data(), base.length()));
    if (url.valid()) ReturnHref(arguments, url.get(), input, text.view());
    return;
  }
  UrlOffsets offsets;
  if (ScanNormalUrl(reinterpret_cast<const uint8_t*>(text.data()), text.length(), offsets)) {
    WriteOffsets(isolate, offsets);
    arguments.GetReturnValue().Set(input);
    return;
  }
  const Url url(ada_parse(text.data(), text.length()));
  if (url.valid()) ReturnHref(arguments, url.get(), input, text.view());
}

void UrlCanParse(const Arguments& arguments) {
  if (!arguments[0]->IsString()) return;
  Isolate* isolate = arguments.GetIsolate();
  const Utf8Text text(isolate, arguments[0].As<String>());
  if (arguments[1]->IsString()) {
    const Utf8Text base(isolate, arguments[1].As<String>());
    arguments.GetReturnValue().Set(
        ada_can_parse_with_base(text.data(), text.length(), base.data(), base.length()));
  } else {
    arguments.GetReturnValue().Set(ada_can_parse(text.data(), text.length()));
  }
}

void UrlSet(const Arguments& arguments) {
  if (!arguments[0]->IsString() || !arguments[1]->IsInt32() || !arguments[2]->IsString()) return;
  // The order is that of the constants in builtins/web/url.js.
  enum Component {
    kHref,
    kProtocol,
    kUsername,
    kPassword,
    kHostAndPort,
    kHostname,
    kPort,
    kPathname,
    kSearch,
    kHash
  };
  Isolate* isolate = arguments.GetIsolate();
  const auto input = arguments[0].As<String>();
  const Utf8Text href(isolate, input);
  const Utf8Text value(isolate, arguments[2].As<String>());
  const Url url(ada_parse(href.data(), href.length()));
  if (!url.valid()) return;
  const char* data = value.data();
  const size_t length = value.length();
  bool accepted = true;
  switch (arguments[1].As<v8::Int32>()->Value()) {
    case kHref:
      accepted = ada_set_href(url.get(), data, length);
      break;
    case kProtocol:
      accepted = ada_set_protocol(url.get(), data, length);
      break;
    case kUsername:
      accepted = ada_set_username(url.get(), data, length);
      break;
    case kPassword:
      accepted = ada_set_password(url.get(), data, length);
      break;
    case kHostAndPort:
      accepted = ada_set_host(url.get(), data, length);
      break;
    case kHostname:
      accepted = ada_set_hostname(url.get(), data, length);
      break;
    case kPort:
      accepted = ada_set_port(url.get(), data, length);
      break;
    case kPathname:
      accepted = ada_set_pathname(url.get(), data, length);
      break;
    case kSearch:
      ada_set_search(url.get(), data, length);
      break;
    case kHash:
      ada_set_hash(url.get(), data, length);
      break;
    default:
      return;
  }
  if (accepted) ReturnHref(arguments, url.get(), input, href.view());
}

void UrlFetch(const Arguments& arguments) {
  if (!arguments[0]->IsString()) return;
  Isolate* isolate = arguments.GetIsolate();
  const auto input = arguments[0].As<String>();
  const Utf8Text text(isolate, input);
  UrlOffsets offsets;
  if (ScanNormalUrl(reinterpret_cast<const uint8_t*>(text.data()), text.length(), offsets)) {
    WriteOffsets(isolate, offsets);
    arguments.GetReturnValue().Set(input);
    return;
  }
  const Url url(ada_parse(text.data(), text.length()));
  if (!url.valid()) return;
  if (ada_has_credentials(url.get())) {
    ada_set_username(url.get(), "", 0);
    ada_set_password(url.get(), "", 0);
  }
  if (ada_has_hash(url.get())) ada_clear_hash(url.get());
  ReturnHref(arguments, url.get(), input, text.view());
}

void PercentDecode(const Arguments& arguments) {
  if (!arguments[0]->IsString()) return;
  Isolate* isolate = arguments.GetIsolate();
  const Utf8Text text(isolate, arguments[0].As<String>());
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  out.reserve(text.length());
  const std::string_view in = text.view();
  for (size_t i = 0; i < in.size(); i++) {
    if (in[i] == '%' && i + 2 < in.size() && digit(in[i + 1]) >= 0 && digit(in[i + 2]) >= 0) {
      out.push_back(static_cast<char>(digit(in[i + 1]) * 16 + digit(in[i + 2])));
      i += 2;
    } else {
      out.push_back(in[i]);
    }
  }
  Local<String> result;
  if (js::FromUtf8(isolate, out).ToLocal(&result)) arguments.GetReturnValue().Set(result);
}

}  // namespace isolane::web
