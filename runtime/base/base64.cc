#include "runtime/base/base64.h"

#include "third_party/simdutf/simdutf.h"

namespace isolane::base {

std::string Base64Encoded(std::string_view bytes) {
  std::string text(simdutf::base64_length_from_binary(bytes.size(), simdutf::base64_default), '\0');
  text.resize(
      simdutf::binary_to_base64(bytes.data(), bytes.size(), text.data(), simdutf::base64_default));
  return text;
}

std::optional<std::string> Base64Decoded(std::string_view text) {
  std::string bytes(simdutf::maximal_binary_length_from_base64(text.data(), text.size()), '\0');
  const simdutf::result result = simdutf::base64_to_binary(text.data(), text.size(), bytes.data(),
                                                           simdutf::base64_default, simdutf::loose);
  if (result.error != simdutf::SUCCESS) return std::nullopt;
  bytes.resize(result.count);
  return bytes;
}

}  // namespace isolane::base
