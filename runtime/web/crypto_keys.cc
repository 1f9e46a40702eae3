#include "runtime/web/crypto_keys.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/js/scratch.h"
#include "runtime/web/arguments.h"
#include "runtime/web/crypto.h"
#include "runtime/web/crypto_material.h"
#include "runtime/web/openssl.h"

namespace isolane::web {

namespace {

using Key = Openssl<EVP_PKEY>;

// Ed25519 and X25519: OpenSSL has a type of its own for each. Zero for another curve.
int TypeOfMontgomeryCurve(std::string_view curve) {
  if (curve == "Ed25519") return EVP_PKEY_ED25519;
  if (curve == "X25519") return EVP_PKEY_X25519;
  return 0;
}

// Null for a curve that is not of NIST.
Openssl<EC_GROUP> GroupOf(const std::string& curve) {
  const int nid = EC_curve_nist2nid(curve.c_str());
  return Openssl<EC_GROUP>(nid == NID_undef ? nullptr : EC_GROUP_new_by_curve_name(nid));
}

Openssl<BIGNUM> ToNumber(std::span<const uint8_t> bytes) {
  return Openssl<BIGNUM>(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

Key FromParameters(const char* type, int selection, OSSL_PARAM_BLD* builder) {
  const Openssl<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Openssl<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1) {
    return nullptr;
  }
  return Key(key);
}

// `point` was checked. `number` is null for a public key.
Key FromPoint(const std::string& curve, std::span<const uint8_t> point, const BIGNUM* number) {
  const Openssl<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.data(),
                                      curve.size()) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1 ||
      (number != nullptr &&
       OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number) != 1)) {
    return nullptr;
  }
  return FromParameters("EC", number == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR,
                        builder.get());
}

// Keys are written with uncompressed points, however they came.
void ExpandPoint(EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return;
  EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                 OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
}

void ReturnKey(const Arguments& arguments, Key key) {
  if (key != nullptr) {
    arguments.GetReturnValue().Set(NewKey(arguments.GetIsolate(), std::move(key)));
  }
}

void ReturnReason(const Arguments& arguments, std::string_view reason) {
  arguments.GetReturnValue().Set(js::Literal(arguments.GetIsolate(), reason));
}

int GiveUpWhenOverdue(EVP_PKEY_CTX* context) {
  return IsOverdue(static_cast<v8::Isolate*>(EVP_PKEY_CTX_get_app_data(context))) ? 0 : 1;
}

constexpr std::array<const char*, 8> kRsaNumbers = {
    OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
    OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
    OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

}  // namespace

void SecretKey(const Arguments& arguments) {
  const BytesView view(arguments[0]);
  v8::Local<v8::Value> secret;
  if (NewSecret(arguments.GetIsolate(), view.bytes()).ToLocal(&secret)) {
    arguments.GetReturnValue().Set(secret);
  }
}

void GenerateSecretKey(const Arguments& arguments) {
  if (!arguments[0]->IsUint32()) return;
  v8::Isolate* isolate = arguments.GetIsolate();
  const uint32_t bits = arguments[0].As<v8::Uint32>()->Value();
  // Counted against the limit of the isolate, however long it is to be.
  v8::Local<v8::ArrayBuffer> buffer;
  if (bits == 0 || !js::NewArrayBuffer(isolate, (size_t{bits} + 7) / 8).ToLocal(&buffer)) return;
  const std::span<uint8_t> bytes(static_cast<uint8_t*>(buffer->Data()), buffer->ByteLength());
  FillRandom(bytes);
  if (bits % 8 != 0) bytes.back() &= static_cast<uint8_t>(0xff00 >> (bits % 8));
  v8::Local<v8::Value> secret;
  if (NewSecret(isolate, bytes).ToLocal(&secret)) arguments.GetReturnValue().Set(secret);
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

void GenerateRsaKey(const Arguments& arguments) {
  if (!arguments[0]->IsInt32()) return;
  const OpensslErrors errors;
  const BytesView exponent_bytes(arguments[1]);
  const Openssl<BIGNUM> exponent = ToNumber(exponent_bytes.bytes());
  const Openssl<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  if (context == nullptr || exponent == nullptr || EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), arguments[0].As<v8::Int32>()->Value()) != 1 ||
      EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), exponent.get()) != 1) {
    return;
  }
  EVP_PKEY_CTX_set_app_data(context.get(), arguments.GetIsolate());
  EVP_PKEY_CTX_set_cb(context.get(), GiveUpWhenOverdue);
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_generate(context.get(), &key) == 1) ReturnKey(arguments, Key(key));
}

