// A directory for one test, filled with files and removed at its end.
#pragma once

#include <string>

#include <doctest/doctest.h>

#include "tests/support/temporary_directory.h"

namespace isolane::wrangler {

class TempProject : public testing::TemporaryDirectory {
 public:
  const std::string& root() const { return path(); }
};

}  // namespace isolane::wrangler
