// isolane_mksnapshot BUILTINS STREAMS OUT: makes the start-up snapshot from the folder of built-in
// JavaScript and the streams library of third_party. Runs at build time.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "runtime/js/platform.h"
#include "runtime/js/snapshot.h"
#include "runtime/worker/native_registry.h"

namespace {

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
  std::ofstream out(argv[3], std::ios::binary);
  out.write(made->data(), static_cast<std::streamsize>(made->size()));
  out.close();
  if (!out) {
    std::fprintf(stderr, "isolane_mksnapshot: cannot write %s\n", argv[3]);
    return 1;
  }
  isolane::js::Platform::Stop();
  return 0;
}
