#include "runtime/web/crypto.h"

#include <cerrno>
#include <cstddef>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/random.h>

#include "runtime/base/check.h"
#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/web/arguments.h"
#include "runtime/web/crypto_material.h"

namespace isolane::web {

namespace {

void FromKernel(std::span<uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      // Nothing to fall back to: a program that needs randomness must not go on without.
      ISOLANE_CHECK(errno == EINTR);
      continue;
    }
    out = out.subspan(static_cast<size_t>(got));
  }
}

// Random bytes in stock; each is handed out once and then wiped.
struct Pool {
  uint8_t bytes[2048];
  size_t used = sizeof bytes;
};

thread_local Pool pool;

}  // namespace

void FillRandom(std::span<uint8_t> out) {
  if (out.size() > 256) return FromKernel(out);
  if (sizeof pool.bytes - pool.used < out.size()) {
    FromKernel(pool.bytes);
    pool.used = 0;
  }
  std::memcpy(out.data(), pool.bytes + pool.used, out.size());
  std::memset(pool.bytes + pool.used, 0, out.size());
  pool.used += out.size();
}

void RandomFill(const Arguments& arguments) {
  const std::span<uint8_t> out = MutableBytes(arguments[0]);
  if (!out.empty()) FillRandom(out);
}

void RandomUuid(const Arguments& arguments) {
  uint8_t bytes[16];
  FillRandom(bytes);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;  // version 4
  bytes[8] = (bytes[8] & 0x3f) | 0x80;  // variant of RFC 9562
  static constexpr char kHex[] = "0123456789abcdef";
  char text[36];
  size_t length = 0;
  for (size_t i = 0; i < sizeof bytes; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text[length++] = '-';
    text[length++] = kHex[bytes[i] >> 4];
    text[length++] = kHex[bytes[i] & 15];
  }
  v8::Local<v8::String> result;
  if (js::FromLatin1(arguments.GetIsolate(), {text, length}).ToLocal(&result)) {
    arguments.GetReturnValue().Set(result);
  }
}

void Digest(const Arguments& arguments) {
  v8::Isolate* isolate = arguments.GetIsolate();
  const EVP_MD* const algorithm = DigestOf(isolate, arguments[0]);
  if (algorithm == nullptr) return;
  const BytesView input(arguments[1]);
  uint8_t out[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (EVP_Digest(input.bytes().data(), input.bytes().size(), out, &length, algorithm, nullptr) !=
      1) {
    return;
  }
  v8::Local<v8::ArrayBuffer> buffer;
  if (!js::NewArrayBuffer(isolate, length).ToLocal(&buffer)) return;
  std::memcpy(buffer->Data(), out, length);
  arguments.GetReturnValue().Set(buffer);
}

void TimingSafeEqual(const Arguments& arguments) {
  const BytesView left(arguments[0]);
  const BytesView right(arguments[1]);
  const size_t length = left.bytes().size();
  arguments.GetReturnValue().Set(length == right.bytes().size() &&
                                 CRYPTO_memcmp(left.bytes().data(), right.bytes().data(), length) ==
                                     0);
}

}  // namespace isolane::web
