// Takes a fuzzer's input apart, front to back. At its end it gives zeros.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace isolane::fuzz {

class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const uint8_t byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  std::string_view Bytes(size_t count) {
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(bytes.size());
    return bytes;
  }
  std::string_view Rest() { return std::exchange(rest_, {}); }

 private:
  std::string_view rest_;
};

// Sizes of pieces that follow from one number: 0 is one byte at a time.
class Pieces {
 public:
  explicit Pieces(uint8_t seed) : state_(seed) {}

  std::string_view Next(std::string_view& rest) {
    state_ = state_ * 1664525 + (state_ == 0 ? 0 : 1013904223);
    const size_t size = std::min<size_t>(rest.size(), 1 + (state_ >> 27));
    const std::string_view piece = rest.substr(0, size);
    rest.remove_prefix(size);
    return piece;
  }

 private:
  uint32_t state_;
};

}  // namespace isolane::fuzz
