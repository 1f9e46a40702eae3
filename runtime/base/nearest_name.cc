#include "runtime/base/nearest_name.h"

#include <algorithm>
#include <vector>

#include "runtime/base/ascii.h"

namespace isolane::base {
namespace {

constexpr size_t kListed = 12;

// Optimal string alignment: insert, delete, replace, swap two neighbours.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); j++) row[j] = j;
  for (size_t i = 1; i <= a.size(); i++) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); j++) {
      const size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

size_t SharedStart(std::string_view a, std::string_view b) {
  return static_cast<size_t>(
      std::mismatch(a.begin(),
                    a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
                    b.begin())
          .first -
      a.begin());
}

}  // namespace

std::string NearestName(std::string_view name, std::span<const std::string> candidates) {
  const std::string wanted = LowerCased(name);
  std::string nearest, continued;
  size_t smallest = std::max<size_t>(1, wanted.size() / 3) + 1;
  size_t longest = 0;  // of the starts that those of that distance share with the wanted name
  for (const std::string& candidate : candidates) {
    const std::string lower = LowerCased(candidate);
    const size_t distance = Distance(wanted, lower);
    const size_t shared_start = SharedStart(wanted, lower);
    // Of a name of one letter nothing is left when it is replaced.
    const bool has_part = distance < std::max(wanted.size(), lower.size());
    if (has_part && (distance < smallest ||
                     (distance == smallest && !nearest.empty() && shared_start > longest))) {
      smallest = distance;
      longest = shared_start;
      nearest = candidate;
    }
    const bool same_start = lower.starts_with(wanted) || wanted.starts_with(lower);
    const size_t shared = std::min(lower.size(), wanted.size());
    if (continued.empty() && same_start && shared >= 3) continued = candidate;
  }
  return nearest.empty() ? continued : nearest;
}

std::string ListNames(std::span<const std::string> names) {
  std::string list;
  const size_t shown = names.size() <= kListed ? names.size() : kListed - 1;
  for (size_t i = 0; i < shown; i++) list += (i > 0 ? ", " : "") + names[i];
  if (shown < names.size()) list += " and " + std::to_string(names.size() - shown) + " more";
  return list;
}

std::string UnknownWorkerMessage(std::string_view name, std::span<const std::string> known) {
  std::string text =
      "Worker \"" + std::string(name) + "\" not found. Make sure it is running locally.";
  if (!known.empty()) text += " Known Workers: " + ListNames(known) + ".";
  const std::string nearest = NearestName(name, known);
  if (!nearest.empty()) text += " Did you mean \"" + nearest + "\"?";
  return text;
}

}  // namespace isolane::base
