#include "third_party/llhttp/llhttp.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <string_view>

namespace {

// Writes down every callback: "name" for an event, "name=data" for data.
struct Recorder : llhttp_t {
  std::string log;
  // What on_headers_complete returns.
  int headers_complete = 0;

  static Recorder* From(llhttp_t* parser) { return static_cast<Recorder*>(parser); }
};

template <char const* kName>
int Event(llhttp_t* parser) {
  Recorder::From(parser)->log += std::string(kName) + "|";
  return 0;
}

template <char const* kName>
int Data(llhttp_t* parser, const char* at, size_t length) {
  Recorder::From(parser)->log += std::string(kName) + "=" + std::string(at, length) + "|";
  return 0;
}

#define ISOLANE_RECORD(settings, kind, name) \
  do {                                       \
    static constexpr char kName[] = #name;   \
    settings.on_##name = kind<kName>;        \
  } while (0)

const llhttp_settings_t& RecordingSettings() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t s;
    // Must clear every member that we do not set, and no more.
    llhttp_settings_init(&s);
    ISOLANE_RECORD(s, Event, message_begin);
    ISOLANE_RECORD(s, Data, protocol);
    ISOLANE_RECORD(s, Data, url);
    ISOLANE_RECORD(s, Data, status);
    ISOLANE_RECORD(s, Data, method);
    ISOLANE_RECORD(s, Data, version);
    ISOLANE_RECORD(s, Data, header_field);
    ISOLANE_RECORD(s, Data, header_value);
    ISOLANE_RECORD(s, Data, chunk_extension_name);
    ISOLANE_RECORD(s, Data, chunk_extension_value);
    s.on_headers_complete = [](llhttp_t* parser) {
      Recorder* recorder = Recorder::From(parser);
      recorder->log += "headers_complete|";
      return recorder->headers_complete;
    };
    ISOLANE_RECORD(s, Data, body);
    ISOLANE_RECORD(s, Event, message_complete);
    ISOLANE_RECORD(s, Event, protocol_complete);
    ISOLANE_RECORD(s, Event, url_complete);
    ISOLANE_RECORD(s, Event, status_complete);
    ISOLANE_RECORD(s, Event, method_complete);
    ISOLANE_RECORD(s, Event, version_complete);
    ISOLANE_RECORD(s, Event, header_field_complete);
    ISOLANE_RECORD(s, Event, header_value_complete);
    ISOLANE_RECORD(s, Event, chunk_extension_name_complete);
    ISOLANE_RECORD(s, Event, chunk_extension_value_complete);
    ISOLANE_RECORD(s, Event, chunk_header);
    ISOLANE_RECORD(s, Event, chunk_complete);
    ISOLANE_RECORD(s, Event, reset);
    return s;
  }();
  return settings;
}

llhttp_errno_t Parse(Recorder* recorder, std::string_view text) {
  return llhttp_execute(recorder, text.data(), text.size());
}

}  // namespace

TEST_SUITE_BEGIN("third_party/llhttp");

// Whoever writes behind the state would overwrite a member of the parser's owner.
TEST_CASE("the parser's state has the size we give it") {
  for (const unsigned char canary : {0xa5, 0x5a}) {
    struct {
      llhttp_t parser;
      unsigned char behind[256];
    } memory;
    std::memset(&memory, canary, sizeof memory);
    llhttp_init(&memory.parser, HTTP_REQUEST, &RecordingSettings());
    size_t written = sizeof memory;
    const unsigned char* bytes = reinterpret_cast<const unsigned char*>(&memory);
    while (written > 0 && bytes[written - 1] == canary) --written;
    CHECK(written == kLlhttpStateSize);
  }
}

TEST_CASE("the settings have the members we give them") {
  struct {
    llhttp_settings_t settings;
    unsigned char behind[256];
  } memory;
  std::memset(&memory, 0xa5, sizeof memory);
  llhttp_settings_init(&memory.settings);
  CHECK((memory.settings.on_message_begin == nullptr));
  CHECK((memory.settings.on_reset == nullptr));
  CHECK(memory.behind[0] == 0xa5);
}

