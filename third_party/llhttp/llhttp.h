// llhttp 9.4.3, the HTTP/1 parser that the V8 host exports without a header.
//
// The names are llhttp's, the text is ours: only what third_party/selfcheck/llhttp.cc proves
// against the pinned host is declared. The parser's fields are opaque bytes, so nothing here
// depends on their order; only the order of the callbacks and the numbers below do. Derive from
// llhttp_t to get back to your own object in a callback:
//
//   class Parser : llhttp_t { static int OnUrl(llhttp_t* self, const char* at, size_t length) {
//                               static_cast<Parser*>(self)->...
//
// Any thread, one at a time per parser. The settings must outlive the parser; make them static.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" {

inline constexpr std::size_t kLlhttpStateSize = 96;

struct alignas(8) llhttp_t {
  unsigned char state[kLlhttpStateSize];
};

enum llhttp_type_t { HTTP_BOTH = 0, HTTP_REQUEST = 1, HTTP_RESPONSE = 2 };

// The errors a caller tells apart. llhttp_errno_name() knows the others.
enum llhttp_errno_t {
  HPE_OK = 0,
  HPE_CLOSED_CONNECTION = 5,
  HPE_INVALID_METHOD = 6,
  HPE_INVALID_URL = 7,
  HPE_INVALID_VERSION = 9,
  HPE_INVALID_HEADER_TOKEN = 10,
  HPE_INVALID_CONTENT_LENGTH = 11,
  HPE_INVALID_CHUNK_SIZE = 12,
  HPE_INVALID_STATUS = 13,
  HPE_INVALID_EOF_STATE = 14,
  HPE_INVALID_TRANSFER_ENCODING = 15,
  HPE_CB_MESSAGE_BEGIN = 16,
  HPE_CB_HEADERS_COMPLETE = 17,
  HPE_CB_MESSAGE_COMPLETE = 18,
  HPE_PAUSED = 21,
  HPE_PAUSED_UPGRADE = 22,
  HPE_PAUSED_H2_UPGRADE = 23,
  HPE_USER = 24,
};

// What llhttp_get_method() answers: the methods of ordinary HTTP. llhttp_method_name() knows the
// others (WebDAV, RTSP).
enum llhttp_method_t {
  HTTP_DELETE = 0,
  HTTP_GET = 1,
  HTTP_HEAD = 2,
  HTTP_POST = 3,
  HTTP_PUT = 4,
  HTTP_CONNECT = 5,
  HTTP_OPTIONS = 6,
  HTTP_TRACE = 7,
  HTTP_PATCH = 28,
};

// A piece of data; a value may come in several pieces, each within the bytes given to
// llhttp_execute. Return 0 to go on, -1 or HPE_USER to stop with an error.
typedef int (*llhttp_data_cb)(llhttp_t* parser, const char* at, std::size_t length);
// An event. Return 0 to go on, -1 to stop with an error, HPE_PAUSED to pause behind it.
typedef int (*llhttp_cb)(llhttp_t* parser);

// Members that are null are not called.
struct llhttp_settings_t {
  llhttp_cb on_message_begin;
  llhttp_data_cb on_protocol;
  llhttp_data_cb on_url;
  llhttp_data_cb on_status;
  llhttp_data_cb on_method;
  llhttp_data_cb on_version;
  llhttp_data_cb on_header_field;
  llhttp_data_cb on_header_value;
  llhttp_data_cb on_chunk_extension_name;
  llhttp_data_cb on_chunk_extension_value;
  // Also: 1 says that the message has no body, 2 that it has none and that what follows is another
  // protocol.
  llhttp_cb on_headers_complete;
  llhttp_data_cb on_body;
  llhttp_cb on_message_complete;
  llhttp_cb on_protocol_complete;
  llhttp_cb on_url_complete;
  llhttp_cb on_status_complete;
  llhttp_cb on_method_complete;
  llhttp_cb on_version_complete;
  llhttp_cb on_header_field_complete;
  llhttp_cb on_header_value_complete;
  llhttp_cb on_chunk_extension_name_complete;
  llhttp_cb on_chunk_extension_value_complete;
  llhttp_cb on_chunk_header;
  llhttp_cb on_chunk_complete;
  // Between two messages of one connection, before on_message_begin of the second.
  llhttp_cb on_reset;
};

void llhttp_settings_init(llhttp_settings_t* settings);
void llhttp_init(llhttp_t* parser, llhttp_type_t type, const llhttp_settings_t* settings);
// Back to the state after llhttp_init; type, settings and lenient flags stay.
void llhttp_reset(llhttp_t* parser);

// Parses the next bytes. Anything but HPE_OK stays: after HPE_PAUSED call llhttp_resume, after
// HPE_PAUSED_UPGRADE llhttp_resume_after_upgrade, and go on at llhttp_get_error_pos(); after any
// other the connection is lost.
llhttp_errno_t llhttp_execute(llhttp_t* parser, const char* data, std::size_t length);
// The peer has sent its last byte.
llhttp_errno_t llhttp_finish(llhttp_t* parser);

// Not from a callback; a callback returns HPE_PAUSED.
void llhttp_pause(llhttp_t* parser);
void llhttp_resume(llhttp_t* parser);
void llhttp_resume_after_upgrade(llhttp_t* parser);

// Valid from on_headers_complete to on_message_complete.
int llhttp_should_keep_alive(const llhttp_t* parser);
// Whether the end of the message is the end of the connection.
int llhttp_message_needs_eof(const llhttp_t* parser);
std::uint8_t llhttp_get_type(llhttp_t* parser);
std::uint8_t llhttp_get_http_major(llhttp_t* parser);
std::uint8_t llhttp_get_http_minor(llhttp_t* parser);
std::uint8_t llhttp_get_method(llhttp_t* parser);
int llhttp_get_status_code(llhttp_t* parser);
std::uint8_t llhttp_get_upgrade(llhttp_t* parser);

llhttp_errno_t llhttp_get_errno(const llhttp_t* parser);
// Static text; null when nobody gave a reason.
const char* llhttp_get_error_reason(const llhttp_t* parser);
// `reason` is not copied.
void llhttp_set_error_reason(llhttp_t* parser, const char* reason);
// Where in the data of the last llhttp_execute the parser stopped; null without an error.
const char* llhttp_get_error_pos(const llhttp_t* parser);
const char* llhttp_errno_name(llhttp_errno_t error);
const char* llhttp_method_name(llhttp_method_t method);

// Each of these gives up a defence against request smuggling. The server side uses none of them.
void llhttp_set_lenient_headers(llhttp_t* parser, int enabled);
void llhttp_set_lenient_header_value_relaxed(llhttp_t* parser, int enabled);
void llhttp_set_lenient_chunked_length(llhttp_t* parser, int enabled);
void llhttp_set_lenient_keep_alive(llhttp_t* parser, int enabled);
void llhttp_set_lenient_transfer_encoding(llhttp_t* parser, int enabled);
void llhttp_set_lenient_version(llhttp_t* parser, int enabled);
void llhttp_set_lenient_data_after_close(llhttp_t* parser, int enabled);
void llhttp_set_lenient_optional_lf_after_cr(llhttp_t* parser, int enabled);
void llhttp_set_lenient_optional_cr_before_lf(llhttp_t* parser, int enabled);
void llhttp_set_lenient_optional_crlf_after_chunk(llhttp_t* parser, int enabled);
void llhttp_set_lenient_spaces_after_chunk_size(llhttp_t* parser, int enabled);

}  // extern "C"
