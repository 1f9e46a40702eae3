#include "runtime/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace isolane::base {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr,
               "isolane: internal error: %s does not hold (%s:%d). This is a bug of isolane.\n",
               condition, file, line);
  std::abort();
}

}  // namespace isolane::base
