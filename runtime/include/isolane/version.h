// The version of isolane.
#pragma once

namespace isolane {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace isolane
