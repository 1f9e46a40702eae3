#include "wrangler-compat/node_compat.h"

#include <algorithm>

namespace isolane::wrangler {
namespace {

// From this date on nodejs_compat means nodejs_compat_v2 ...
constexpr std::string_view kFullFrom = "2024-09-23";
// ... and from this one on Workers have both without asking for them.
constexpr std::string_view kDefaultFrom = "2026-08-04";

bool Has(const std::vector<std::string>& flags, std::string_view flag) {
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

}  // namespace

NodeCompat NodeCompatOf(std::string_view date, const std::vector<std::string>& flags) {
  const bool by_default = date >= kDefaultFrom;
  const bool wanted =
      Has(flags, "nodejs_compat") || (by_default && !Has(flags, "no_nodejs_compat"));
  const bool full = by_default || (wanted && date >= kFullFrom);
  if (Has(flags, "nodejs_compat_v2") || (full && !Has(flags, "no_nodejs_compat_v2"))) {
    return NodeCompat::kFull;
  }
  if (wanted) return NodeCompat::kPrefixed;
  return Has(flags, "nodejs_als") ? NodeCompat::kAsyncLocalStorage : NodeCompat::kNone;
}

std::string WhatIsWrongWithNodeFlags(const std::vector<std::string>& flags) {
  if (Has(flags, "experimental:nodejs_compat_v2")) {
    return "The `experimental:` prefix on `nodejs_compat_v2` is no longer valid. Please remove it "
           "and try again.";
  }
  if (Has(flags, "nodejs_compat") && Has(flags, "nodejs_compat_v2")) {
    return "The `nodejs_compat` and `nodejs_compat_v2` compatibility flags cannot be used in "
           "together. Please select just one.";
  }
  return {};
}

}  // namespace isolane::wrangler
