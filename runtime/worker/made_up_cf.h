// How Call::cf says that request.cf is the one which is made up on a developer's machine
// (builtins/web/request_cf.js): a single byte, which no structured clone is.
//
// Thread: any.
#pragma once

#include <string_view>

namespace isolane::worker {

inline constexpr std::string_view kMadeUpCf("\0", 1);

}  // namespace isolane::worker
