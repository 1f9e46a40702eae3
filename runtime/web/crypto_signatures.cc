#include "runtime/web/crypto_signatures.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "runtime/web/arguments.h"
#include "runtime/web/crypto_material.h"
#include "runtime/web/openssl.h"

namespace isolane::web {

namespace {

struct Scheme {
  EVP_PKEY* key;
  const EVP_MD* digest;  // null for Ed25519
  bool pss;
  int salt;
};

// False if the arguments (key, hash, salt) make no sense.
bool ReadScheme(const Arguments& arguments, Scheme* scheme) {
  scheme->key = KeyOf(arguments[0]);
  if (scheme->key == nullptr) return false;
  scheme->digest = DigestOf(arguments.GetIsolate(), arguments[1]);
  if (scheme->digest == nullptr && EVP_PKEY_get_base_id(scheme->key) != EVP_PKEY_ED25519) {
    return false;
  }
  scheme->pss = arguments[2]->IsInt32();
  scheme->salt = scheme->pss ? arguments[2].As<v8::Int32>()->Value() : 0;
  return true;
}

bool SetPadding(const Scheme& scheme, EVP_PKEY_CTX* context) {
  return !scheme.pss || (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
                         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, scheme.salt) == 1);
}

bool IsElliptic(EVP_PKEY* key) { return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC; }

// Bytes of each of the two numbers of a signature.
int WidthOf(EVP_PKEY* key) { return (EVP_PKEY_get_bits(key) + 7) / 8; }

// False if it is no such signature.
bool FromDer(EVP_PKEY* key, std::vector<uint8_t>& signature) {
  const uint8_t* position = signature.data();
  const Openssl<ECDSA_SIG> pair(
      d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(signature.size())));
  if (pair == nullptr) return false;
  const int width = WidthOf(key);
  signature.resize(2 * static_cast<size_t>(width));
  return BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), signature.data(), width) == width &&
         BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), signature.data() + width, width) == width;
}

// Empty for a signature of the wrong length.
std::vector<uint8_t> ToDer(EVP_PKEY* key, std::span<const uint8_t> signature) {
  const int width = WidthOf(key);
  if (signature.size() != 2 * static_cast<size_t>(width)) return {};
  const Openssl<ECDSA_SIG> pair(ECDSA_SIG_new());
  Openssl<BIGNUM> r(BN_bin2bn(signature.data(), width, nullptr));
  Openssl<BIGNUM> s(BN_bin2bn(signature.data() + width, width, nullptr));
  if (pair == nullptr || r == nullptr || s == nullptr) return {};
  ECDSA_SIG_set0(pair.get(), r.release(), s.release());
  const int length = i2d_ECDSA_SIG(pair.get(), nullptr);
  if (length <= 0) return {};
  std::vector<uint8_t> der(static_cast<size_t>(length));
  uint8_t* position = der.data();
  i2d_ECDSA_SIG(pair.get(), &position);
  return der;
}

}  // namespace

void HmacSign(const Arguments& arguments) {
  const EVP_MD* const digest = DigestOf(arguments.GetIsolate(), arguments[0]);
  if (digest == nullptr) return;
  const OpensslErrors errors;
  const BytesView secret(arguments[1]);
  const BytesView data(arguments[2]);
  const std::span<const uint8_t> key = secret.bytes();
  uint8_t out[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (HMAC(digest, key.data(), static_cast<int>(key.size()), data.bytes().data(),
           data.bytes().size(), out, &length) != nullptr) {
    ReturnBytes(arguments, {out, length});
  }
}

void SignData(const Arguments& arguments) {
  Scheme scheme;
  if (!ReadScheme(arguments, &scheme)) return;
  const OpensslErrors errors;
  const BytesView view(arguments[3]);
  const std::span<const uint8_t> data = view.bytes();
  const Openssl<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // the digest's
  size_t length = 0;
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), &key_context, scheme.digest, nullptr, scheme.key) != 1 ||
      !SetPadding(scheme, key_context) ||
      EVP_DigestSign(context.get(), nullptr, &length, data.data(), data.size()) != 1) {
    return;
  }
  std::vector<uint8_t> signature(length);
  if (EVP_DigestSign(context.get(), signature.data(), &length, data.data(), data.size()) != 1) {
    return;
  }
  signature.resize(length);
  if (IsElliptic(scheme.key) && !FromDer(scheme.key, signature)) return;
  ReturnBytes(arguments, signature);
}

void VerifyData(const Arguments& arguments) {
  arguments.GetReturnValue().Set(false);
  Scheme scheme;
  if (!ReadScheme(arguments, &scheme)) return;
  const OpensslErrors errors;
  const BytesView signature_view(arguments[3]);
  std::span<const uint8_t> signature = signature_view.bytes();
  std::vector<uint8_t> der;
  if (IsElliptic(scheme.key)) {
    der = ToDer(scheme.key, signature);
    signature = der;
  }
  const BytesView view(arguments[4]);
  const std::span<const uint8_t> data = view.bytes();
  const Openssl<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  if (context == nullptr ||
      EVP_DigestVerifyInit(context.get(), &key_context, scheme.digest, nullptr, scheme.key) != 1 ||
      !SetPadding(scheme, key_context)) {
    return;
  }
  arguments.GetReturnValue().Set(EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                                  data.data(), data.size()) == 1);
}

}  // namespace isolane::web
