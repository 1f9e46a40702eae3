#include "runtime/worker/rpc_values.h"

#include <cstdint>
#include <cstring>

#include "runtime/js/array_buffer.h"

namespace isolane::worker {

namespace {

enum Tag : char {
  kUndefined = 'u',
  kNull = 'n',
  kTrue = 't',
  kFalse = 'f',
  kInt32 = 'i',
  kNumber = 'd',
  kOneByte = 's',  // length, then one byte for each character
  kTwoByte = 'w',  // length in characters, then two bytes each
};

template <typename T>
void AppendRaw(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void AppendString(v8::Isolate* isolate, v8::Local<v8::String> text, std::string& out) {
  const uint32_t length = static_cast<uint32_t>(text->Length());
  const bool one_byte = text->IsOneByte();
  out.push_back(one_byte ? kOneByte : kTwoByte);
  AppendRaw(out, length);
  const size_t at = out.size();
  out.resize(at + size_t{length} * (one_byte ? 1 : 2));
  if (length == 0) return;
  if (one_byte) {
    text->WriteOneByteV2(isolate, 0, length, reinterpret_cast<uint8_t*>(out.data() + at));
    return;
  }
  // The text may lie at an odd address; V8 writes aligned characters.
  std::u16string characters(length, u'\0');
  text->WriteV2(isolate, 0, length, reinterpret_cast<uint16_t*>(characters.data()));
  std::memcpy(out.data() + at, characters.data(), size_t{length} * 2);
}

}  // namespace

void AppendText(std::string_view ascii, std::string& out) {
  out.push_back(kOneByte);
  AppendRaw(out, static_cast<uint32_t>(ascii.size()));
  out += ascii;
}

bool AppendValue(v8::Isolate* isolate, v8::Local<v8::Value> value, std::string& out) {
  if (value->IsInt32()) {
    // -0 is no Int32 for V8.
    out.push_back(kInt32);
    AppendRaw(out, value.As<v8::Int32>()->Value());
    return true;
  }
  if (value->IsString()) {
    AppendString(isolate, value.As<v8::String>(), out);
    return true;
  }
  if (value->IsUndefined()) {
    out.push_back(kUndefined);
    return true;
  }
  if (value->IsNull()) {
    out.push_back(kNull);
    return true;
  }
  if (value->IsBoolean()) {
    out.push_back(value->IsTrue() ? kTrue : kFalse);
    return true;
  }
  if (value->IsNumber()) {
    out.push_back(kNumber);
    AppendRaw(out, value.As<v8::Number>()->Value());
    return true;
  }
  return false;
}

template <typename T>
bool ValueReader::Take(T* out) {
  if (rest_.size() < sizeof(T)) return false;
  std::memcpy(out, rest_.data(), sizeof(T));
  rest_.remove_prefix(sizeof(T));
  return true;
}

v8::MaybeLocal<v8::Value> ValueReader::Read() {
  if (rest_.empty()) return {};
  const char tag = rest_.front();
  rest_.remove_prefix(1);
  switch (tag) {
    case kUndefined:
      return v8::Undefined(isolate_);
    case kNull:
      return v8::Null(isolate_);
    case kTrue:
      return v8::True(isolate_);
    case kFalse:
      return v8::False(isolate_);
    case kInt32: {
      int32_t number;
      if (!Take(&number)) return {};
      return v8::Integer::New(isolate_, number);
    }
    case kNumber: {
      double number;
      if (!Take(&number)) return {};
      return v8::Number::New(isolate_, number);
    }
    case kOneByte: {
      uint32_t length;
      if (!Take(&length) || rest_.size() < length) return {};
      const auto* characters = reinterpret_cast<const uint8_t*>(rest_.data());
      rest_.remove_prefix(length);
      v8::Local<v8::String> text;
      if (!v8::String::NewFromOneByte(isolate_, characters, v8::NewStringType::kNormal,
                                      static_cast<int>(length))
               .ToLocal(&text)) {
        return {};
      }
      return text;
    }
    case kTwoByte: {
      uint32_t length;
      if (!Take(&length) || rest_.size() / 2 < length) return {};
      std::u16string characters(length, u'\0');
      std::memcpy(characters.data(), rest_.data(), size_t{length} * 2);
      rest_.remove_prefix(size_t{length} * 2);
      v8::Local<v8::String> text;
      if (!v8::String::NewFromTwoByte(isolate_,
                                      reinterpret_cast<const uint16_t*>(characters.data()),
                                      v8::NewStringType::kNormal, static_cast<int>(length))
               .ToLocal(&text)) {
        return {};
      }
      return text;
    }
    default:
      return {};
  }
}

}  // namespace isolane::worker
