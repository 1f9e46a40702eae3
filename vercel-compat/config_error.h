// How a mistake in vercel.json is told: the words and codes of `vercel` 64, "[CODE] message".
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include <isolane/result.h>

namespace isolane::vercel {

inline Error ConfigError(std::string_view code, std::string_view message) {
  Error error;
  error.message.append("[").append(code).append("] ").append(message);
  return error;
}

}  // namespace isolane::vercel
