#include "runtime/js/array_buffer.h"

#include <cstring>
#include <utility>

#include "runtime/js/convert.h"
#include "runtime/js/isolate.h"

namespace isolane::js {

namespace {

// What an adopted buffer holds on to. The count may outlive the isolate.
struct Adopted {
  std::shared_ptr<const void> owner;
  std::shared_ptr<BufferAllocator> allocator;
  size_t size;
};

v8::MaybeLocal<v8::ArrayBuffer> Refuse(v8::Isolate* isolate) {
  isolate->ThrowException(
      v8::Exception::RangeError(Literal(isolate, "Array buffer allocation failed")));
  return {};
}

}  // namespace

v8::MaybeLocal<v8::ArrayBuffer> NewArrayBuffer(v8::Isolate* isolate, size_t length) {
  auto store = v8::ArrayBuffer::NewBackingStore(isolate, length,
                                                v8::BackingStoreInitializationMode::kUninitialized,
                                                v8::BackingStoreOnFailureMode::kReturnNull);
  if (store == nullptr) return Refuse(isolate);
  return v8::ArrayBuffer::New(isolate, std::move(store));
}

v8::MaybeLocal<v8::ArrayBuffer> CopyToArrayBuffer(v8::Isolate* isolate, std::string_view bytes) {
  v8::Local<v8::ArrayBuffer> buffer;
  if (!NewArrayBuffer(isolate, bytes.size()).ToLocal(&buffer)) return {};
  if (!bytes.empty()) std::memcpy(buffer->Data(), bytes.data(), bytes.size());
  return buffer;
}

v8::MaybeLocal<v8::ArrayBuffer> AdoptAsArrayBuffer(v8::Isolate* isolate, std::string_view bytes,
                                                   std::shared_ptr<const void> owner) {
  // V8 calls no deleter for memory that has no address.
  if (bytes.empty()) return NewArrayBuffer(isolate, 0);
  const std::shared_ptr<BufferAllocator>& allocator = Isolate::From(isolate).shared_buffers();
  if (!allocator->Take(bytes.size())) return Refuse(isolate);
  auto* adopted = new Adopted{std::move(owner), allocator, bytes.size()};
  auto store = v8::ArrayBuffer::NewBackingStore(
      const_cast<char*>(bytes.data()), bytes.size(),
      [](void*, size_t, void* data) {
        auto* dead = static_cast<Adopted*>(data);
        dead->allocator->Give(dead->size);
        delete dead;
      },
      adopted);
  return v8::ArrayBuffer::New(isolate, std::move(store));
}

}  // namespace isolane::js
