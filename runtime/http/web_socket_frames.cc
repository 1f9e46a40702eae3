#include "runtime/http/web_socket_frames.h"

#include <algorithm>
#include <cstring>

#include "third_party/simdutf/simdutf.h"

namespace isolane::http {

namespace {

constexpr unsigned char kFin = 0x80;
constexpr unsigned char kReserved = 0x70;
constexpr unsigned char kMasked = 0x80;
constexpr size_t kMaxControl = 125;

constexpr uint16_t kProtocolError = 1002;
constexpr uint16_t kInvalidData = 1007;
constexpr uint16_t kTooBig = 1009;
constexpr uint16_t kNoCode = 1005;

bool IsControl(WebSocketOpcode opcode) { return static_cast<uint8_t>(opcode) >= 0x8; }

uint16_t Refuse(std::string* why, uint16_t code, std::string text) {
  *why = std::move(text);
  return code;
}

}  // namespace

void AppendFrame(std::string& out, WebSocketOpcode opcode, std::string_view payload,
                 WebSocketRole role, uint32_t mask) {
  const bool masked = role == WebSocketRole::kClient;
  const auto mask_bit = static_cast<unsigned char>(masked ? kMasked : 0);
  out.push_back(static_cast<char>(kFin | static_cast<unsigned char>(opcode)));
  const uint64_t size = payload.size();
  if (size < 126) {
    out.push_back(static_cast<char>(mask_bit | size));
  } else if (size <= 0xffff) {
    out.push_back(static_cast<char>(mask_bit | 126));
    out.push_back(static_cast<char>(size >> 8));
    out.push_back(static_cast<char>(size));
  } else {
    out.push_back(static_cast<char>(mask_bit | 127));
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(size >> shift));
  }
  if (!masked) {
    out.append(payload);
    return;
  }
  unsigned char key[4];
  std::memcpy(key, &mask, sizeof key);
  out.append(reinterpret_cast<const char*>(key), sizeof key);
  const size_t at = out.size();
  out.append(payload);
  for (size_t i = 0; i < payload.size(); i++)
    out[at + i] = static_cast<char>(out[at + i] ^ key[i & 3]);
}

std::string ClosePayload(uint16_t code, std::string_view reason) {
  std::string payload;
  if (code == kNoCode) return payload;
  payload.push_back(static_cast<char>(code >> 8));
  payload.push_back(static_cast<char>(code));
  // Cut between characters: not before a byte that continues one.
  size_t size = std::min(reason.size(), kMaxControl - 2);
  while (size > 0 && size < reason.size() && (reason[size] & 0xc0) == 0x80) size--;
  payload.append(reason.substr(0, size));
  return payload;
}

