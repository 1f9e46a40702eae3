// What makes an HTTP connection a WebSocket. RFC 6455, section 4.
//
// Thread: any. Pure functions, but for the randomness of a key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/http/web_socket_extensions.h"

namespace isolane::http {

// The value of Sec-WebSocket-Accept for a key (section 4.2.2).
std::string WebSocketAccept(std::string_view key);

// What a client asks with, beside what a Worker set.
struct WebSocketAsk {
  // A new one for the request of a Worker, whose sec-websocket-extensions says what is offered.
  static WebSocketAsk For(std::string_view packed_head);

  std::string key;
  std::string offer;  // of extensions; may be empty
};

// Whether a request asks for a WebSocket: by method and Upgrade header alone, as Workers ask.
bool WantsWebSocket(std::string_view packed_head);

// The key of a request that asks for a WebSocket as section 4.2.1 wants it; empty for other
// requests.
std::string_view WebSocketKey(std::string_view packed_head);

// Why a request that wants a WebSocket has no key in the sense of WebSocketKey.
struct HandshakeProblem {
  int status = 400;
  std::string text;
};
HandshakeProblem FindHandshakeProblem(std::string_view packed_head);

// The values of all headers of that name as one list; nothing if there is none.
std::optional<std::string> ListHeader(std::string_view packed_head, std::string_view name);

// permessage-deflate as both heads of a server's handshake have it. `response` is the Worker's.
std::optional<DeflateParameters> AgreeOnDeflate(std::string_view request_head,
                                                std::string_view response_head);

// What a client and its peer agreed on; an error is why the client must fail the connection
// (section 4.1).
Result<std::optional<DeflateParameters>> ReadWebSocketAnswer(const WebSocketAsk& ask,
                                                             std::string_view response_head);

}  // namespace isolane::http
