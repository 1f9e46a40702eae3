#include "wrangler-compat/config_build.h"

namespace isolane::wrangler {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// What is no object and what is no string is reported by config_checks.
Pairs ReadStrings(const ConfigMember* member) {
  Pairs pairs;
  if (member == nullptr || !member->value.IsObject()) return pairs;
  for (const ConfigMember& entry : member->value.members) {
    if (entry.value.IsString()) pairs.emplace_back(entry.key, entry.value.text);
  }
  return pairs;
}

std::string TextOf(const ConfigNode& object, std::string_view key) {
  const ConfigMember* member = object.Find(key);
  return member != nullptr && member->value.IsString() ? member->value.text : std::string();
}

void ReadCommand(ConfigSection& section, BuildConfig& build) {
  const ConfigMember* member = section.Object("build");
  if (member == nullptr) return;
  build.command = TextOf(member->value, "command");
  build.command_cwd = TextOf(member->value, "cwd");
  const ConfigMember* watch = member->value.Find("watch_dir");
  if (watch == nullptr) {
    build.watch_dirs = {"./src"};
  } else if (watch->value.IsString()) {
    build.watch_dirs = {watch->value.text};
  } else {
    for (const ConfigNode& item : watch->value.items) {
      if (item.IsString()) build.watch_dirs.push_back(item.text);
    }
  }
}

}  // namespace

BuildConfig ReadBuildConfig(ConfigSection& section) {
  BuildConfig build;
  ReadCommand(section, build);
  build.no_bundle = section.Boolean("no_bundle").value_or(false);
  build.find_additional_modules = section.Boolean("find_additional_modules");
  build.preserve_file_names = section.Boolean("preserve_file_names").value_or(false);
  build.minify = section.Boolean("minify").value_or(false);
  build.keep_names = section.Boolean("keep_names");
  build.tsconfig = section.String("tsconfig").value_or("");
  build.jsx_factory = section.String("jsx_factory").value_or("");
  build.jsx_fragment = section.String("jsx_fragment").value_or("");
  build.alias = ReadStrings(section.Find("alias"));
  build.define = ReadStrings(section.Find("define"));
  return build;
}

}  // namespace isolane::wrangler
