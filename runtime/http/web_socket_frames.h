// WebSocket frames: bytes to messages and back. RFC 6455, section 5; no extensions.
//
// Thread: any. Plain state; no I/O. Used by web_socket_connection.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace isolane::http {

enum class WebSocketRole : uint8_t { kServer, kClient };

enum class WebSocketOpcode : uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xa,
};

// Appends one frame with FIN set. A client's is masked with `mask`, which must not be predictable
// for those who choose the payload (section 5.3).
void AppendFrame(std::string& out, WebSocketOpcode opcode, std::string_view payload,
                 WebSocketRole role, uint32_t mask);

// The payload of a close frame; code 1005: empty.
std::string ClosePayload(uint16_t code, std::string_view reason);

// True for codes that may stand in a close frame (section 7.4).
bool IsSendableCloseCode(uint16_t code);

bool IsValidUtf8(std::string_view text);

class WebSocketFrameReader {
 public:
  class Events {
   public:
    // A whole message, put together from its fragments. Text is valid UTF-8. The view is valid
    // until the function returns.
    virtual void OnData(bool text, std::string_view payload) = 0;
    virtual void OnPing(std::string_view payload) = 0;
    virtual void OnPong(std::string_view payload) = 0;
    // code 1005: the frame had none.
    virtual void OnClose(uint16_t code, std::string_view reason) = 0;

   protected:
    ~Events() = default;
  };

  // What is received is from the other role. Messages longer than `max_message` bytes are refused.
  WebSocketFrameReader(WebSocketRole own_role, size_t max_message, Events& events)
      : role_(own_role), max_message_(max_message), events_(events) {}

  // 0, or the close code with which the connection must be failed (1002, 1007, 1009); then nothing
  // more may be fed. `why` is for people. Stops at a close frame: the rest is ignored.
  uint16_t Feed(std::string_view bytes, std::string* why);

 private:
  uint16_t ParseHeader(std::string* why);
  uint16_t FinishFrame(std::string* why);
  uint16_t FinishControl(std::string* why);

  const WebSocketRole role_;
  const size_t max_message_;
  Events& events_;

  // The header of the frame that is being read: 2 to 14 bytes.
  unsigned char header_[14];
  size_t header_size_ = 0;
  size_t header_needed_ = 2;
  bool in_payload_ = false;

  bool final_ = false;
  WebSocketOpcode opcode_ = WebSocketOpcode::kText;
  uint64_t length_ = 0;
  uint64_t received_ = 0;
  unsigned char mask_[4] = {};

  std::string control_;
  std::string message_;
  bool in_message_ = false;  // a fragmented one
  bool message_is_text_ = false;
  bool closed_ = false;
};

}  // namespace isolane::http
