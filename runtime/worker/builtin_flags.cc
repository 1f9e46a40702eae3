#include "runtime/worker/builtin_flags.h"

namespace isolane::worker {
namespace {

using Flags = CompatibilityFlags;

// Of more than one flag, or of none: BuiltinFlagsOf() knows.
constexpr bool Flags::*kElsewhere = nullptr;

constexpr BuiltinFlag kFlags[] = {
    {"SET_TOSTRING_TAG", &Flags::set_tostring_tag},
    {"UPPER_CASE_ALL_HTTP_METHODS", &Flags::upper_case_all_http_methods},
    {"STRIP_AUTHORIZATION_ON_CROSS_ORIGIN_REDIRECT",
     &Flags::strip_authorization_on_cross_origin_redirect},
    {"ENHANCED_ERROR_SERIALIZATION", &Flags::enhanced_error_serialization},
    {"FETCHER_HAS_GET_PUT_DELETE", &Flags::fetcher_no_get_put_delete, false},
    {"RPC", &Flags::rpc},
    {"ENABLE_REQUEST_SIGNAL", &Flags::enable_request_signal},
    {"ENABLE_CTX_EXPORTS", &Flags::enable_ctx_exports},
    {"RPC_PARAMS_DUP_STUBS", &Flags::rpc_params_dup_stubs},
    {"NODEJS_ALS", kElsewhere},
    {"WEBSOCKET_STANDARD_BINARY_TYPE", &Flags::websocket_standard_binary_type},
    {"WEB_SOCKET_AUTO_REPLY_TO_CLOSE", &Flags::web_socket_auto_reply_to_close},
    {"DELETE_ALL_DELETES_ALARM", &Flags::delete_all_deletes_alarm},
    {"SERVICE_BINDING_EXTRA_HANDLERS", &Flags::service_binding_extra_handlers},
    {"TAILED", kElsewhere},
    {"WEB_SOCKET_COMPRESSION", &Flags::web_socket_compression},
    {"WEBSOCKET_CLOSE_REASON_BYTE_LIMIT", &Flags::websocket_close_reason_byte_limit},
    {"CRYPTO_PRESERVE_PUBLIC_EXPONENT", &Flags::crypto_preserve_public_exponent},
    {"STRICT_CRYPTO_CHECKS", &Flags::strict_crypto_checks},
    {"GLOBAL_NAVIGATOR", &Flags::global_navigator},
};

}  // namespace

std::span<const BuiltinFlag> BuiltinFlags() { return kFlags; }

uint32_t BuiltinFlagsOf(const CompatibilityFlags& flags, bool tailed) {
  const bool als = flags.nodejs_als || flags.nodejs_compat || flags.nodejs_compat_v2;
  uint32_t bits = 0;
  uint32_t bit = 1;
  for (const BuiltinFlag& flag : kFlags) {
    bool is_set = flag.name == "TAILED" ? tailed : als;
    if (flag.when != kElsewhere) is_set = flags.*flag.when == flag.wanted;
    if (is_set) bits |= bit;
    bit <<= 1;
  }
  return bits;
}

}  // namespace isolane::worker
