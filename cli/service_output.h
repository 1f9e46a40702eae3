// The lines of processes as the terminal shows them: "[api]      GET /", names padded to the
// longest.
//
// Thread: any.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <isolane/observer.h>

#include "cli/terminal.h"

namespace isolane::cli {

class ServiceOutput {
 public:
  ServiceOutput() = default;
  // Each name has its colour, by its place.
  ServiceOutput(std::vector<std::string> names, Colours colours);

  std::string Format(const OutputLine& line) const;
  bool several() const { return names_.size() > 1; }

 private:
  std::vector<std::string> names_;
  size_t width_ = 0;
  Colours colours_ = Colours::kNever;
};

}  // namespace isolane::cli
