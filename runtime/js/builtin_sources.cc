#include "runtime/js/builtin_sources.h"

#include <array>
#include <cstring>

#include "runtime/base/check.h"

namespace isolane::js {

BuiltinSource& BuiltinSourceAt(size_t number) {
  static std::array<BuiltinSource, kMaxBuiltinSources> sources;
  ISOLANE_CHECK(number < sources.size());
  return sources[number];
}

std::string PackSources(const std::vector<std::string_view>& texts) {
  std::string packed;
  for (std::string_view text : texts) {
    const uint64_t size = text.size();
    packed.append(reinterpret_cast<const char*>(&size), sizeof size);
    packed += text;
  }
  return packed;
}

void UnpackSources(std::string_view packed) {
  size_t number = 0;
  while (packed.size() >= sizeof(uint64_t)) {
    uint64_t size = 0;
    std::memcpy(&size, packed.data(), sizeof size);
    packed.remove_prefix(sizeof size);
    ISOLANE_CHECK(size <= packed.size());
    BuiltinSourceAt(number++).set_text(packed.substr(0, size));
    packed.remove_prefix(size);
  }
}

}  // namespace isolane::js
