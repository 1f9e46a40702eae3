// isolane_mksnapshot BUILTINS OUT ID=FILE...: makes the start-up snapshot OUT from the folder of
// built-in JavaScript and files of third_party, and OUT.texts with their text.
// isolane_mksnapshot OUT: adds the code caches of what is not in the snapshot: OUT.sources. Both
// run at build time, one after the other, as two processes (see CreateCodeCaches).
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

int Fail(const isolane::Error& error) {
  std::fprintf(stderr, "isolane_mksnapshot: %s\n", error.ToString().c_str());
  return 1;
}

int MakeSnapshot(const std::filesystem::path& root, const std::string& out,
                 const std::vector<std::string>& libraries) {
  std::vector<isolane::js::Builtin> builtins;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".js") continue;
    isolane::js::Builtin builtin;
    builtin.id = std::filesystem::relative(entry.path(), root).replace_extension("").string();
    if (!ReadFile(entry.path(), builtin.source)) return 1;
    builtins.push_back(std::move(builtin));
  }
  for (const std::string& library : libraries) {
    const size_t split = library.find('=');
    isolane::js::Builtin builtin{library.substr(0, split), {}};
    if (split == std::string::npos || !ReadFile(library.substr(split + 1), builtin.source)) {
      std::fprintf(stderr, "isolane_mksnapshot: cannot read ID=FILE %s\n", library.c_str());
      return 1;
    }
    builtins.push_back(std::move(builtin));
  }
  std::sort(builtins.begin(), builtins.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });

  auto made = isolane::js::CreateSnapshot(builtins, isolane::worker::AllNatives());
  if (!made.ok()) return Fail(made.error());
  std::vector<isolane::js::BuiltinText> texts;
  for (const auto& builtin : builtins) texts.push_back({builtin.id, builtin.source, {}});
  if (!WriteFile(out, *made) || !WriteFile(out + ".texts", isolane::js::PackSources(texts))) {
    return 1;
  }
  return 0;
}

int AddCodeCaches(const std::string& out) {
  std::string blob;
  std::string packed;
  if (!ReadFile(out, blob) || !ReadFile(out + ".texts", packed)) {
    std::fprintf(stderr, "isolane_mksnapshot: cannot read %s\n", out.c_str());
    return 1;
  }
  std::vector<isolane::js::BuiltinText> texts = isolane::js::UnpackSources(packed);
  isolane::js::SetSources(texts);
  isolane::js::Platform::Start();
  auto caches = isolane::js::CreateCodeCaches(blob, isolane::worker::AllNatives());
  if (!caches.ok()) return Fail(caches.error());
  for (size_t i = 0; i < texts.size(); i++) texts[i].code_cache = (*caches)[i];
  return WriteFile(out + ".sources", isolane::js::PackSources(texts)) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(
        stderr, "usage: isolane_mksnapshot BUILTINS OUT ID=FILE..., then isolane_mksnapshot OUT\n");
    return 2;
  }
  const int status =
      argc > 2 ? MakeSnapshot(argv[1], argv[2], {argv + 3, argv + argc}) : AddCodeCaches(argv[1]);
  if (status == 0) isolane::js::Platform::Stop();
  return status;
}