void GenerateCurveKey(const Arguments& arguments) {
  const OpensslErrors errors;
  const std::string curve = TextOf(arguments.GetIsolate(), arguments[0]);
  if (TypeOfMontgomeryCurve(curve) != 0) {
    return ReturnKey(arguments, Key(EVP_PKEY_Q_keygen(nullptr, nullptr, curve.c_str())));
  }
  if (EC_curve_nist2nid(curve.c_str()) == NID_undef) return;
  ReturnKey(arguments, Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve.c_str())));
}

void PublicKeyOf(const Arguments& arguments) {
  EVP_PKEY* const key = KeyOf(arguments[0]);
  if (key == nullptr) return;
  const OpensslErrors errors;
  uint8_t* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  if (length <= 0) return;
  const uint8_t* begin = der;
  ReturnKey(arguments, Key(d2i_PUBKEY(nullptr, &begin, length)));
  OPENSSL_free(der);
}

void KeyKind(const Arguments& arguments) {
  EVP_PKEY* const key = KeyOf(arguments[0]);
  if (key == nullptr) return;
  const OpensslErrors errors;
  v8::Isolate* isolate = arguments.GetIsolate();
  const char* kind = EVP_PKEY_get0_type_name(key);
  char group[64];
  size_t length = 0;
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
      EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1) {
    const char* const nist = EC_curve_nid2nist(OBJ_txt2nid(group));
    kind = nist != nullptr ? nist : group;
  } else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) {
    kind = "Ed25519";
  }
  v8::Local<v8::String> text;
  if (kind != nullptr && js::FromUtf8(isolate, kind).ToLocal(&text)) {
    arguments.GetReturnValue().Set(text);
  }
}

void KeyFromDer(const Arguments& arguments) {
  const OpensslErrors errors;
  const BytesView view(arguments[0]);
  const std::span<const uint8_t> bytes = view.bytes();
  const uint8_t* position = bytes.data();
  const auto length = static_cast<long>(bytes.size());
  Key key(arguments[1]->IsTrue() ? d2i_AutoPrivateKey(nullptr, &position, length)
                                 : d2i_PUBKEY(nullptr, &position, length));
  if (key == nullptr) return;
  ExpandPoint(key.get());
  js::Scratch(arguments.GetIsolate())[0] =
      static_cast<uint32_t>(bytes.data() + bytes.size() - position);
  ReturnKey(arguments, std::move(key));
}

void KeyToDer(const Arguments& arguments) {
  EVP_PKEY* const key = KeyOf(arguments[0]);
  if (key == nullptr) return;
  const OpensslErrors errors;
  uint8_t* der = nullptr;
  int length = 0;
  if (arguments[1]->IsTrue()) {
    PKCS8_PRIV_KEY_INFO* const info = EVP_PKEY2PKCS8(key);
    if (info == nullptr) return;
    length = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
    PKCS8_PRIV_KEY_INFO_free(info);
  } else {
    length = i2d_PUBKEY(key, &der);
  }
  if (length <= 0) return;
  ReturnBytes(arguments, {der, static_cast<size_t>(length)});
  OPENSSL_clear_free(der, static_cast<size_t>(length));
}

void PublicKeyFromRaw(const Arguments& arguments) {
  const OpensslErrors errors;
  const std::string curve = TextOf(arguments.GetIsolate(), arguments[0]);
  const BytesView view(arguments[1]);
  const std::span<const uint8_t> bytes = view.bytes();
  if (const int type = TypeOfMontgomeryCurve(curve)) {
    return ReturnKey(arguments,
                     Key(EVP_PKEY_new_raw_public_key(type, nullptr, bytes.data(), bytes.size())));
  }
  const Openssl<EC_GROUP> group = GroupOf(curve);
  if (group == nullptr) return;
  const Openssl<EC_POINT> point(EC_POINT_new(group.get()));
  if (point == nullptr) return;
  if (EC_POINT_oct2point(group.get(), point.get(), bytes.data(), bytes.size(), nullptr) != 1) {
    return ReturnReason(arguments, bytes.empty() ? "" : errors.Reason());
  }
  // A single zero is the point at infinity, which is no key.
  if (EC_POINT_is_at_infinity(group.get(), point.get()) == 1) {
    return ReturnReason(arguments, "Invalid point encoding.");
  }
  Key key = FromPoint(curve, bytes, nullptr);
  if (key == nullptr) return ReturnReason(arguments, errors.Reason());
  ExpandPoint(key.get());
  ReturnKey(arguments, std::move(key));
}

