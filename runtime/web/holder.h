// C++ objects that JavaScript holds between calls of natives: the memory of an ArrayBuffer.
//
// The object goes with the buffer, at the garbage collector's or the isolate's end, on whatever
// thread. JavaScript never shows such a buffer to a Worker, who could write into the object.
//
// A type that can be held begins with `uint64_t magic = kMagic`, a static constant of its own by
// which it is told from the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <v8.h>

namespace isolane::web {

template <class T>
v8::Local<v8::Value> NewHolder(v8::Isolate* isolate, std::unique_ptr<T> object) {
  return v8::ArrayBuffer::New(
      isolate, v8::ArrayBuffer::NewBackingStore(
                   object.release(), sizeof(T),
                   [](void* data, size_t, void*) { delete static_cast<T*>(data); }, nullptr));
}

// Null when `value` is not what NewHolder<T> made. Valid as long as `value` is.
template <class T>
T* HolderOf(v8::Local<v8::Value> value) {
  if (!value->IsArrayBuffer()) return nullptr;
  const auto buffer = value.As<v8::ArrayBuffer>();
  if (buffer->ByteLength() != sizeof(T)) return nullptr;
  auto* const object = static_cast<T*>(buffer->Data());
  return object->magic == T::kMagic ? object : nullptr;
}

}  // namespace isolane::web
