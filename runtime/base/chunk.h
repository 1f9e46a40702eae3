// A run of bytes with shared ownership: how bodies travel between sockets and isolates. Whoever
// holds one only reads; a Worker that writes to a buffer it has sent, though, may still change what
// arrives.
//
// Loop thread. Passing one on copies a pointer, never the bytes.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace isolane::base {

class Chunk {
 public:
  Chunk() = default;

  // Bytes owned by something else (a V8 backing store, a read buffer), kept alive by `owner`.
  Chunk(const char* data, size_t size, std::shared_ptr<const void> owner)
      : data_(data), size_(size), owner_(std::move(owner)) {}

  static Chunk Copy(std::string_view bytes) {
    if (bytes.empty()) return {};
    auto memory = std::make_shared_for_overwrite<char[]>(bytes.size());
    std::memcpy(memory.get(), bytes.data(), bytes.size());
    const char* data = memory.get();
    return Chunk(data, bytes.size(), std::move(memory));
  }

  const char* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_, size_}; }
  const std::shared_ptr<const void>& owner() const { return owner_; }

  // The rest after the first `count` bytes; shares ownership.
  Chunk After(size_t count) const { return Chunk(data_ + count, size_ - count, owner_); }

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
  std::shared_ptr<const void> owner_;
};

}  // namespace isolane::base
