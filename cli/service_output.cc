#include "cli/service_output.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace isolane::cli {
namespace {

constexpr Colour kCycle[] = {Colour::kCyan, Colour::kMagenta, Colour::kYellow, Colour::kGreen,
                             Colour::kBlue};

}  // namespace

ServiceOutput::ServiceOutput(std::vector<std::string> names, Colours colours)
    : names_(std::move(names)), colours_(colours) {
  for (const std::string& name : names_) width_ = std::max(width_, name.size());
}

std::string ServiceOutput::Format(const OutputLine& line) const {
  const auto place = std::find(names_.begin(), names_.end(), line.service);
  const auto index = static_cast<size_t>(place - names_.begin());
  std::string text =
      Paint("[" + std::string(line.service) + "]", kCycle[index % std::size(kCycle)], colours_);
  const size_t width = std::max(width_, line.service.size());
  text.append(width - line.service.size() + 1, ' ');
  return text.append(line.text);
}

}  // namespace isolane::cli
