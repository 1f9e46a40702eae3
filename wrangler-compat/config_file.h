// One configuration file, read and parsed: wrangler.toml, wrangler.json or wrangler.jsonc. What its
// keys mean is config_schema's business.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include <isolane/result.h>

#include "wrangler-compat/config_tree.h"

namespace isolane::wrangler {

enum class ConfigFormat { kToml, kJson };

// How a key and a text are written there: `main = "x"` or `"main": "x"`.
std::string Assignment(ConfigFormat format, std::string_view key, std::string_view value);

struct ConfigFile {
  std::string path;     // absolute
  std::string display;  // relative to the directory the user stands in
  ConfigFormat format = ConfigFormat::kToml;
  ConfigNode root;  // an object

  // "gateway/wrangler.toml:14"; without the line when it is unknown.
  std::string Where(Position position) const;
  // "wrangler.toml", for messages that tell what to write into it.
  std::string BaseName() const;
};

// `path` relative to `cwd` or absolute; `cwd` is absolute. The format goes by the name's end alone:
// .json and .jsonc are JSON (both with comments and trailing commas), .toml is TOML.
Result<ConfigFile> ReadConfigFile(const std::string& cwd, const std::string& path);

// In the order in which they are looked for.
inline constexpr const char* kConfigNames[] = {"wrangler.json", "wrangler.jsonc", "wrangler.toml"};

// The configuration that somebody has named, as a file or as the directory that has one: `named`
// itself unless it is such a directory.
std::string ConfigPathOf(const std::string& cwd, const std::string& named);

// The configuration for somebody who names none: wrangler.json in `cwd` or above, else
// wrangler.jsonc in `cwd` or above, else wrangler.toml. Fails when there is none.
Result<std::string> FindConfigFile(const std::string& cwd);

}  // namespace isolane::wrangler
