// What a Worker's compatibility date and flags mean for isolane: one bool for each behaviour that
// depends on them. Names and dates are workerd's (compatibility_flags.list).
//
// Thread: any. Plain data, no V8. Resolved once, when a Worker is loaded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <isolane/result.h>

namespace isolane::worker {

// Each member is named after the flag that enables it.
struct CompatibilityFlags {
  bool formdata_parser_supports_files = false;
  bool global_navigator = false;
  bool capture_async_api_throws = false;
  bool export_commonjs_default = false;
  bool url_standard = false;
  bool streams_enable_constructors = false;
  bool transformstream_enable_standard_constructor = false;
  bool http_headers_getsetcookie = false;
  bool response_redirect_url_standard = false;
  bool urlsearchparams_delete_has_value_arg = false;
  bool strict_crypto_checks = false;
  bool crypto_preserve_public_exponent = false;
  bool no_global_importscripts = false;
  bool queues_json_messages = false;
  bool fetcher_no_get_put_delete = false;
  bool unwrap_custom_thenables = false;
  bool rpc = false;
  bool brotli_content_encoding = false;
  bool allow_custom_ports = false;
  bool set_tostring_tag = false;
  bool handle_cross_request_promise_resolution = false;
  bool upper_case_all_http_methods = false;
  bool enable_navigator_language = false;
  bool strip_authorization_on_cross_origin_redirect = false;
  bool enable_ctx_exports = false;
  bool rpc_params_dup_stubs = false;
  bool web_socket_compression = false;
  bool websocket_close_reason_byte_limit = false;
  bool delete_all_deletes_alarm = false;
  bool websocket_standard_binary_type = false;
  bool web_socket_auto_reply_to_close = false;
  bool enhanced_error_serialization = false;
  bool nodejs_compat = false;
  bool nodejs_compat_v2 = false;
  bool disallow_importable_env = false;
  bool enable_request_signal = false;
  bool nodejs_als = false;
  bool nodejs_compat_populate_process_env = false;
  bool request_signal_passthrough = false;
  bool service_binding_extra_handlers = false;
};

// `date` is YYYY-MM-DD, or empty for the oldest behaviour; one after `today` (UTC, same form) is an
// error. So is a flag that nobody knows, except one that begins with "isolane_", a flag given
// twice, and one together with its opposite. The error has one line for each mistake.
Result<CompatibilityFlags> ResolveCompatibility(std::string_view date,
                                                const std::vector<std::string>& flags,
                                                std::string_view today);

// The current date in UTC, as ResolveCompatibility wants it.
std::string Today();

// Of `flags`, those that name a behaviour of workerd which isolane does not have: they are accepted
// and change nothing.
std::vector<std::string> FlagsWithoutEffect(const std::vector<std::string>& flags);

}  // namespace isolane::worker
