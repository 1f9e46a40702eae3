#include "runtime/web/natives.h"

#include "runtime/web/base64.h"
#include "runtime/web/compression.h"
#include "runtime/web/crypto.h"
#include "runtime/web/crypto_ciphers.h"
#include "runtime/web/crypto_derivation.h"
#include "runtime/web/crypto_digests.h"
#include "runtime/web/crypto_keys.h"
#include "runtime/web/crypto_signatures.h"
#include "runtime/web/html_rewriter.h"
#include "runtime/web/inspect.h"
#include "runtime/web/scheduling.h"
#include "runtime/web/structured_clone.h"
#include "runtime/web/text_encoding.h"
#include "runtime/web/url.h"

namespace isolane::web {

js::NativeTable Natives() {
  // The snapshot refers to the addresses: see js/native_function.h. One line per native.
  static constexpr js::NativeFunction kNatives[] = {
      {"aesCbc", AesCbc},
      {"aesCtr", AesCtr},
      {"aesGcm", AesGcm},
      {"aesKw", AesKw},
      {"base64Decode", Base64Decode},
      {"base64Encode", Base64Encode},
      {"base64UrlDecode", Base64UrlDecode},
      {"base64UrlEncode", Base64UrlEncode},
      {"decodeBytes", DecodeBytes},
      {"decodeUtf8", DecodeUtf8},
      {"deriveHkdf", DeriveHkdf},
      {"derivePbkdf2", DerivePbkdf2},
      {"deriveShared", DeriveShared},
      {"deserialize", Deserialize},
      {"digest", Digest},
      {"digestFinish", DigestFinish},
      {"digestOpen", DigestOpen},
      {"digestUpdate", DigestUpdate},
      {"encodeInto", EncodeInto},
      {"encodeUtf8", EncodeUtf8},
      {"enqueueMicrotask", EnqueueMicrotask},
      {"generateCurveKey", GenerateCurveKey},
      {"generateRsaKey", GenerateRsaKey},
      {"generateSecretKey", GenerateSecretKey},
      {"hmacSign", HmacSign},
      {"htmlRewriterModule", HtmlRewriterModule},
      {"indexOfBytes", IndexOfBytes},
      {"keyFromDer", KeyFromDer},
      {"keyFromRsaNumbers", KeyFromRsaNumbers},
      {"keyKind", KeyKind},
      {"keyToDer", KeyToDer},
      {"kindOf", KindOf},
      {"markHostPrototype", MarkHostPrototype},
      {"percentDecode", PercentDecode},
      {"performanceNow", PerformanceNow},
      {"privateKeyFromRaw", PrivateKeyFromRaw},
      {"promiseDetails", PromiseDetails},
      {"publicKeyFromRaw", PublicKeyFromRaw},
      {"publicKeyOf", PublicKeyOf},
      {"randomFill", RandomFill},
      {"randomUUID", RandomUuid},
      {"rawPrivateKey", RawPrivateKey},
      {"rawPublicKey", RawPublicKey},
      {"rsaNumbersOf", RsaNumbersOf},
      {"rsaOaep", RsaOaep},
      {"secretKey", SecretKey},
      {"serialize", Serialize},
      {"signData", SignData},
      {"structuredClone", StructuredClone},
      {"timingSafeEqual", TimingSafeEqual},
      {"urlCanParse", UrlCanParse},
      {"urlFetch", UrlFetch},
      {"urlParse", UrlParse},
      {"urlSet", UrlSet},
      {"verifyData", VerifyData},
      {"zlibOpen", ZlibOpen},
      {"zlibRun", ZlibRun},
  };
  return kNatives;
}

}  // namespace isolane::web
