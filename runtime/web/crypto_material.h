// What a CryptoKey is made of: the bytes of a secret, or one key of a pair. JavaScript holds it and
// never shows it to anybody.
//
// Both are memory of an ArrayBuffer, whose deleter runs with the garbage collector or the disposal
// of the isolate, on whatever thread. (holder.h)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <v8.h>

#include "runtime/web/openssl.h"

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// Bytes of a secret, in memory that is wiped when it goes.
class SecretBuffer {
 public:
  explicit SecretBuffer(size_t size) : bytes_(size) {}
  explicit SecretBuffer(std::span<const uint8_t> bytes) : bytes_(bytes.begin(), bytes.end()) {}
  ~SecretBuffer();
  SecretBuffer(const SecretBuffer&) = delete;
  SecretBuffer& operator=(const SecretBuffer&) = delete;

  uint8_t* data() { return bytes_.data(); }
  size_t size() const { return bytes_.size(); }
  std::span<uint8_t> bytes() { return bytes_; }
  std::span<const uint8_t> bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

// A Uint8Array with a copy of `bytes`, which are wiped when it goes. Empty, with a RangeError
// pending, when the isolate has reached its limit of memory.
v8::MaybeLocal<v8::Value> NewSecret(v8::Isolate* isolate, std::span<const uint8_t> bytes);

v8::Local<v8::Value> NewKey(v8::Isolate* isolate, Openssl<evp_pkey_st> key);

// Null when `value` is not what NewKey made. Valid as long as `value` is.
evp_pkey_st* KeyOf(v8::Local<v8::Value> value);

// The name of a digest given as a string; null for another value or name.
const evp_md_st* DigestOf(v8::Isolate* isolate, v8::Local<v8::Value> name);

// "" for a value that is no string.
std::string TextOf(v8::Isolate* isolate, v8::Local<v8::Value> value);

// Sets what a native gives back to an ArrayBuffer with a copy of `bytes`.
void ReturnBytes(const Arguments& arguments, std::span<const uint8_t> bytes);

// Whether the entry under way has used up its CPU time: what computes for long asks now and then,
// and gives up. The isolate ends as soon as JavaScript goes on.
bool IsOverdue(v8::Isolate* isolate);

}  // namespace isolane::web