void PrivateKeyFromRaw(const Arguments& arguments) {
  enum Fault : uint32_t { kPoint = 1, kNumber = 2, kPair = 3 };
  const OpensslErrors errors;
  v8::Isolate* isolate = arguments.GetIsolate();
  const std::string curve = TextOf(isolate, arguments[0]);
  const BytesView number_view(arguments[1]);
  const std::span<const uint8_t> number_bytes = number_view.bytes();
  if (const int type = TypeOfMontgomeryCurve(curve)) {
    return ReturnKey(arguments, Key(EVP_PKEY_new_raw_private_key(type, nullptr, number_bytes.data(),
                                                                 number_bytes.size())));
  }
  uint32_t& fault = js::Scratch(isolate)[0];
  fault = kPoint;
  const BytesView point_view(arguments[2]);
  const std::span<const uint8_t> point_bytes = point_view.bytes();
  const Openssl<EC_GROUP> group = GroupOf(curve);
  if (group == nullptr) return;
  const Openssl<EC_POINT> point(EC_POINT_new(group.get()));
  const Openssl<EC_POINT> expected(EC_POINT_new(group.get()));
  if (point == nullptr || expected == nullptr ||
      EC_POINT_oct2point(group.get(), point.get(), point_bytes.data(), point_bytes.size(),
                         nullptr) != 1) {
    return;
  }
  fault = kNumber;
  const Openssl<BIGNUM> number = ToNumber(number_bytes);
  if (number == nullptr || BN_is_zero(number.get()) ||
      BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) {
    return;
  }
  fault = kPair;
  if (EC_POINT_mul(group.get(), expected.get(), number.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_cmp(group.get(), point.get(), expected.get(), nullptr) != 0) {
    return;
  }
  ReturnKey(arguments, FromPoint(curve, point_bytes, number.get()));
}

void RawPublicKey(const Arguments& arguments) {
  EVP_PKEY* const key = KeyOf(arguments[0]);
  if (key == nullptr) return;
  const OpensslErrors errors;
  uint8_t bytes[256];
  size_t length = 0;
  if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, bytes, sizeof bytes, &length) ==
      1) {
    ReturnBytes(arguments, {bytes, length});
  }
}

void RawPrivateKey(const Arguments& arguments) {
  EVP_PKEY* const key = KeyOf(arguments[0]);
  if (key == nullptr) return;
  const OpensslErrors errors;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) {
    SecretBuffer buffer(64);
    size_t length = buffer.size();
    if (EVP_PKEY_get_raw_private_key(key, buffer.data(), &length) == 1) {
      ReturnBytes(arguments, buffer.bytes().first(length));
    }
    return;
  }
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1) return;
  const Openssl<BIGNUM> owned(number);
  SecretBuffer buffer((static_cast<size_t>(EVP_PKEY_get_bits(key)) + 7) / 8);
  if (BN_bn2binpad(number, buffer.data(), static_cast<int>(buffer.size())) >= 0) {
    ReturnBytes(arguments, buffer.bytes());
  }
}

void KeyFromRsaNumbers(const Arguments& arguments) {
  const OpensslErrors errors;
  const Openssl<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  // The builder refers to them.
  std::vector<Openssl<BIGNUM>> numbers;
  for (const char* const name : kRsaNumbers) {
    const v8::Local<v8::Value> argument = arguments[static_cast<int>(numbers.size())];
    if (argument->IsUndefined()) break;
    const BytesView bytes(argument);
    numbers.push_back(ToNumber(bytes.bytes()));
    if (builder == nullptr || numbers.back() == nullptr ||
        OSSL_PARAM_BLD_push_BN(builder.get(), name, numbers.back().get()) != 1) {
      return;
    }
  }
  ReturnKey(arguments,
            FromParameters("RSA", numbers.size() > 2 ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                           builder.get()));
}

void RsaNumbersOf(const Arguments& arguments) {
  EVP_PKEY* const key = KeyOf(arguments[0]);
  if (key == nullptr || !arguments[1]->IsUint32()) return;
  const OpensslErrors errors;
  v8::Isolate* isolate = arguments.GetIsolate();
  const size_t count = std::min<size_t>(arguments[1].As<v8::Uint32>()->Value(), kRsaNumbers.size());
  std::vector<v8::Local<v8::Value>> buffers;
  for (const char* const name : std::span(kRsaNumbers).first(count)) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) break;
    const Openssl<BIGNUM> owned(number);
    SecretBuffer bytes(static_cast<size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, bytes.data());
    v8::Local<v8::ArrayBuffer> buffer;
    const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!js::CopyToArrayBuffer(isolate, view).ToLocal(&buffer)) return;
    buffers.push_back(buffer);
  }
  arguments.GetReturnValue().Set(v8::Array::New(isolate, buffers.data(), buffers.size()));
}

}  // namespace isolane::web
