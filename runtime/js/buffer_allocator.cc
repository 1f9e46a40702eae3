#include "runtime/js/buffer_allocator.h"

#include <cstdlib>

namespace isolane::js {

bool BufferAllocator::Take(size_t length) {
  const size_t before = used_.fetch_add(length, std::memory_order_relaxed);
  if (before + length <= limit_) return true;
  used_.fetch_sub(length, std::memory_order_relaxed);
  return false;
}

void* BufferAllocator::Allocate(size_t length) {
  if (!Take(length)) return nullptr;
  void* memory = std::calloc(length == 0 ? 1 : length, 1);
  if (memory == nullptr) used_.fetch_sub(length, std::memory_order_relaxed);
  return memory;
}

void* BufferAllocator::AllocateUninitialized(size_t length) {
  if (!Take(length)) return nullptr;
  void* memory = std::malloc(length == 0 ? 1 : length);
  if (memory == nullptr) used_.fetch_sub(length, std::memory_order_relaxed);
  return memory;
}

void BufferAllocator::Free(void* data, size_t length) {
  std::free(data);
  used_.fetch_sub(length, std::memory_order_relaxed);
}

}  // namespace isolane::js
