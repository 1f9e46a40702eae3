#include "runtime/js/builtin_sources.h"

#include <array>
#include <cstring>

#include "runtime/base/check.h"

namespace isolane::js {

namespace {

void Append(std::string& packed, std::string_view bytes) {
  const uint64_t size = bytes.size();
  packed.append(reinterpret_cast<const char*>(&size), sizeof size);
  packed += bytes;
}

std::string_view Take(std::string_view& packed) {
  uint64_t size = 0;
  ISOLANE_CHECK(packed.size() >= sizeof size);
  std::memcpy(&size, packed.data(), sizeof size);
  packed.remove_prefix(sizeof size);
  ISOLANE_CHECK(size <= packed.size());
  const std::string_view bytes = packed.substr(0, size);
  packed.remove_prefix(size);
  return bytes;
}

}  // namespace

BuiltinSource& BuiltinSourceAt(size_t number) {
  static std::array<BuiltinSource, kMaxBuiltinSources> sources;
  ISOLANE_CHECK(number < sources.size());
  return sources[number];
}

int BuiltinSourceNumber(std::string_view id) {
  for (size_t number = 0; number < kMaxBuiltinSources; number++) {
    if (BuiltinSourceAt(number).text().id == id) return static_cast<int>(number);
  }
  return -1;
}

void SetSources(const std::vector<BuiltinText>& texts) {
  ISOLANE_CHECK(texts.size() <= kMaxBuiltinSources);
  for (size_t number = 0; number < kMaxBuiltinSources; number++) {
    BuiltinSourceAt(number).set_text(number < texts.size() ? texts[number] : BuiltinText{});
  }
}

std::string PackSources(const std::vector<BuiltinText>& texts) {
  std::string packed;
  for (const BuiltinText& text : texts) {
    Append(packed, text.id);
    Append(packed, text.text);
    Append(packed, text.code_cache);
  }
  return packed;
}

std::vector<BuiltinText> UnpackSources(std::string_view packed) {
  std::vector<BuiltinText> texts;
  while (!packed.empty()) {
    BuiltinText text;
    text.id = Take(packed);
    text.text = Take(packed);
    text.code_cache = Take(packed);
    texts.push_back(text);
  }
  return texts;
}

}  // namespace isolane::js
