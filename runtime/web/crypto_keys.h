// Keys that are made, read and written, for builtins/web/crypto/.
//
// A `secret` and a `key` are those of crypto_material.h. A curve is "P-256", "P-384", "P-521",
// "Ed25519" or "X25519". What cannot be done gives undefined, or where it says so a string: why, in
// words for a user, or "".
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// (view) -> secret with a copy of these bytes
void SecretKey(const Arguments& arguments);
// (bits) -> random secret; the bits of the last byte that do not count are zero
void GenerateSecretKey(const Arguments& arguments);

// (bits of the modulus, exponent: view) -> private key
void GenerateRsaKey(const Arguments& arguments);
// (curve) -> private key
void GenerateCurveKey(const Arguments& arguments);
// (private key) -> its public key
void PublicKeyOf(const Arguments& arguments);

// (key) -> "RSA", a curve, or another name: what kind of key that is
void KeyKind(const Arguments& arguments);

// (DER, private: boolean) -> key; scratch[0] = bytes behind the end of the structure
void KeyFromDer(const Arguments& arguments);
// (key, private: boolean) -> ArrayBuffer: PKCS #8 or SPKI
void KeyToDer(const Arguments& arguments);

// (curve, bytes of the public key) -> public key | string. Points may be compressed.
void PublicKeyFromRaw(const Arguments& arguments);
// (Ed25519 or X25519, bytes of the private key) -> private key
// (another curve, bytes of the private key, bytes of the public key) -> private key; else
// scratch[0] says whose fault it was: 1 the point's, 2 the number's, 3 they are no pair.
void PrivateKeyFromRaw(const Arguments& arguments);
// (key of a curve) -> ArrayBuffer: a point, uncompressed, or 32 bytes
void RawPublicKey(const Arguments& arguments);
// (private key of a curve) -> ArrayBuffer
void RawPrivateKey(const Arguments& arguments);

// (n, e) | (n, e, d) | (n, e, d, p, q, dp, dq, qi): views; the others are undefined -> key
void KeyFromRsaNumbers(const Arguments& arguments);
// (RSA key, count) -> array of the first `count` of them in that order, ArrayBuffers; fewer if
// there are no more
void RsaNumbersOf(const Arguments& arguments);

}  // namespace isolane::web