bool IsSendableCloseCode(uint16_t code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

bool IsValidUtf8(std::string_view text) { return simdutf::validate_utf8(text.data(), text.size()); }

uint16_t WebSocketFrameReader::Feed(std::string_view bytes, std::string* why) {
  while (!bytes.empty() && !closed_) {
    if (!in_payload_) {
      const size_t count = std::min(bytes.size(), header_needed_ - header_size_);
      std::memcpy(header_ + header_size_, bytes.data(), count);
      header_size_ += count;
      bytes.remove_prefix(count);
      if (header_size_ < header_needed_) continue;
      if (const uint16_t code = ParseHeader(why)) return code;
      if (!in_payload_) continue;
    }
    const size_t count = static_cast<size_t>(std::min<uint64_t>(bytes.size(), length_ - received_));
    std::string& into = IsControl(opcode_) ? control_ : message_;
    const size_t at = into.size();
    into.append(bytes.substr(0, count));
    if (role_ == WebSocketRole::kServer) {
      for (size_t i = 0; i < count; i++) {
        into[at + i] = static_cast<char>(into[at + i] ^ mask_[(received_ + i) & 3]);
      }
    }
    received_ += count;
    bytes.remove_prefix(count);
    if (received_ == length_) {
      if (const uint16_t code = FinishFrame(why)) return code;
    }
  }
  return 0;
}

// Called again as more of the header is there; decides how much of it there is.
uint16_t WebSocketFrameReader::ParseHeader(std::string* why) {
  const bool masked = (header_[1] & kMasked) != 0;
  const unsigned length7 = header_[1] & 0x7f;
  if (header_size_ == 2) {
    final_ = (header_[0] & kFin) != 0;
    const unsigned opcode = header_[0] & 0x0f;
    if ((header_[0] & kReserved) != 0) {
      return Refuse(why, kProtocolError, "a frame has a reserved bit set");
    }
    if ((opcode > 0x2 && opcode < 0x8) || opcode > 0xa) {
      return Refuse(why, kProtocolError,
                    "a frame has the unknown opcode " + std::to_string(opcode));
    }
    opcode_ = static_cast<WebSocketOpcode>(opcode);
    if (IsControl(opcode_) && (!final_ || length7 > kMaxControl)) {
      return Refuse(why, kProtocolError, "a control frame is fragmented or longer than 125 bytes");
    }
    if (opcode_ == WebSocketOpcode::kContinuation && !in_message_) {
      return Refuse(why, kProtocolError, "a continuation frame continues nothing");
    }
    if (!IsControl(opcode_) && opcode_ != WebSocketOpcode::kContinuation && in_message_) {
      return Refuse(why, kProtocolError, "a message begins within another one");
    }
    if (masked != (role_ == WebSocketRole::kServer)) {
      return Refuse(
          why, kProtocolError,
          masked ? "a frame of the server is masked" : "a frame of the client is not masked");
    }
    header_needed_ = 2 + (length7 == 126 ? 2 : length7 == 127 ? 8 : 0) + (masked ? 4 : 0);
    if (header_size_ < header_needed_) return 0;
  }
  length_ = length7;
  size_t at = 2;
  if (length7 >= 126) {
    const size_t bytes = length7 == 126 ? 2 : 8;
    length_ = 0;
    for (size_t i = 0; i < bytes; i++) length_ = length_ << 8 | header_[at++];
    // The shortest form must be used, and the highest bit of a long one is 0 (section 5.2).
    if (length_ < (bytes == 2 ? 126u : 65536u) || length_ >> 63 != 0) {
      return Refuse(why, kProtocolError, "a frame has its length in a wrong form");
    }
  }
  if (masked) std::memcpy(mask_, header_ + at, sizeof mask_);
  if (!IsControl(opcode_) && length_ > max_message_ - std::min(max_message_, message_.size())) {
    return Refuse(why, kTooBig,
                  "a message is longer than " + std::to_string(max_message_) + " bytes");
  }
  if (!IsControl(opcode_) && opcode_ != WebSocketOpcode::kContinuation) {
    message_is_text_ = opcode_ == WebSocketOpcode::kText;
    in_message_ = true;
  }
  received_ = 0;
  in_payload_ = true;
  return length_ == 0 ? FinishFrame(why) : 0;
}

uint16_t WebSocketFrameReader::FinishFrame(std::string* why) {
  in_payload_ = false;
  header_size_ = 0;
  header_needed_ = 2;
  if (IsControl(opcode_)) return FinishControl(why);
  if (!final_) return 0;
  in_message_ = false;
  if (message_is_text_ && !IsValidUtf8(message_)) {
    return Refuse(why, kInvalidData, "a text message is not valid UTF-8");
  }
  events_.OnData(message_is_text_, message_);
  message_.clear();
  // The memory of one huge message is not kept for small ones.
  if (message_.capacity() > size_t{64} * 1024) message_.shrink_to_fit();
  return 0;
}

uint16_t WebSocketFrameReader::FinishControl(std::string* why) {
  std::string payload;
  payload.swap(control_);
  if (opcode_ == WebSocketOpcode::kPing) {
    events_.OnPing(payload);
    return 0;
  }
  if (opcode_ == WebSocketOpcode::kPong) {
    events_.OnPong(payload);
    return 0;
  }
  uint16_t code = kNoCode;
  std::string_view reason;
  if (payload.size() == 1) {
    return Refuse(why, kProtocolError, "a close frame has half a code");
  }
  if (payload.size() >= 2) {
    code = static_cast<uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                 static_cast<unsigned char>(payload[1]));
    reason = std::string_view(payload).substr(2);
    if (!IsSendableCloseCode(code)) {
      return Refuse(why, kProtocolError, "a close frame has the code " + std::to_string(code));
    }
    if (!IsValidUtf8(reason)) {
      return Refuse(why, kInvalidData, "the reason of a close frame is not valid UTF-8");
    }
  }
  closed_ = true;
  events_.OnClose(code, reason);
  return 0;
}

}  // namespace isolane::http
