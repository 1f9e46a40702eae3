// For messages about a name that does not exist: the one that was probably meant.
//
// Thread: any. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace isolane::base {

// The candidate that differs least from `name` (letter case counts nothing, swapped neighbours
// count once), or that continues it or is continued by it ("auth", "auth-worker"). Empty when none
// is near.
std::string NearestName(std::string_view name, std::span<const std::string> candidates);

// "a, b, c"; a long list ends with "and N more".
std::string ListNames(std::span<const std::string> names);

// What a binding to a Worker that does not exist answers with. Its first two sentences are those of
// wrangler dev.
std::string UnknownWorkerMessage(std::string_view name, std::span<const std::string> known);

}  // namespace isolane::base
