// SHA-256 and the HMAC made of it, for what isolane itself derives from a key.
//
// Thread: any.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace isolane::web {

using Sha256Digest = std::array<uint8_t, 32>;

Sha256Digest Sha256(std::span<const uint8_t> data);
Sha256Digest HmacSha256(std::span<const uint8_t> key, std::span<const uint8_t> data);

}  // namespace isolane::web
