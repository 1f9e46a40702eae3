#include "runtime/web/crypto_ciphers.h"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstring>
#include <span>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "runtime/js/array_buffer.h"
#include "runtime/js/scratch.h"
#include "runtime/web/arguments.h"
#include "runtime/web/crypto_material.h"
#include "runtime/web/openssl.h"

namespace isolane::web {

namespace {

constexpr size_t kBlock = 16;
// OpenSSL counts in ints, and a last block may be added.
constexpr size_t kMaxInput = INT_MAX - 2 * kBlock;

using Cipher = const EVP_CIPHER* (*)();

// One of three by the length of the key; null for another length.
const EVP_CIPHER* ForKey(std::span<const uint8_t> key, Cipher of_16, Cipher of_24, Cipher of_32) {
  if (key.size() == 16) return of_16();
  if (key.size() == 24) return of_24();
  if (key.size() == 32) return of_32();
  return nullptr;
}

// The bytes of an ArrayBuffer, which nobody else sees yet; empty, with an exception pending, if
// there is no memory.
struct Output {
  v8::Local<v8::ArrayBuffer> buffer;
  uint8_t* data = nullptr;
};

bool Allocate(v8::Isolate* isolate, size_t length, Output* output) {
  if (!js::NewArrayBuffer(isolate, length).ToLocal(&output->buffer)) return false;
  output->data = static_cast<uint8_t*>(output->buffer->Data());
  return true;
}

bool SetKey(EVP_CIPHER_CTX* context, std::span<const uint8_t> key, std::span<const uint8_t> iv,
            bool encrypt) {
  return EVP_CipherInit_ex(context, nullptr, nullptr, key.data(), iv.data(), encrypt ? 1 : 0) == 1;
}

bool Update(EVP_CIPHER_CTX* context, uint8_t* out, int* length, std::span<const uint8_t> input) {
  *length = 0;
  return input.empty() ||
         EVP_CipherUpdate(context, out, length, input.data(), static_cast<int>(input.size())) == 1;
}

// How many blocks can be done before the low `bits` of the counter are zero again; 0 if more than
// any input has.
uint64_t BlocksUntilWrap(std::span<const uint8_t> counter, int bits) {
  unsigned __int128 value = 0;
  for (const uint8_t byte : counter) value = value << 8 | byte;
  if (bits < 128) value &= (static_cast<unsigned __int128>(1) << bits) - 1;
  const unsigned __int128 blocks =
      bits < 128 ? (static_cast<unsigned __int128>(1) << bits) - value : -value;
  return blocks > kMaxInput ? 0 : static_cast<uint64_t>(blocks);
}

void ClearLowBits(std::span<uint8_t> counter, int bits) {
  for (size_t i = counter.size(); i-- > 0 && bits > 0; bits -= 8) {
    counter[i] = bits >= 8 ? 0 : static_cast<uint8_t>(counter[i] & (0xff << bits));
  }
}

}  // namespace

void AesGcm(const Arguments& arguments) {
  v8::Isolate* isolate = arguments.GetIsolate();
  uint32_t& expected = js::Scratch(isolate)[0];
  expected = 0;
  const OpensslErrors errors;
  const BytesView key_view(arguments[0]);
  const BytesView iv_view(arguments[2]);
  const BytesView data_view(arguments[3]);
  const BytesView additional_view(arguments[5]);
  const std::span<const uint8_t> key = key_view.bytes();
  const std::span<const uint8_t> iv = iv_view.bytes();
  const std::span<const uint8_t> additional = additional_view.bytes();
  std::span<const uint8_t> data = data_view.bytes();
  const bool encrypt = arguments[1]->IsTrue();
  if (!arguments[4]->IsUint32()) return;
  const size_t tag_length = arguments[4].As<v8::Uint32>()->Value();
  const EVP_CIPHER* const cipher = ForKey(key, EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm);
  const Openssl<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
  if (cipher == nullptr || context == nullptr || tag_length > kBlock || data.size() > kMaxInput ||
      additional.size() > kMaxInput || (!encrypt && data.size() < tag_length)) {
    return;
  }
  uint8_t tag[kBlock];
  if (!encrypt) {
    std::memcpy(tag, data.data() + data.size() - tag_length, tag_length);
    data = data.first(data.size() - tag_length);
  }
  Output output;
  int length = 0;
  if (EVP_CipherInit_ex(context.get(), cipher, nullptr, nullptr, nullptr, encrypt ? 1 : 0) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(iv.size()),
                          nullptr) != 1 ||
      !SetKey(context.get(), key, iv, encrypt) ||
      !Update(context.get(), nullptr, &length, additional) ||
      !Allocate(isolate, data.size() + (encrypt ? tag_length : 0), &output) ||
      !Update(context.get(), output.data, &length, data)) {
    return;
  }
  expected = static_cast<uint32_t>(length);
  if (!encrypt && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG,
                                      static_cast<int>(tag_length), tag) != 1) {
    return;
  }
  int rest = 0;
  if (EVP_CipherFinal_ex(context.get(), output.data + length, &rest) != 1) {
    // Nobody may see what was not authentic.
    OPENSSL_cleanse(output.data, data.size());
    return;
  }
  if (encrypt && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG,
                                     static_cast<int>(tag_length), output.data + length) != 1) {
    return;
  }
  arguments.GetReturnValue().Set(output.buffer);
}

