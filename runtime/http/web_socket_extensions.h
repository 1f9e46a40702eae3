// permessage-deflate in Sec-WebSocket-Extensions: what is offered, answered and agreed on. RFC
// 7692, section 7.1. The bytes of it are in web_socket_deflate.h.
//
// Thread: any. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <isolane/result.h>

namespace isolane::http {

// The parameters of one element of the header. "takeover" is to refer to earlier messages, which
// needs memory of them on both sides.
struct DeflateParameters {
  static constexpr int kNotNamed = 0;
  static constexpr int kAnyBits = -1;  // client_max_window_bits without a value, in an offer
  static constexpr int kMaxBits = 15;

  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  int server_max_window_bits = kNotNamed;  // 8 to 15
  int client_max_window_bits = kNotNamed;

  bool operator==(const DeflateParameters&) const = default;
};

// The elements of `header` that are permessage-deflate and have valid parameters, in order.
std::vector<DeflateParameters> ParseDeflate(std::string_view header);
std::string ToExtension(const DeflateParameters& parameters);

// What a server answers to `offers`; nothing: no extension. `wanted` is the header that the Worker
// set, if it did: its first element limits the answer, and an empty one declines.
//
// When the Worker does not say otherwise neither side takes its context over: then a connection
// holds no memory between two messages.
std::optional<DeflateParameters> AnswerDeflate(std::string_view offers,
                                               std::optional<std::string_view> wanted);

// What a client of a Worker offers that set the header to `wanted`; empty: nothing.
std::string OfferDeflate(std::string_view wanted);
// What `answer` makes of an offer. An error is a reason to fail the connection (RFC 6455, section
// 4.1).
Result<std::optional<DeflateParameters>> ReadDeflateAnswer(std::string_view offer,
                                                           std::string_view answer);

}  // namespace isolane::http
