#include "runtime/web/crypto_digests.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/evp.h>

#include "runtime/web/arguments.h"
#include "runtime/web/crypto_material.h"
#include "runtime/web/holder.h"
#include "runtime/web/openssl.h"

namespace isolane::web {

namespace {

// Checksums whose bits run from the low end, begun and ended with all bits turned over.
struct Checksum {
  std::string_view name;
  unsigned width;                   // in bits
  std::array<uint64_t, 256> table;  // what a byte adds

  constexpr Checksum(std::string_view its_name, unsigned bits, uint64_t reflected_polynomial)
      : name(its_name), width(bits), table() {
    for (uint64_t byte = 0; byte < table.size(); byte++) {
      uint64_t value = byte;
      for (int i = 0; i < 8; i++) value = (value >> 1) ^ ((value & 1) * reflected_polynomial);
      table[byte] = value;
    }
  }
};

constexpr Checksum kChecksums[] = {
    {"crc32", 32, 0xedb88320},
    {"crc32c", 32, 0x82f63b78},
    {"crc64nvme", 64, 0x9a6c9329ac4bc9b5},
};

struct State {
  static constexpr uint64_t kMagic = 0x64696765'69736f6c;
  uint64_t magic = kMagic;
  // One of the two.
  Openssl<EVP_MD_CTX> digest;
  const Checksum* checksum = nullptr;
  uint64_t value = 0;  // of the checksum

  explicit State(const Checksum& kind)
      : checksum(&kind), value(~uint64_t{0} >> (64 - kind.width)) {}
  explicit State(Openssl<EVP_MD_CTX> context) : digest(std::move(context)) {}
};

std::unique_ptr<State> Open(std::string_view name) {
  for (const Checksum& checksum : kChecksums) {
    if (checksum.name == name) return std::make_unique<State>(checksum);
  }
  const EVP_MD* const digest = DigestByName(name);
  if (digest == nullptr) return nullptr;
  Openssl<EVP_MD_CTX> context(EVP_MD_CTX_new());
  if (context == nullptr || EVP_DigestInit_ex(context.get(), digest, nullptr) != 1) return nullptr;
  return std::make_unique<State>(std::move(context));
}

}  // namespace

void DigestOpen(const Arguments& arguments) {
  const OpensslErrors errors;
  v8::Isolate* isolate = arguments.GetIsolate();
  std::unique_ptr<State> state = Open(TextOf(isolate, arguments[0]));
  if (state == nullptr) return;
  arguments.GetReturnValue().Set(NewHolder(isolate, std::move(state)));
}

void DigestUpdate(const Arguments& arguments) {
  State* const state = HolderOf<State>(arguments[0]);
  if (state == nullptr) return;
  const OpensslErrors errors;
  const BytesView view(arguments[1]);
  const std::span<const uint8_t> bytes = view.bytes();
  if (state->digest != nullptr) {
    EVP_DigestUpdate(state->digest.get(), bytes.data(), bytes.size());
    return;
  }
  const std::array<uint64_t, 256>& table = state->checksum->table;
  uint64_t value = state->value;
  for (const uint8_t byte : bytes) value = (value >> 8) ^ table[(value ^ byte) & 0xff];
  state->value = value;
}

void DigestFinish(const Arguments& arguments) {
  State* const state = HolderOf<State>(arguments[0]);
  if (state == nullptr) return;
  const OpensslErrors errors;
  if (state->digest != nullptr) {
    uint8_t out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_DigestFinal_ex(state->digest.get(), out, &length) == 1) {
      ReturnBytes(arguments, {out, length});
    }
    return;
  }
  uint8_t out[8];
  const size_t length = state->checksum->width / 8;
  for (size_t i = 0; i < length; i++) {
    out[i] = static_cast<uint8_t>(~state->value >> (8 * (length - 1 - i)));
  }
  ReturnBytes(arguments, {out, length});
}

}  // namespace isolane::web
