#include "runtime/http/web_socket_frames.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

#include "third_party/simdutf/simdutf.h"

namespace isolane::http {

namespace {

constexpr unsigned char kFin = 0x80;
constexpr unsigned char kCompressed = 0x40;     // RSV1
constexpr unsigned char kOtherReserved = 0x30;  // RSV2, RSV3
constexpr unsigned char kMasked = 0x80;
constexpr size_t kMaxControl = 125;

constexpr uint16_t kProtocolError = 1002;
constexpr uint16_t kInvalidData = 1007;
constexpr uint16_t kTooBig = 1009;
constexpr uint16_t kNoCode = 1005;

// Fragments that together are longer are handed on as they are, shorter ones are copied to fit.
constexpr size_t kCopyBelow = 16 * 1024;

bool IsControl(WebSocketOpcode opcode) { return static_cast<uint8_t>(opcode) >= 0x8; }

bool IsValidUtf8(std::string_view text) { return simdutf::validate_utf8(text.data(), text.size()); }

uint16_t Refuse(std::string* why, uint16_t code, std::string text) {
  *why = std::move(text);
  return code;
}

}  // namespace

char* WebSocketHeader::Put(char* to) const {
  const bool masked = role == WebSocketRole::kClient;
  const auto mask_bit = static_cast<unsigned char>(masked ? kMasked : 0);
  *to++ =
      static_cast<char>(kFin | (compressed ? kCompressed : 0) | static_cast<unsigned char>(opcode));
  if (size < 126) {
    *to++ = static_cast<char>(mask_bit | size);
  } else {
    const bool is_short = size <= 0xffff;
    *to++ = static_cast<char>(mask_bit | (is_short ? 126 : 127));
    for (int shift = is_short ? 8 : 56; shift >= 0; shift -= 8) {
      *to++ = static_cast<char>(size >> shift);
    }
  }
  if (masked) {
    std::memcpy(to, &mask, sizeof mask);
    to += sizeof mask;
  }
  return to;
}

void CopyMasked(char* to, std::string_view from, uint32_t mask, uint64_t offset) {
  if (from.empty()) return;
  if (mask == 0) {
    std::memcpy(to, from.data(), from.size());
    return;
  }
  // The first byte of the mask in memory is that of payload bytes 0, 4, 8 ...
  static_assert(std::endian::native == std::endian::little);
  mask = std::rotr(mask, static_cast<int>(8 * (offset & 3)));
  const uint64_t wide = uint64_t{mask} << 32 | mask;
  size_t at = 0;
  for (; at + sizeof wide <= from.size(); at += sizeof wide) {
    uint64_t word;
    std::memcpy(&word, from.data() + at, sizeof word);
    word ^= wide;
    std::memcpy(to + at, &word, sizeof word);
  }
  for (; at < from.size(); at++) to[at] = static_cast<char>(from[at] ^ (wide >> (8 * (at & 7))));
}

void AppendFrame(std::string& out, WebSocketOpcode opcode, std::string_view payload,
                 WebSocketRole role, uint32_t mask) {
  char header[WebSocketHeader::kMaxSize];
  const char* const end = WebSocketHeader{opcode, role, payload.size(), mask}.Put(header);
  out.append(header, static_cast<size_t>(end - header));
  const size_t at = out.size();
  out.resize(at + payload.size());
  CopyMasked(out.data() + at, payload, role == WebSocketRole::kClient ? mask : 0, 0);
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

uint16_t WebSocketFrameReader::Feed(std::string_view bytes, std::string* why) {
  while (!closed_ && (in_payload_ || !bytes.empty())) {
    if (!in_payload_) {
      const size_t count = std::min<size_t>(bytes.size(), header_needed_ - header_size_);
      std::memcpy(header_ + header_size_, bytes.data(), count);
      header_size_ = static_cast<uint8_t>(header_size_ + count);
      bytes.remove_prefix(count);
      if (header_size_ < header_needed_) continue;
      if (const uint16_t code = ReadHeader(why)) return code;
      if (!in_payload_) continue;
    }
    const auto count = static_cast<size_t>(std::min<uint64_t>(bytes.size(), length_ - received_));
    const std::string_view part = bytes.substr(0, count);
    bytes.remove_prefix(count);
    uint16_t code;
    if (HasWholeMessage(count)) {
      // OPTIMIZATION: what comes in one piece is copied once.
      std::shared_ptr<char[]> memory;
      if (count > 0) memory = std::make_shared_for_overwrite<char[]>(count);
      CopyMasked(memory.get(), part, mask_, 0);
      const char* const data = memory.get();
      code = FinishMessage(base::Chunk(data, count, std::move(memory)), why);
    } else {
      Append(part);
      if (received_ < length_) return 0;
      code = FinishFrame(why);
    }
    if (code != 0) return code;
  }
  return 0;
}

// Called again as more of the header is there; its first two bytes say how much of it there is.
uint16_t WebSocketFrameReader::ReadHeader(std::string* why) {
  const bool masked = (header_[1] & kMasked) != 0;
  const unsigned length7 = header_[1] & 0x7f;
  if (header_size_ == 2) {
    if (const uint16_t code = CheckStart(why)) return code;
    header_needed_ = static_cast<uint8_t>(2 +
                                          (length7 == 126   ? 2
                                           : length7 == 127 ? 8
                                                            : 0) +
                                          (masked ? sizeof mask_ : 0));
    if (header_size_ < header_needed_) return 0;
  }
  length_ = length7;
  size_t at = 2;
  if (length7 >= 126) {
    const size_t bytes = length7 == 126 ? 2 : 8;
    length_ = 0;
    for (size_t i = 0; i < bytes; i++) length_ = length_ << 8 | header_[at++];
    // The highest bit of a long one is 0 (section 5.2).
    if (length_ < (bytes == 2 ? 126u : 65536u) || length_ >> 63 != 0) {
      return Refuse(why, kProtocolError,
                    "Received a frame whose length is not in its shortest form");
    }
  }
  mask_ = 0;
  if (masked) std::memcpy(&mask_, header_ + at, sizeof mask_);
  header_size_ = 0;
  header_needed_ = 2;
  if (!IsControl(opcode_)) {
    if (length_ > max_message_ - std::min(max_message_, message_.size())) {
      return Refuse(why, kTooBig,
                    "Message is too large: " + std::to_string(message_.size() + length_) + " > " +
                        std::to_string(max_message_));
    }
    in_message_ = true;
  }
  received_ = 0;
  in_payload_ = true;
  return 0;
}

// What the first two bytes alone can be wrong in.
uint16_t WebSocketFrameReader::CheckStart(std::string* why) {
  const bool masked = (header_[1] & kMasked) != 0;
  const bool compressed = (header_[0] & kCompressed) != 0;
  const unsigned opcode = header_[0] & 0x0f;
  final_ = (header_[0] & kFin) != 0;
  if ((header_[0] & kOtherReserved) != 0) {
    return Refuse(why, kProtocolError, "Received frame had RSV bits 2 or 3 set");
  }
  if ((opcode > 0x2 && opcode < 0x8) || opcode > 0xa) {
    return Refuse(why, kProtocolError, "Unknown opcode " + std::to_string(opcode));
  }
  opcode_ = static_cast<WebSocketOpcode>(opcode);
  if (compressed && inflater_ == nullptr) {
    return Refuse(why, kProtocolError,
                  "Received a WebSocket frame whose compression bit was set, but the compression "
                  "extension was not negotiated for this connection.");
  }
  if (compressed && (IsControl(opcode_) || opcode_ == WebSocketOpcode::kContinuation)) {
    return Refuse(
        why, kProtocolError,
        "Received a frame whose compression bit was set and that does not begin a message");
  }
  if (masked != (role_ == WebSocketRole::kServer)) {
    return Refuse(why, kProtocolError,
                  masked ? "Received a frame of the server that is masked"
                         : "Received a frame of the client that is not masked");
  }
  if (IsControl(opcode_)) {
    if (!final_) return Refuse(why, kProtocolError, "Received fragmented control frame");
    if ((header_[1] & 0x7f) > kMaxControl) {
      return Refuse(why, kProtocolError, "Received a control frame longer than 125 bytes");
    }
    return 0;
  }
  if (opcode_ == WebSocketOpcode::kContinuation) {
    return in_message_ ? 0 : Refuse(why, kProtocolError, "Unexpected continuation frame");
  }
  if (in_message_) return Refuse(why, kProtocolError, "Missing continuation frame");
  message_is_text_ = opcode_ == WebSocketOpcode::kText;
  message_is_compressed_ = compressed;
  return 0;
}

// Whether `available` bytes of payload are all of a message that needs no putting together.
bool WebSocketFrameReader::HasWholeMessage(size_t available) const {
  return available == length_ && final_ && !message_is_compressed_ &&
         (opcode_ == WebSocketOpcode::kText || opcode_ == WebSocketOpcode::kBinary);
}

void WebSocketFrameReader::Append(std::string_view part) {
  std::string& into = IsControl(opcode_) ? control_ : message_;
  const size_t at = into.size();
  into.append(part);
  if (mask_ != 0) CopyMasked(into.data() + at, {into.data() + at, part.size()}, mask_, received_);
  received_ += part.size();
}

uint16_t WebSocketFrameReader::FinishFrame(std::string* why) {
  if (IsControl(opcode_)) return FinishControl(why);
  if (!final_) {
    in_payload_ = false;
    return 0;
  }
  // Nothing of it is kept: a connection may be silent for long.
  std::string payload;
  payload.swap(message_);
  base::Chunk message;
  if (message_is_compressed_) {
    const uint16_t code = inflater_->Inflate(payload, max_message_, &message, why);
    if (code != 0) return code;
  } else if (payload.size() < kCopyBelow) {
    message = base::Chunk::Copy(payload);
  } else {
    auto owner = std::make_shared<std::string>(std::move(payload));
    const char* const data = owner->data();
    const size_t size = owner->size();
    message = base::Chunk(data, size, std::move(owner));
  }
  return FinishMessage(std::move(message), why);
}

uint16_t WebSocketFrameReader::FinishMessage(base::Chunk payload, std::string* why) {
  in_payload_ = in_message_ = false;
  if (message_is_text_ && !IsValidUtf8(payload.view())) {
    return Refuse(why, kInvalidData, "Received a text message that is not valid UTF-8");
  }
  events_.OnData(message_is_text_, std::move(payload));
  return 0;
}

uint16_t WebSocketFrameReader::FinishControl(std::string* why) {
  in_payload_ = false;
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
    return Refuse(why, kProtocolError, "Received a Close frame with half a code");
  }
  if (payload.size() >= 2) {
    code = static_cast<uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                 static_cast<unsigned char>(payload[1]));
    reason = std::string_view(payload).substr(2);
    if (!IsSendableCloseCode(code)) {
      return Refuse(why, kProtocolError,
                    "Received a Close frame with the code " + std::to_string(code));
    }
    if (!IsValidUtf8(reason)) {
      return Refuse(why, kInvalidData, "Received a Close frame whose reason is not valid UTF-8");
    }
  }
  closed_ = true;
  events_.OnClose(code, reason);
  return 0;
}

}  // namespace isolane::http
