// AES and RSA-OAEP, for builtins/web/crypto/.
//
// Each gives an ArrayBuffer, or undefined if it fails: data that was tampered with, another key,
// what OpenSSL does not take. A `secret` is 16, 24 or 32 bytes.
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// (secret, encrypt: boolean, iv, data, bytes of the tag, additional data); the tag stands behind
// the encrypted data. When decrypting fails scratch[0] is the number of bytes that were to come
// out.
void AesGcm(const Arguments& arguments);
// (secret, encrypt, iv: 16 bytes, data); likewise
void AesCbc(const Arguments& arguments);
// (secret, counter: 16 bytes, its bits that count: 1 to 128, data); the caller has checked that no
// counter comes twice.
void AesCtr(const Arguments& arguments);
// (secret, wrap: boolean, data): RFC 3394
void AesKw(const Arguments& arguments);
// (key, encrypt, "SHA-256", label, data)
void RsaOaep(const Arguments& arguments);

}  // namespace isolane::web
