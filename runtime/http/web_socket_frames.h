// WebSocket frames: bytes to messages and back. RFC 6455, section 5.
//
// Thread: any. Plain state; no I/O. Used by web_socket_connection.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/chunk.h"

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

// The header of a frame that is sent: with FIN set, so a message of its own.
struct WebSocketHeader {
  static constexpr size_t kMaxSize = 14;

  WebSocketOpcode opcode;
  WebSocketRole role;  // the sender's: a client's frames are masked
  uint64_t size;       // of the payload
  // For a client: not predictable for those who choose the payload (section 5.3).
  uint32_t mask = 0;
  bool compressed = false;  // RSV1, see web_socket_deflate.h

  // Writes it and returns the end.
  char* Put(char* to) const;
};

// Copies `from` to `to` with the mask laid on it, or taken off. `offset` is where in the payload
// that is.
void CopyMasked(char* to, std::string_view from, uint32_t mask, uint64_t offset);

// Appends one frame, for payloads that need no care.
void AppendFrame(std::string& out, WebSocketOpcode opcode, std::string_view payload,
                 WebSocketRole role, uint32_t mask);

// The payload of a close frame; code 1005: empty.
std::string ClosePayload(uint16_t code, std::string_view reason);

// True for codes that may stand in a close frame (section 7.4).
bool IsSendableCloseCode(uint16_t code);

// What an extension makes of frames that have RSV1 set.
class WebSocketInflater {
 public:
  virtual ~WebSocketInflater() = default;
  // Restores a whole message of at most `max_message` bytes. 0, or the close code of a failure and
  // `why`.
  virtual uint16_t Inflate(std::string_view payload, size_t max_message, base::Chunk* message,
                           std::string* why) = 0;
};

class WebSocketFrameReader {
 public:
  class Events {
   public:
    // A whole message, put together from its fragments. Text is valid UTF-8. Nobody else refers to
    // the bytes.
    virtual void OnData(bool text, base::Chunk payload) = 0;
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

  // Compressed messages are refused as long as there is none.
  void set_inflater(WebSocketInflater* inflater) { inflater_ = inflater; }

  // 0, or the close code with which the connection must be failed (1002, 1007, 1009); then nothing
  // more may be fed. `why` is for people, and for the close frame. Stops at a close frame: the rest
  // is ignored.
  uint16_t Feed(std::string_view bytes, std::string* why);

 private:
  uint16_t ReadHeader(std::string* why);
  uint16_t CheckStart(std::string* why);
  bool HasWholeMessage(size_t available) const;
  void Append(std::string_view part);
  uint16_t FinishFrame(std::string* why);
  uint16_t FinishMessage(base::Chunk payload, std::string* why);
  uint16_t FinishControl(std::string* why);

  const WebSocketRole role_;
  const size_t max_message_;
  Events& events_;
  WebSocketInflater* inflater_ = nullptr;

  // The header of the frame that is being read: 2 to 14 bytes.
  unsigned char header_[WebSocketHeader::kMaxSize];
  uint8_t header_size_ = 0;
  uint8_t header_needed_ = 2;
  bool in_payload_ = false;

  bool final_ = false;
  WebSocketOpcode opcode_ = WebSocketOpcode::kText;
  uint64_t length_ = 0;
  uint64_t received_ = 0;
  uint32_t mask_ = 0;

  std::string control_;
  std::string message_;      // its fragments, and what has come of the frame
  bool in_message_ = false;  // begun and not complete
  bool message_is_text_ = false;
  bool message_is_compressed_ = false;
  bool closed_ = false;
};

}  // namespace isolane::http