TEST_CASE("a chunked request calls every callback by its name, then a second one resets") {
  Recorder recorder;
  llhttp_init(&recorder, HTTP_REQUEST, &RecordingSettings());
  CHECK(Parse(&recorder,
              "POST /a?b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
              "3;n=v\r\nabc\r\n0\r\nT: u\r\n\r\n") == HPE_OK);
  CHECK(recorder.log ==
        "message_begin|method=POST|method_complete|url=/a?b|url_complete|protocol=HTTP|"
        "protocol_complete|version=1.1|version_complete|header_field=Host|header_field_complete|"
        "header_value=h|header_value_complete|header_field=Transfer-Encoding|header_field_complete|"
        "header_value=chunked|header_value_complete|headers_complete|chunk_extension_name=n|"
        "chunk_extension_name_complete|chunk_extension_value=v|chunk_extension_value_complete|"
        "chunk_header|body=abc|chunk_complete|chunk_header|header_field=T|header_field_complete|"
        "header_value=u|header_value_complete|chunk_complete|message_complete|");
  CHECK(llhttp_should_keep_alive(&recorder) == 1);

  recorder.log.clear();
  CHECK(Parse(&recorder, "GET / HTTP/1.0\r\n\r\n") == HPE_OK);
  CHECK(recorder.log ==
        "reset|message_begin|method=GET|method_complete|url=/|url_complete|protocol=HTTP|"
        "protocol_complete|version=1.0|version_complete|headers_complete|message_complete|");
  CHECK(llhttp_get_method(&recorder) == HTTP_GET);
  CHECK(llhttp_get_http_major(&recorder) == 1);
  CHECK(llhttp_get_http_minor(&recorder) == 0);
  CHECK(llhttp_should_keep_alive(&recorder) == 0);
  CHECK(llhttp_get_type(&recorder) == HTTP_REQUEST);
}

