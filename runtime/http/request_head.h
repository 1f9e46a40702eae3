// Writes the head of an outbound request and decides how its body is framed.
//
// Thread: any; a pure function.
#pragma once

#include <string_view>

#include "runtime/base/body.h"
#include "runtime/http/byte_buffer.h"
#include "runtime/http/client_route.h"
#include "runtime/http/framing.h"
#include "runtime/http/web_socket_handshake.h"

namespace isolane::http {

// Appends request line and headers of `packed_head` ("METHOD\0URL\nname\0value...") to `out`. The
// Host header is always the URL's, as in workerd: a request that is forwarded to another URL would
// name the host it came from. `web_socket`, if there: the request asks for one.
BodyFraming WriteRequestHead(ByteBuffer& out, std::string_view packed_head,
                             const ClientRoute& route, const base::Body& body,
                             const WebSocketAsk* web_socket = nullptr);

}  // namespace isolane::http
