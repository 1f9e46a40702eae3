#include "runtime/worker/actor_id.h"

#include <cstdint>
#include <span>

#include "runtime/web/crypto.h"

namespace isolane::worker {

namespace {

constexpr size_t kHalf = 16;  // bytes

std::span<const uint8_t> BytesOf(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

void AppendHex(std::string& text, std::span<const uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
}

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

ActorIds::ActorIds(std::string_view unique_key) : key_(web::Sha256(BytesOf(unique_key))) {}

std::string ActorIds::WithProof(std::string_view half) const {
  const web::Sha256Digest proof = web::HmacSha256(key_, BytesOf(half));
  std::string id;
  id.reserve(kDigits);
  AppendHex(id, BytesOf(half));
  AppendHex(id, std::span(proof).first(kHalf));
  return id;
}

std::string ActorIds::FromName(std::string_view name) const {
  const web::Sha256Digest digest = web::HmacSha256(key_, BytesOf(name));
  return WithProof({reinterpret_cast<const char*>(digest.data()), kHalf});
}

std::string ActorIds::Unique() const {
  char half[kHalf];
  web::FillRandom({reinterpret_cast<uint8_t*>(half), kHalf});
  return WithProof({half, kHalf});
}

ActorIds::Verdict ActorIds::Check(std::string_view text) const {
  if (text.size() != kDigits) return Verdict::kMalformed;
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = DigitOf(text[i]);
    const int low = DigitOf(text[i + 1]);
    if (high < 0 || low < 0) return Verdict::kMalformed;
    bytes += static_cast<char>(high << 4 | low);
  }
  const std::string expected = WithProof(std::string_view(bytes).substr(0, kHalf));
  std::string actual;
  AppendHex(actual, BytesOf(bytes));
  return actual == expected ? Verdict::kValid : Verdict::kForeign;
}

}  // namespace isolane::worker
