// Structured clone by V8's serializer, for builtins/web/structured_clone.js.
//
// After StructuredClone and Serialize have thrown, scratch[0] says whether the exception is the
// text of a DataCloneError (1) or came from an accessor in the value (0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <v8.h>

namespace isolane::web {

// The bytes of a clone.
class CloneBytes {
 public:
  CloneBytes() = default;
  // Takes over memory of malloc.
  CloneBytes(uint8_t* data, size_t size) : data_(data), size_(size) {}
  CloneBytes(CloneBytes&& other) noexcept { *this = std::move(other); }
  CloneBytes& operator=(CloneBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~CloneBytes() { std::free(data_); }

  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }
  // The memory is the caller's.
  uint8_t* Release() { return std::exchange(data_, nullptr); }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// What Serialize and Deserialize do, for natives. False, or empty, with an exception pending.
bool SerializeValue(v8::Isolate* isolate, v8::Local<v8::Value> value, CloneBytes* bytes);
v8::MaybeLocal<v8::Value> DeserializeValue(v8::Isolate* isolate, std::string_view bytes);

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// (prototype, name): instances of a built-in class, which cannot be cloned
void MarkHostPrototype(const Arguments& arguments);
// Whether `object` is an instance of such a class, or of one derived from it. Runs no JavaScript.
bool IsMarkedAsHost(v8::Isolate* isolate, v8::Local<v8::Object> object);
// (value, array of ArrayBuffers to transfer | undefined) -> clone
void StructuredClone(const Arguments& arguments);
// (value) -> ArrayBuffer
void Serialize(const Arguments& arguments);
// (ArrayBuffer of Serialize, maybe of another isolate) -> value
void Deserialize(const Arguments& arguments);

}  // namespace isolane::web
