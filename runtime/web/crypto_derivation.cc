#include "runtime/web/crypto_derivation.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "runtime/js/array_buffer.h"
#include "runtime/web/arguments.h"
#include "runtime/web/crypto_material.h"
#include "runtime/web/openssl.h"

namespace isolane::web {

namespace {

// Between two looks at the clock: some milliseconds.
constexpr uint32_t kIterationsAtOnce = 4096;

// A parameter that OpenSSL only reads.
OSSL_PARAM BytesParameter(const char* name, std::span<const uint8_t> bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<uint8_t*>(bytes.data()), bytes.size());
}

// HMAC with one key, many times.
class Hmac {
 public:
  // False if OpenSSL refuses.
  bool Begin(const EVP_MD* digest, std::span<const uint8_t> key) {
    const Openssl<EVP_MAC> mac(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr));
    if (mac == nullptr) return false;
    context_.reset(EVP_MAC_CTX_new(mac.get()));
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                         const_cast<char*>(EVP_MD_get0_name(digest)), 0),
        OSSL_PARAM_construct_end(),
    };
    return context_ != nullptr &&
           EVP_MAC_init(context_.get(), key.data(), key.size(), parameters) == 1;
  }
  bool Update(std::span<const uint8_t> bytes) {
    return EVP_MAC_update(context_.get(), bytes.data(), bytes.size()) == 1;
  }
  // Writes the result to `out` and begins again.
  bool Finish(std::span<uint8_t> out) {
    size_t length = 0;
    return EVP_MAC_final(context_.get(), out.data(), &length, out.size()) == 1 &&
           EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1;
  }

 private:
  Openssl<EVP_MAC_CTX> context_;
};

}  // namespace

// https://www.rfc-editor.org/rfc/rfc8018#section-5.2, by hand: OpenSSL's own cannot be interrupted.
void DerivePbkdf2(const Arguments& arguments) {
  v8::Isolate* isolate = arguments.GetIsolate();
  const EVP_MD* const digest = DigestOf(isolate, arguments[0]);
  if (digest == nullptr || !arguments[3]->IsUint32() || !arguments[4]->IsUint32()) return;
  const OpensslErrors errors;
  const BytesView secret(arguments[1]);
  const BytesView salt(arguments[2]);
  const uint32_t iterations = arguments[3].As<v8::Uint32>()->Value();
  const size_t length = arguments[4].As<v8::Uint32>()->Value();
  Hmac hmac;
  if (!hmac.Begin(digest, secret.bytes())) return;
  v8::Local<v8::ArrayBuffer> buffer;
  if (!js::NewArrayBuffer(isolate, length).ToLocal(&buffer)) return;
  auto* const out = static_cast<uint8_t*>(buffer->Data());
  const auto width = static_cast<size_t>(EVP_MD_get_size(digest));
  SecretBuffer step_buffer(width);
  SecretBuffer sum_buffer(width);
  const std::span<uint8_t> step = step_buffer.bytes();
  const std::span<uint8_t> sum = sum_buffer.bytes();
  uint32_t until_look = kIterationsAtOnce;
  uint32_t block = 0;
  for (size_t done = 0; done < length; done += width) {
    block++;
    const uint8_t number[] = {static_cast<uint8_t>(block >> 24), static_cast<uint8_t>(block >> 16),
                              static_cast<uint8_t>(block >> 8), static_cast<uint8_t>(block)};
    if (!hmac.Update(salt.bytes()) || !hmac.Update(number) || !hmac.Finish(step)) return;
    std::memcpy(sum.data(), step.data(), width);
    for (uint32_t i = 1; i < iterations; i++) {
      if (!hmac.Update(step) || !hmac.Finish(step)) return;
      for (size_t k = 0; k < width; k++) sum[k] ^= step[k];
      if (--until_look > 0) continue;
      if (IsOverdue(isolate)) return;
      until_look = kIterationsAtOnce;
    }
    std::memcpy(out + done, sum.data(), std::min(width, length - done));
  }
  arguments.GetReturnValue().Set(buffer);
}

void DeriveHkdf(const Arguments& arguments) {
  v8::Isolate* isolate = arguments.GetIsolate();
  const EVP_MD* const digest = DigestOf(isolate, arguments[0]);
  if (digest == nullptr || !arguments[4]->IsUint32()) return;
  const OpensslErrors errors;
  const BytesView secret(arguments[1]);
  const BytesView salt(arguments[2]);
  const BytesView info(arguments[3]);
  const size_t length = arguments[4].As<v8::Uint32>()->Value();
  const Openssl<EVP_KDF> kdf(EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr));
  const Openssl<EVP_KDF_CTX> context(EVP_KDF_CTX_new(kdf.get()));
  // Checked before memory is taken: 255 blocks are the most.
  if (context == nullptr || length > 255 * static_cast<size_t>(EVP_MD_get_size(digest))) return;
  v8::Local<v8::ArrayBuffer> buffer;
  if (!js::NewArrayBuffer(isolate, length).ToLocal(&buffer)) return;
  if (length > 0) {
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                         const_cast<char*>(EVP_MD_get0_name(digest)), 0),
        BytesParameter(OSSL_KDF_PARAM_KEY, secret.bytes()),
        BytesParameter(OSSL_KDF_PARAM_SALT, salt.bytes()),
        BytesParameter(OSSL_KDF_PARAM_INFO, info.bytes()),
        OSSL_PARAM_construct_end(),
    };
    if (EVP_KDF_derive(context.get(), static_cast<uint8_t*>(buffer->Data()), length, parameters) !=
        1) {
      return;
    }
  }
  arguments.GetReturnValue().Set(buffer);
}

void DeriveShared(const Arguments& arguments) {
  EVP_PKEY* const own = KeyOf(arguments[0]);
  EVP_PKEY* const peer = KeyOf(arguments[1]);
  if (own == nullptr || peer == nullptr) return;
  const OpensslErrors errors;
  const Openssl<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
  size_t length = 0;
  if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), peer) != 1 ||
      EVP_PKEY_derive(context.get(), nullptr, &length) != 1) {
    return;
  }
  SecretBuffer secret(length);
  if (EVP_PKEY_derive(context.get(), secret.data(), &length) == 1) {
    ReturnBytes(arguments, secret.bytes().first(length));
  }
}

}  // namespace isolane::web
