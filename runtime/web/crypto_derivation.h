// Bytes derived from secrets and keys, for builtins/web/crypto/.
//
// Each gives an ArrayBuffer, or undefined if it fails.
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// ("SHA-256", secret, salt, iterations, bytes); gives up when the CPU time is used up
void DerivePbkdf2(const Arguments& arguments);
// ("SHA-256", secret, salt, info, bytes)
void DeriveHkdf(const Arguments& arguments);
// (private key, public key of the same curve): the shared secret of Diffie-Hellman. A key of X25519
// with which it would be zero is refused.
void DeriveShared(const Arguments& arguments);

}  // namespace isolane::web
