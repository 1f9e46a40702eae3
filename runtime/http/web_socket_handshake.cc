#include "runtime/http/web_socket_handshake.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <utility>

#include "runtime/base/base64.h"
#include "runtime/base/packed_head.h"

namespace isolane::http {

namespace {

constexpr std::string_view kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view kExtensions = "sec-websocket-extensions";

bool SameToken(std::string_view item, std::string_view lower_case) {
  if (item.size() != lower_case.size()) return false;
  for (size_t i = 0; i < item.size(); i++) {
    if ((item[i] >= 'A' && item[i] <= 'Z' ? item[i] | 32 : item[i]) != lower_case[i]) return false;
  }
  return true;
}

// Calls visit(item) for each item of a comma-separated list until it returns true.
template <typename Visit>
bool AnyItem(std::string_view list, Visit&& visit) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (visit(item)) return true;
  }
  return false;
}

// Whether the list has `token`, which is in lower case.
bool HasToken(std::string_view list, std::string_view token) {
  return AnyItem(list, [token](std::string_view item) { return SameToken(item, token); });
}

// The headers that make a request one for a WebSocket; the last one of a name counts.
struct Asked {
  explicit Asked(std::string_view packed_head) {
    base::VisitPackedHeaders(packed_head, [this](std::string_view name, std::string_view value) {
      if (name == "upgrade") upgrade = value;
      if (name == "connection") connection = value;
      if (name == "sec-websocket-version") version = value;
      if (name == "sec-websocket-key") key = value;
    });
  }
  // 16 bytes in base64.
  bool has_key() const { return key.size() == 24 && key.ends_with("=="); }

  std::string_view upgrade;
  std::string_view connection;
  std::string_view version;
  std::string_view key;
};

}  // namespace

std::string WebSocketAccept(std::string_view key) {
  std::string text(key);
  text += kMagic;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  return base::Base64Encoded({reinterpret_cast<const char*>(digest), size});
}

WebSocketAsk WebSocketAsk::For(std::string_view packed_head) {
  char bytes[16];
  RAND_bytes(reinterpret_cast<unsigned char*>(bytes), sizeof bytes);
  return {base::Base64Encoded({bytes, sizeof bytes}),
          OfferDeflate(ListHeader(packed_head, kExtensions).value_or(""))};
}

bool WantsWebSocket(std::string_view packed_head) {
  // The search fails at once for nearly all requests.
  if (packed_head.find(std::string_view("\nupgrade\0", 9)) == std::string_view::npos) return false;
  bool wants = false;
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    wants |= name == "upgrade" && HasToken(value, "websocket");
  });
  return wants && base::PackedMethod(packed_head) == "GET";
}

std::string_view WebSocketKey(std::string_view packed_head) {
  if (base::PackedMethod(packed_head) != "GET") return {};
  const Asked asked(packed_head);
  const bool good = HasToken(asked.upgrade, "websocket") && HasToken(asked.connection, "upgrade") &&
                    asked.version == "13" && asked.has_key();
  return good ? asked.key : std::string_view();
}

HandshakeProblem FindHandshakeProblem(std::string_view packed_head) {
  const Asked asked(packed_head);
  if (asked.version != "13") return {426, "The requested WebSocket version is not supported."};
  if (asked.key.empty()) return {400, "Missing Sec-WebSocket-Key"};
  if (!asked.has_key()) return {400, "Sec-WebSocket-Key is not 16 bytes in base64"};
  return {400, "Missing Connection: Upgrade"};
}

std::optional<std::string> ListHeader(std::string_view packed_head, std::string_view name) {
  std::optional<std::string> list;
  base::VisitPackedHeaders(packed_head, [&](std::string_view one, std::string_view value) {
    if (one != name) return;
    if (list) {
      list->append(", ").append(value);
    } else {
      list = value;
    }
  });
  return list;
}

std::optional<DeflateParameters> AgreeOnDeflate(std::string_view request_head,
                                                std::string_view response_head) {
  const std::optional<std::string> offers = ListHeader(request_head, kExtensions);
  if (!offers) return std::nullopt;
  return AnswerDeflate(*offers, ListHeader(response_head, kExtensions));
}

Result<std::optional<DeflateParameters>> ReadWebSocketAnswer(const WebSocketAsk& ask,
                                                             std::string_view response_head) {
  std::string_view accept;
  std::string_view upgrade;
  base::VisitPackedHeaders(response_head, [&](std::string_view name, std::string_view value) {
    if (name == "sec-websocket-accept") accept = value;
    if (name == "upgrade") upgrade = value;
  });
  std::string why;
  if (upgrade.empty()) {
    why = "missing Upgrade header.";
  } else if (!SameToken(upgrade, "websocket")) {
    why = "incorrect Upgrade header: expected 'websocket', got '" + std::string(upgrade) + "'.";
  } else if (accept != WebSocketAccept(ask.key)) {
    why = "incorrect Sec-WebSocket-Accept header: '" + std::string(accept) + "'.";
  }
  if (!why.empty()) {
    return Error{.message = "Server failed WebSocket handshake: " + why,
                 .hint = {},
                 .where = {},
                 .excerpt = {}};
  }
  return ReadDeflateAnswer(ask.offer, ListHeader(response_head, kExtensions).value_or(""));
}

}  // namespace isolane::http
