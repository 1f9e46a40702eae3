// What waits to be given to the kernel on one connection: small things copied together into one run
// of bytes, large chunks held without a copy between them.
//
// Loop thread. Owned by a connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "runtime/base/chunk.h"
#include "runtime/http/byte_buffer.h"

namespace isolane::http {

class WriteQueue {
 public:
  // From this size on a chunk is held instead of copied.
  static constexpr size_t kHoldFrom = 16 * 1024;

  // Small bytes may be composed in place at the end of this buffer.
  ByteBuffer& tail() { return open_.bytes; }
  void Append(std::string_view bytes) { open_.bytes.Append(bytes); }
  void Append(base::Chunk chunk);

  size_t size() const { return open_.size() + sealed_.size(); }
  bool empty() const { return size() == 0; }
  // Bytes that have left the queue, and those that ever entered it.
  uint64_t consumed() const { return consumed_; }
  uint64_t appended() const { return consumed_ + size(); }

  // Calls add(const char*, size_t) for each piece from the front until it returns false.
  template <typename Add>
  void Gather(Add&& add) const {
    if (sealed_.Gather(add)) open_.Gather(add);
  }
  // The first `count` bytes are with the kernel.
  void Consume(size_t count);
  // What is in the queue stays where it is in memory until it is consumed, whatever is appended
  // after; that is then what GatherSealed gives. Nothing happens while there is sealed rest.
  void Seal();
  template <typename Add>
  void GatherSealed(Add&& add) const {
    sealed_.Gather(add);
  }
  void Clear();
  // Gives the memory of an empty queue back.
  void Release();

 private:
  struct Held {
    size_t at;  // the chunk comes before this place of `bytes`
    base::Chunk chunk;
  };

  struct Run {
    ByteBuffer bytes;
    std::vector<Held> held;
    size_t position = 0;       // first unread place of `bytes`
    size_t held_position = 0;  // first unread place of held.front() of what is left
    size_t next_held = 0;
    size_t held_bytes = 0;  // unread bytes in `held`

    size_t size() const { return bytes.size() - position + held_bytes; }
    size_t Consume(size_t count);
    void Clear();
    void Release();

    template <typename Add>
    bool Gather(Add& add) const {
      size_t at = position;
      size_t offset = held_position;
      for (size_t i = next_held; i < held.size(); i++) {
        if (at < held[i].at && !add(bytes.data() + at, held[i].at - at)) return false;
        at = held[i].at;
        if (!add(held[i].chunk.data() + offset, held[i].chunk.size() - offset)) return false;
        offset = 0;
      }
      return at == bytes.size() || add(bytes.data() + at, bytes.size() - at);
    }
  };

  Run open_;
  Run sealed_;
  uint64_t consumed_ = 0;
};

}  // namespace isolane::http
