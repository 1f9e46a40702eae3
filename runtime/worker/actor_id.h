// Ids of Durable Objects: 64 hexadecimal digits, of which the second half proves that the first was
// made for the namespace. The same ids as workerd derives, so that state on disk can be taken over.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "runtime/web/hmac.h"

namespace isolane::worker {

class ActorIds {
 public:
  static constexpr size_t kDigits = 64;

  // `unique_key` names the namespace: "worker-Class".
  explicit ActorIds(std::string_view unique_key);

  std::string FromName(std::string_view name) const;
  std::string Unique() const;

  enum class Verdict { kValid, kMalformed, kForeign };
  // `text` in any case of letters.
  Verdict Check(std::string_view text) const;

 private:
  // The id with this first half, of 16 bytes.
  std::string WithProof(std::string_view half) const;

  web::Sha256Digest key_;
};

}  // namespace isolane::worker