TEST_CASE("a response") {
  Recorder recorder;
  llhttp_init(&recorder, HTTP_RESPONSE, &RecordingSettings());
  SUBCASE("with a length, byte by byte") {
    for (const char c : std::string_view("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nxy")) {
      REQUIRE(llhttp_execute(&recorder, &c, 1) == HPE_OK);
    }
    // The last piece may be empty; users append pieces.
    CHECK(recorder.log.find("|status=N|status=o|status=|status_complete|") != std::string::npos);
    CHECK(recorder.log.ends_with("|headers_complete|body=x|body=y|message_complete|"));
    CHECK(llhttp_get_status_code(&recorder) == 404);
  }
  SUBCASE("that ends with the connection") {
    CHECK(Parse(&recorder, "HTTP/1.1 200 OK\r\n\r\nrest") == HPE_OK);
    CHECK(llhttp_message_needs_eof(&recorder) == 1);
    CHECK(llhttp_finish(&recorder) == HPE_OK);
    CHECK(recorder.log.ends_with("|body=rest|message_complete|"));
  }
  SUBCASE("without the body it announces, to HEAD") {
    recorder.headers_complete = 1;
    CHECK(Parse(&recorder, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") == HPE_OK);
    CHECK(recorder.log.ends_with("|headers_complete|message_complete|"));
  }
}

TEST_CASE("errors say what, why and where") {
  Recorder recorder;
  llhttp_init(&recorder, HTTP_REQUEST, &RecordingSettings());
  const auto parse_error = [&](std::string_view text) {
    const llhttp_errno_t error = Parse(&recorder, text);
    CHECK(error == llhttp_get_errno(&recorder));
    CHECK(llhttp_get_error_reason(&recorder) != nullptr);
    CHECK(llhttp_get_error_pos(&recorder) >= text.data());
    CHECK(llhttp_get_error_pos(&recorder) <= text.data() + text.size());
    return error;
  };
  const std::string get = "GET / HTTP/1.1\r\n";
  SUBCASE("method") { CHECK(parse_error("XYZ / HTTP/1.1\r\n\r\n") == HPE_INVALID_METHOD); }
  SUBCASE("version") { CHECK(parse_error("GET / HTTP/5.6\r\n\r\n") == HPE_INVALID_VERSION); }
  SUBCASE("header") { CHECK(parse_error(get + "A b: c\r\n\r\n") == HPE_INVALID_HEADER_TOKEN); }
  SUBCASE("length") {
    CHECK(parse_error(get + "Content-Length: x\r\n\r\n") == HPE_INVALID_CONTENT_LENGTH);
  }
  SUBCASE("chunk size") {
    CHECK(parse_error(get + "Transfer-Encoding: chunked\r\n\r\nzz\r\n") == HPE_INVALID_CHUNK_SIZE);
  }
  SUBCASE("transfer encoding") {
    CHECK(parse_error(get + "Transfer-Encoding: chunked, gzip\r\n\r\n") ==
          HPE_INVALID_TRANSFER_ENCODING);
  }
  SUBCASE("a message after Connection: close") {
    CHECK(Parse(&recorder, get + "Connection: close\r\n\r\n") == HPE_OK);
    CHECK(parse_error(get) == HPE_CLOSED_CONNECTION);
  }
  SUBCASE("end in the middle") {
    CHECK(Parse(&recorder, get) == HPE_OK);
    CHECK(llhttp_finish(&recorder) == HPE_INVALID_EOF_STATE);
  }
  SUBCASE("of a callback") {
    recorder.headers_complete = -1;
    CHECK(parse_error(get + "\r\n") == HPE_CB_HEADERS_COMPLETE);
  }
  CHECK(std::string(llhttp_errno_name(HPE_INVALID_URL)) == "HPE_INVALID_URL");
}

TEST_CASE("pausing") {
  Recorder recorder;
  llhttp_init(&recorder, HTTP_REQUEST, &RecordingSettings());
  SUBCASE("from a callback goes on behind the headers") {
    recorder.headers_complete = HPE_PAUSED;
    const std::string_view text = "PUT / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx";
    CHECK(Parse(&recorder, text) == HPE_PAUSED);
    CHECK(recorder.log.ends_with("|headers_complete|"));
    const char* at = llhttp_get_error_pos(&recorder);
    llhttp_resume(&recorder);
    CHECK(llhttp_execute(&recorder, at, text.data() + text.size() - at) == HPE_OK);
    CHECK(recorder.log.ends_with("|headers_complete|body=x|message_complete|"));
  }
  SUBCASE("from outside") {
    llhttp_pause(&recorder);
    CHECK(Parse(&recorder, "GET / HTTP/1.1\r\n\r\n") == HPE_PAUSED);
    CHECK(recorder.log.empty());
    llhttp_resume(&recorder);
    CHECK(Parse(&recorder, "GET / HTTP/1.1\r\n\r\n") == HPE_OK);
  }
  SUBCASE("for an upgrade leaves the other protocol's bytes") {
    const std::string_view text =
        "GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nframe";
    CHECK(Parse(&recorder, text) == HPE_PAUSED_UPGRADE);
    CHECK(llhttp_get_upgrade(&recorder) == 1);
    CHECK(std::string_view(llhttp_get_error_pos(&recorder)).starts_with("frame"));
    llhttp_resume_after_upgrade(&recorder);
    CHECK(llhttp_get_errno(&recorder) == HPE_OK);
  }
}

TEST_CASE("methods have the numbers we give them") {
  CHECK(std::string(llhttp_method_name(HTTP_DELETE)) == "DELETE");
  CHECK(std::string(llhttp_method_name(HTTP_HEAD)) == "HEAD");
  CHECK(std::string(llhttp_method_name(HTTP_POST)) == "POST");
  CHECK(std::string(llhttp_method_name(HTTP_PUT)) == "PUT");
  CHECK(std::string(llhttp_method_name(HTTP_CONNECT)) == "CONNECT");
  CHECK(std::string(llhttp_method_name(HTTP_OPTIONS)) == "OPTIONS");
  CHECK(std::string(llhttp_method_name(HTTP_TRACE)) == "TRACE");
  CHECK(std::string(llhttp_method_name(HTTP_PATCH)) == "PATCH");
}

TEST_SUITE_END();
