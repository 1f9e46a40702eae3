#include "runtime/web/crypto_material.h"

#include <memory>
#include <string_view>
#include <utility>

#include <openssl/crypto.h>

#include "runtime/js/array_buffer.h"
#include "runtime/js/isolate.h"
#include "runtime/js/watchdog.h"
#include "runtime/web/arguments.h"
#include "runtime/web/holder.h"

namespace isolane::web {

namespace {

struct Key {
  static constexpr uint64_t kMagic = 0x79656b63'69736f6c;
  uint64_t magic = kMagic;
  Openssl<evp_pkey_st> key;
};

// As js/array_buffer.h takes bytes.
std::string_view AsText(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

SecretBuffer::~SecretBuffer() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

v8::MaybeLocal<v8::Value> NewSecret(v8::Isolate* isolate, std::span<const uint8_t> bytes) {
  // Shared by the buffer alone; that is how js::AdoptAsArrayBuffer takes it.
  const auto secret = std::make_shared<const SecretBuffer>(bytes);
  v8::Local<v8::ArrayBuffer> buffer;
  if (!js::AdoptAsArrayBuffer(isolate, AsText(secret->bytes()), secret).ToLocal(&buffer)) return {};
  return v8::Uint8Array::New(buffer, 0, bytes.size());
}

v8::Local<v8::Value> NewKey(v8::Isolate* isolate, Openssl<evp_pkey_st> key) {
  auto holder = std::make_unique<Key>();
  holder->key = std::move(key);
  return NewHolder(isolate, std::move(holder));
}

evp_pkey_st* KeyOf(v8::Local<v8::Value> value) {
  const Key* const holder = HolderOf<Key>(value);
  return holder == nullptr ? nullptr : holder->key.get();
}

const evp_md_st* DigestOf(v8::Isolate* isolate, v8::Local<v8::Value> name) {
  if (!name->IsString()) return nullptr;
  const Utf8Text text(isolate, name.As<v8::String>());
  return DigestByName(text.view());
}

std::string TextOf(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  if (!value->IsString()) return {};
  const Utf8Text text(isolate, value.As<v8::String>());
  return std::string(text.view());
}

void ReturnBytes(const Arguments& arguments, std::span<const uint8_t> bytes) {
  v8::Local<v8::ArrayBuffer> buffer;
  if (js::CopyToArrayBuffer(arguments.GetIsolate(), AsText(bytes)).ToLocal(&buffer)) {
    arguments.GetReturnValue().Set(buffer);
  }
}

bool IsOverdue(v8::Isolate* isolate) {
  const js::Watchdog* const watchdog = js::Isolate::From(isolate).watchdog();
  return watchdog != nullptr && watchdog->Overdue();
}

}  // namespace isolane::web
