// How a Worker treats the modules of Node.js: what wrangler makes of its compatibility date and
// flags.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isolane::wrangler {

enum class NodeCompat {
  kNone,
  kAsyncLocalStorage,  // "node:async_hooks" and nothing else
  kPrefixed,           // by names with "node:", and no globals: wrangler's "v1"
  kFull,               // by names with "node:" or without, and globals: "v2"
};

constexpr bool HasNodeModules(NodeCompat compat) {
  return compat == NodeCompat::kPrefixed || compat == NodeCompat::kFull;
}

// Dates are of the form of compatibility dates, or empty.
NodeCompat NodeCompatOf(std::string_view date, const std::vector<std::string>& flags);

// What is wrong with flags that are known, each for itself; empty: nothing.
std::string WhatIsWrongWithNodeFlags(const std::vector<std::string>& flags);

}  // namespace isolane::wrangler
