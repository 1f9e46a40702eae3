// A growing run of bytes that is reused and never zero-filled: heads are composed in it.
//
// Any thread, one at a time.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "runtime/base/check.h"

namespace isolane::http {

class ByteBuffer {
 public:
  ByteBuffer() = default;
  ByteBuffer(ByteBuffer&& other) noexcept { Swap(other); }
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~ByteBuffer() { std::free(data_); }

  const char* data() const { return data_; }
  char* data() { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_, size_}; }

  // Room for `count` more bytes; returns where they go. Then Commit says up to where they went.
  char* Reserve(size_t count) {
    if (capacity_ - size_ < count) Grow(count);
    return data_ + size_;
  }
  void Commit(const char* end) { size_ = static_cast<size_t>(end - data_); }

  void Append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(Reserve(bytes.size()), bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void Append(char byte) {
    *Reserve(1) = byte;
    size_++;
  }

  void Truncate(size_t size) { size_ = size; }
  void RemovePrefix(size_t count) {
    std::memmove(data_, data_ + count, size_ - count);
    size_ -= count;
  }
  // Keeps the memory unless it has grown out of the ordinary.
  void Clear() {
    size_ = 0;
    if (capacity_ > kKeep) [[unlikely]]
      Release();
  }
  // Empty, and without memory.
  void Release() {
    std::free(data_);
    data_ = nullptr;
    size_ = capacity_ = 0;
  }
  void Swap(ByteBuffer& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  static constexpr size_t kKeep = 32 * 1024;

  void Grow(size_t count) {
    size_t capacity = capacity_ == 0 ? 512 : capacity_ * 2;
    while (capacity - size_ < count) capacity *= 2;
    data_ = static_cast<char*>(std::realloc(data_, capacity));
    ISOLANE_CHECK(data_ != nullptr);
    capacity_ = capacity;
  }

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// Copies `bytes` to `to` and returns the end.
inline char* Put(char* to, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

// Writes `value` in decimal and returns the end. At most 20 bytes.
inline char* PutDecimal(char* to, unsigned long long value) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count > 0) *to++ = digits[--count];
  return to;
}

}  // namespace isolane::http
