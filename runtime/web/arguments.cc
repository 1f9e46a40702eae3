#include "runtime/web/arguments.h"

#include <cstring>
#include <string_view>

#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"

namespace isolane::web {

Utf8Text::Utf8Text(v8::Isolate* isolate, v8::Local<v8::String> text) {
  const size_t characters = static_cast<size_t>(text->Length());
  size_t capacity = kInline;
  // A character is three bytes at most.
  if (characters * 3 > kInline) {
    capacity = text->Utf8LengthV2(isolate);
    if (capacity > kInline) {
      heap_ = std::make_unique_for_overwrite<char[]>(capacity);
      data_ = heap_.get();
    }
  }
  length_ =
      text->WriteUtf8V2(isolate, data_, capacity, v8::String::WriteFlags::kReplaceInvalidUtf8);
}

BytesView::BytesView(v8::Local<v8::Value> value) {
  if (!value->IsArrayBufferView()) return;
  const v8::MemorySpan<uint8_t> contents =
      value.As<v8::ArrayBufferView>()->GetContents({storage_, sizeof storage_});
  if (contents.size() > 0) bytes_ = {contents.data(), contents.size()};
}

std::span<uint8_t> MutableBytes(v8::Local<v8::Value> value) {
  if (!value->IsArrayBufferView()) return {};
  const auto view = value.As<v8::ArrayBufferView>();
  const size_t length = view->ByteLength();
  if (length == 0) return {};
  auto* const data = static_cast<uint8_t*>(view->Buffer()->Data());
  return {data + view->ByteOffset(), length};
}

v8::MaybeLocal<v8::Uint8Array> NewBytes(v8::Isolate* isolate, std::span<const uint8_t> bytes) {
  v8::Local<v8::ArrayBuffer> buffer;
  const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!js::CopyToArrayBuffer(isolate, view).ToLocal(&buffer)) return {};
  return v8::Uint8Array::New(buffer, 0, bytes.size());
}

}  // namespace isolane::web
