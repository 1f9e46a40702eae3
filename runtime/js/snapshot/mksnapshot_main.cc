// isolane_mksnapshot BUILTINS STREAMS OUT: makes the start-up snapshot OUT from the folder of
// built-in JavaScript and the streams library of third_party, and OUT.sources with their text. Runs
// at build time.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/js/builtin_sources.h"
#include "runtime/js/platform.h"
#include "runtime/js/snapshot.h"
#include "runtime/worker/native_registry.h"

namespace {

bool WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) std::fprintf(stderr, "isolane_mksnapshot: cannot write %s\n", path.c_str());
  return static_cast<bool>(out);
}

bool ReadFile(const std::filesystem::path& path, std::string& text) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  text.assign(std::istreambuf_iterator<char>(file), {});
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: isolane_mksnapshot BUILTINS STREAMS OUT\n");
    return 2;
  }
  const std::filesystem::path root = argv[1];
  std::vector<isolane::js::Builtin> builtins;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".js") continue;
    isolane::js::Builtin builtin;
    builtin.id = std::filesystem::relative(entry.path(), root).replace_extension("").string();
    if (!ReadFile(entry.path(), builtin.source)) return 1;
    builtins.push_back(std::move(builtin));
  }
  isolane::js::Builtin streams{"third_party/web-streams", {}};
  if (!ReadFile(argv[2], streams.source)) {
    std::fprintf(stderr, "isolane_mksnapshot: cannot read %s\n", argv[2]);
    return 1;
  }
  builtins.push_back(std::move(streams));
  std::sort(builtins.begin(), builtins.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });

  auto made = isolane::js::CreateSnapshot(builtins, isolane::worker::AllNatives());
  if (!made.ok()) {
    std::fprintf(stderr, "isolane_mksnapshot: %s\n", made.error().ToString().c_str());
    return 1;
  }
  std::vector<std::string_view> texts;
  for (const auto& builtin : builtins) texts.push_back(builtin.source);
  const std::string out = argv[3];
  if (!WriteFile(out, *made) || !WriteFile(out + ".sources", isolane::js::PackSources(texts))) {
    return 1;
  }
  isolane::js::Platform::Stop();
  return 0;
}
