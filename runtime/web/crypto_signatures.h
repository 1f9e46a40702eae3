// HMAC and signatures, for builtins/web/crypto/.
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// ("SHA-256", secret, data) -> ArrayBuffer
void HmacSign(const Arguments& arguments);

// (private key, "SHA-256" | undefined for Ed25519, bytes of salt, data) -> ArrayBuffer
//
// RSA: the salt of PSS, or undefined for PKCS #1. ECDSA: r and s side by side, as long as the curve
// is wide, not DER. Gives undefined if it fails.
void SignData(const Arguments& arguments);
// (public key, hash, salt, signature, data) -> boolean
void VerifyData(const Arguments& arguments);

}  // namespace isolane::web
