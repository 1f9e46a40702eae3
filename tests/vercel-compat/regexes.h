// V8's regular expressions for tests.
#pragma once

#include "runtime/js/regex_engine.h"

namespace isolane::vercel {

inline base::RegexEngine& Regexes() {
  static auto* const engine = new js::RegexEngine();
  return *engine;
}

}  // namespace isolane::vercel
