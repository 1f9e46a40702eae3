#include "runtime/http/request_head.h"

#include <optional>

#include "runtime/base/packed_head.h"

namespace isolane::http {
namespace {

// Of this hop only, or the client's business.
bool IsOwn(std::string_view name) {
  return name == "connection" || name == "keep-alive" || name == "transfer-encoding" ||
         name == "content-length" || name == "expect" || name == "proxy-connection" ||
         name == "proxy-authorization" || name == "host" || name == "upgrade" ||
         name == "sec-websocket-key" || name == "sec-websocket-version" ||
         name == "sec-websocket-extensions";
}

bool ExpectsBody(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

BodyFraming WriteRequestHead(ByteBuffer& out, std::string_view packed_head,
                             const ClientRoute& route, const base::Body& body,
                             const WebSocketAsk* web_socket) {
  const std::string_view method = base::PackedMethod(packed_head);
  out.Append(method);
  out.Append(' ');
  if (route.absolute_form()) {
    out.Append("http://");
    out.Append(route.url.authority);
  }
  out.Append(route.url.target);
  out.Append(" HTTP/1.1\r\nhost: ");
  out.Append(route.url.authority);
  out.Append("\r\n");
  if (route.absolute_form() && !route.proxy->authorization.empty()) {
    out.Append("proxy-authorization: ");
    out.Append(route.proxy->authorization);
    out.Append("\r\n");
  }
  std::optional<uint64_t> length = body.length();
  std::optional<uint64_t> given_length;
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    if (name == "content-length") given_length = ParseContentLength(value);
    // The setters of Headers refuse CR; were one to come through, it must not split the request.
    if (IsOwn(name) || value.find('\r') != std::string_view::npos) return;
    out.Append(name);
    out.Append(": ");
    out.Append(value);
    out.Append("\r\n");
  });
  if (web_socket != nullptr) {
    out.Append("upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n");
    out.Append("sec-websocket-key: ");
    out.Append(web_socket->key);
    if (!web_socket->offer.empty()) {
      out.Append("\r\nsec-websocket-extensions: ");
      out.Append(web_socket->offer);
    }
    out.Append("\r\n");
  }
  BodyFraming framing;
  if (!length) length = given_length;
  if (body.none()) {
    framing.framing = Framing::kNoBody;
    if (ExpectsBody(method)) out.Append("content-length: 0\r\n");
  } else if (length) {
    framing.length = *length;
    char digits[20];
    out.Append("content-length: ");
    out.Append(std::string_view(digits, PutDecimal(digits, *length) - digits));
    out.Append("\r\n");
  } else {
    framing.framing = Framing::kChunked;
    out.Append("transfer-encoding: chunked\r\n");
  }
  out.Append("\r\n");
  return framing;
}

}  // namespace isolane::http
