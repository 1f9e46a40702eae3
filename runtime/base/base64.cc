#include "runtime/base/base64.h"

#include "third_party/simdutf/simdutf.h"

namespace isolane::base {

namespace {

std::string Encoded(std::string_view bytes, simdutf::base64_options alphabet) {
  std::string text(simdutf::base64_length_from_binary(bytes.size(), alphabet), '\0');
  text.resize(simdutf::binary_to_base64(bytes.data(), bytes.size(), text.data(), alphabet));
  return text;
}

std::optional<std::string> Decoded(std::string_view text, simdutf::base64_options alphabet) {
  std::string bytes(simdutf::maximal_binary_length_from_base64(text.data(), text.size()), '\0');
  const simdutf::result result =
      simdutf::base64_to_binary(text.data(), text.size(), bytes.data(), alphabet, simdutf::loose);
  if (result.error != simdutf::SUCCESS) return std::nullopt;
  bytes.resize(result.count);
  return bytes;
}

}  // namespace

std::string Base64Encoded(std::string_view bytes) {
  return Encoded(bytes, simdutf::base64_default);
}

std::optional<std::string> Base64Decoded(std::string_view text) {
  return Decoded(text, simdutf::base64_default);
}

std::string Base64UrlEncoded(std::string_view bytes) { return Encoded(bytes, simdutf::base64_url); }

std::optional<std::string> Base64UrlDecoded(std::string_view text) {
  return Decoded(text, simdutf::base64_default_or_url);
}

}  // namespace isolane::base
