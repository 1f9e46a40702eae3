// permessage-deflate: the payloads of messages, compressed and restored. RFC 7692, section 7.2.
//
// Nothing that we send refers to an earlier message, so all connections of a thread share one
// compressor; it is there while one of them has agreed on the extension. The same goes for what is
// received, unless the peer may refer back: such a connection has a decompressor of its own, up to
// 44 KiB, from its first compressed message on.
//
// Loop thread. Owned by a WebSocketConnection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/chunk.h"
#include "runtime/http/web_socket_extensions.h"
#include "runtime/http/web_socket_frames.h"

namespace isolane::http {

class WebSocketDeflate final : public WebSocketInflater {
 public:
  // Shorter messages are sent as they are: on their own they hardly shrink.
  static constexpr size_t kMinSize = 128;

  WebSocketDeflate(WebSocketRole own_role, const DeflateParameters& agreed);
  ~WebSocketDeflate() override;
  WebSocketDeflate(const WebSocketDeflate&) = delete;
  WebSocketDeflate& operator=(const WebSocketDeflate&) = delete;

  // The payload of a frame that has its compression bit set. Empty: the message is no smaller when
  // it is compressed, or below kMinSize, and is to be sent as it is.
  base::Chunk Compress(std::string_view message);

  // WebSocketInflater
  uint16_t Inflate(std::string_view payload, size_t max_message, base::Chunk* message,
                   std::string* why) override;

 private:
  class Shared;
  class Inflater;

  const int send_bits_;
  const int receive_bits_;
  const bool peer_refers_back_;
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<Inflater> own_inflater_;  // once it is needed, if peer_refers_back_
};

}  // namespace isolane::http
