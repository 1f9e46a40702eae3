#include "runtime/js/convert.h"

#include <memory>
#include <utility>

namespace isolane::js {

v8::MaybeLocal<v8::String> FromUtf8(v8::Isolate* isolate, std::string_view text) {
  if (text.size() > static_cast<size_t>(v8::String::kMaxLength)) {
    isolate->ThrowException(v8::Exception::RangeError(Literal(isolate, "String too long.")));
    return {};
  }
  return v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal,
                                 static_cast<int>(text.size()));
}

v8::MaybeLocal<v8::String> FromLatin1(v8::Isolate* isolate, std::string_view bytes) {
  if (bytes.size() > static_cast<size_t>(v8::String::kMaxLength)) {
    isolate->ThrowException(v8::Exception::RangeError(Literal(isolate, "String too long.")));
    return {};
  }
  return v8::String::NewFromOneByte(isolate, reinterpret_cast<const uint8_t*>(bytes.data()),
                                    v8::NewStringType::kNormal, static_cast<int>(bytes.size()));
}

v8::Local<v8::String> Literal(v8::Isolate* isolate, std::string_view text) {
  return v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kInternalized,
                                 static_cast<int>(text.size()))
      .ToLocalChecked();
}

std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::String> text) {
  std::string out;
  const size_t size = text->Utf8LengthV2(isolate);
  out.resize(size);
  text->WriteUtf8V2(isolate, out.data(), size, v8::String::WriteFlags::kReplaceInvalidUtf8);
  return out;
}

base::Chunk ToUtf8Chunk(v8::Isolate* isolate, v8::Local<v8::String> text) {
  const size_t size = text->Utf8LengthV2(isolate);
  if (size == 0) return {};
  auto memory = std::make_shared_for_overwrite<char[]>(size);
  char* const data = memory.get();
  text->WriteUtf8V2(isolate, data, size, v8::String::WriteFlags::kReplaceInvalidUtf8);
  return base::Chunk(data, size, std::move(memory));
}

std::string Describe(v8::Isolate* isolate, v8::Local<v8::Value> value, std::string_view fallback) {
  if (value.IsEmpty()) return std::string(fallback);
  v8::TryCatch try_catch(isolate);
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::String> text;
  if (value->IsSymbol()) {
    v8::Local<v8::Value> description = value.As<v8::Symbol>()->Description(isolate);
    return "Symbol(" +
           (description->IsString() ? ToUtf8(isolate, description.As<v8::String>())
                                    : std::string()) +
           ")";
  }
  if (!value->ToString(context).ToLocal(&text)) return std::string(fallback);
  return ToUtf8(isolate, text);
}

void ToLatin1(v8::Isolate* isolate, v8::Local<v8::String> text, std::string& out) {
  const uint32_t length = static_cast<uint32_t>(text->Length());
  out.resize(length);
  text->WriteOneByteV2(isolate, 0, length, reinterpret_cast<uint8_t*>(out.data()));
}

}  // namespace isolane::js
