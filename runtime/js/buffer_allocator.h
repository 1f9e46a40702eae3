// The array buffer allocator of one isolate: plain memory, counted, with an upper bound.
//
// Thread: any. Shared by the isolate and by every backing store it made: a body may outlive the
// isolate that produced it.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include <v8.h>

namespace isolane::js {

class BufferAllocator final : public v8::ArrayBuffer::Allocator {
 public:
  // Beyond `limit` bytes an allocation fails, which JavaScript sees as a RangeError.
  explicit BufferAllocator(size_t limit) : limit_(limit) {}

  void* Allocate(size_t length) override;
  void* AllocateUninitialized(size_t length) override;
  void Free(void* data, size_t length) override;

  // For memory that comes from elsewhere but counts: false beyond the limit.
  bool Take(size_t length);
  void Give(size_t length) { used_.fetch_sub(length, std::memory_order_relaxed); }

  size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const size_t limit_;           // bytes
  std::atomic<size_t> used_{0};  // bytes; V8 frees some stores on its worker threads
};

}  // namespace isolane::js
