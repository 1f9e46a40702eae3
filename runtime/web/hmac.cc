#include "runtime/web/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "runtime/base/check.h"

namespace isolane::web {

Sha256Digest Sha256(std::span<const uint8_t> data) {
  Sha256Digest digest;
  unsigned length = 0;
  ISOLANE_CHECK(
      EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1);
  return digest;
}

Sha256Digest HmacSha256(std::span<const uint8_t> key, std::span<const uint8_t> data) {
  Sha256Digest digest;
  unsigned length = 0;
  ISOLANE_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(),
                     data.size(), digest.data(), &length) != nullptr);
  return digest;
}

}  // namespace isolane::web