void AesCbc(const Arguments& arguments) {
  uint32_t& expected = js::Scratch(arguments.GetIsolate())[0];
  expected = 0;
  const OpensslErrors errors;
  const BytesView key_view(arguments[0]);
  const BytesView iv_view(arguments[2]);
  const BytesView data_view(arguments[3]);
  const std::span<const uint8_t> key = key_view.bytes();
  const std::span<const uint8_t> data = data_view.bytes();
  const EVP_CIPHER* const cipher = ForKey(key, EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc);
  const Openssl<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
  if (cipher == nullptr || context == nullptr || iv_view.bytes().size() != kBlock ||
      data.size() > kMaxInput) {
    return;
  }
  // How long it will be shows only at the end.
  SecretBuffer output(data.size() + kBlock);
  int length = 0;
  int rest = 0;
  if (EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), iv_view.bytes().data(),
                        arguments[1]->IsTrue() ? 1 : 0) == 1 &&
      Update(context.get(), output.data(), &length, data)) {
    expected = static_cast<uint32_t>(length);
    if (EVP_CipherFinal_ex(context.get(), output.data() + length, &rest) == 1) {
      ReturnBytes(arguments, output.bytes().first(static_cast<size_t>(length + rest)));
    }
  }
}

void AesCtr(const Arguments& arguments) {
  const OpensslErrors errors;
  const BytesView key_view(arguments[0]);
  const BytesView counter_view(arguments[1]);
  const BytesView data_view(arguments[3]);
  const std::span<const uint8_t> key = key_view.bytes();
  const std::span<const uint8_t> data = data_view.bytes();
  const EVP_CIPHER* const cipher = ForKey(key, EVP_aes_128_ctr, EVP_aes_192_ctr, EVP_aes_256_ctr);
  const Openssl<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
  uint8_t counter[kBlock];
  if (cipher == nullptr || context == nullptr || counter_view.bytes().size() != sizeof counter ||
      data.size() > kMaxInput || !arguments[2]->IsInt32()) {
    return;
  }
  const int bits = arguments[2].As<v8::Int32>()->Value();
  if (bits < 1 || bits > 128) return;
  std::memcpy(counter, counter_view.bytes().data(), sizeof counter);
  Output output;
  if (!Allocate(arguments.GetIsolate(), data.size(), &output)) return;
  // OpenSSL counts with all 128 bits, so what comes after the wrap is done apart.
  const uint64_t wrap = BlocksUntilWrap(counter, bits);
  const size_t before = wrap == 0 ? data.size() : std::min<uint64_t>(data.size(), wrap * kBlock);
  int length = 0;
  if (EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), counter, 1) != 1 ||
      !Update(context.get(), output.data, &length, data.first(before))) {
    return;
  }
  if (before < data.size()) {
    ClearLowBits(counter, bits);
    if (!SetKey(context.get(), key, counter, true) ||
        !Update(context.get(), output.data + before, &length, data.subspan(before))) {
      return;
    }
  }
  arguments.GetReturnValue().Set(output.buffer);
}

void AesKw(const Arguments& arguments) {
  const OpensslErrors errors;
  const BytesView key_view(arguments[0]);
  const BytesView data_view(arguments[2]);
  const std::span<const uint8_t> key = key_view.bytes();
  const std::span<const uint8_t> data = data_view.bytes();
  const EVP_CIPHER* const cipher =
      ForKey(key, EVP_aes_128_wrap, EVP_aes_192_wrap, EVP_aes_256_wrap);
  const Openssl<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
  if (cipher == nullptr || context == nullptr || data.size() > kMaxInput) return;
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  SecretBuffer output(data.size() + kBlock);
  int length = 0;
  int rest = 0;
  if (EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), nullptr,
                        arguments[1]->IsTrue() ? 1 : 0) == 1 &&
      Update(context.get(), output.data(), &length, data) &&
      EVP_CipherFinal_ex(context.get(), output.data() + length, &rest) == 1) {
    ReturnBytes(arguments, output.bytes().first(static_cast<size_t>(length + rest)));
  }
}

void RsaOaep(const Arguments& arguments) {
  EVP_PKEY* const key = KeyOf(arguments[0]);
  const EVP_MD* const digest = DigestOf(arguments.GetIsolate(), arguments[2]);
  if (key == nullptr || digest == nullptr) return;
  const OpensslErrors errors;
  const bool encrypt = arguments[1]->IsTrue();
  const BytesView label_view(arguments[3]);
  const BytesView data_view(arguments[4]);
  const std::span<const uint8_t> label = label_view.bytes();
  const std::span<const uint8_t> data = data_view.bytes();
  const Openssl<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (context == nullptr || label.size() > kMaxInput ||
      (encrypt ? EVP_PKEY_encrypt_init(context.get()) : EVP_PKEY_decrypt_init(context.get())) !=
          1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), digest) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), digest) != 1) {
    return;
  }
  if (!label.empty()) {
    void* const copy = OPENSSL_memdup(label.data(), label.size());
    // Takes the copy, unless it fails.
    if (EVP_PKEY_CTX_set0_rsa_oaep_label(context.get(), copy, static_cast<int>(label.size())) !=
        1) {
      OPENSSL_free(copy);
      return;
    }
  }
  const auto run = encrypt ? EVP_PKEY_encrypt : EVP_PKEY_decrypt;
  size_t length = 0;
  if (run(context.get(), nullptr, &length, data.data(), data.size()) != 1) return;
  SecretBuffer output(length);
  if (run(context.get(), output.data(), &length, data.data(), data.size()) == 1) {
    ReturnBytes(arguments, output.bytes().first(length));
  }
}

}  // namespace isolane::web
