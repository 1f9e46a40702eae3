#include "wrangler-compat/config_file.h"

#include <utility>

#include "runtime/config/json_reader.h"
#include "runtime/config/toml_reader.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

// The encoding that the first bytes announce; empty: UTF-8.
std::string_view OtherEncoding(std::string_view content) {
  struct Mark {
    std::string_view bytes;
    std::string_view encoding;
  };
  static constexpr Mark kMarks[] = {{{"\0\0\xFE\xFF", 4}, "UTF-32 BE"},
                                    {{"\xFF\xFE\0\0", 4}, "UTF-32 LE"},
                                    {"\xFE\xFF", "UTF-16 BE"},
                                    {"\xFF\xFE", "UTF-16 LE"}};
  for (const Mark& mark : kMarks) {
    if (content.starts_with(mark.bytes)) return mark.encoding;
  }
  return {};
}

}  // namespace

std::string ConfigFile::Where(Position position) const {
  return position.line > 0 ? display + ":" + std::to_string(position.line) : display;
}

std::string ConfigFile::BaseName() const { return path.substr(path.rfind('/') + 1); }

std::string Assignment(ConfigFormat format, std::string_view key, std::string_view value) {
  if (format == ConfigFormat::kToml) return std::string(key) + " = " + JsonQuote(value);
  return JsonQuote(key) + ": " + JsonQuote(value);
}

Result<ConfigFile> ReadConfigFile(const std::string& cwd, const std::string& path) {
  ConfigFile file;
  file.path = AbsolutePath(cwd, path);
  file.display = ShownPath(cwd, file.path);

  if (KindOf(file.path) == PathKind::kDirectory) {
    return Error{.message = "There is no configuration in the directory " + file.display,
                 .hint = "It would be called wrangler.json, wrangler.jsonc or wrangler.toml.",
                 .where = {},
                 .excerpt = {}};
  }
  if (KindOf(file.path) == PathKind::kMissing) {
    return Error{.message = "The configuration file " + file.display + " does not exist",
                 .hint = "Check the path given with -c; it is relative to " + cwd + ".",
                 .where = {},
                 .excerpt = {}};
  }
  const bool json = path.ends_with(".json") || path.ends_with(".jsonc");
  if (!json && !path.ends_with(".toml")) {
    return Error{.message = "The configuration file " + file.display + " is of no known format",
                 .hint = "Its name must end with .toml, .json or .jsonc.",
                 .where = {},
                 .excerpt = {}};
  }
  file.format = json ? ConfigFormat::kJson : ConfigFormat::kToml;

  ISOLANE_ASSIGN(const std::string content, ReadFile(file.path));
  if (const std::string encoding(OtherEncoding(content)); !encoding.empty()) {
    return Error{.message = "Configuration file contains " + encoding + " byte order marker",
                 .hint = "The file \"" + file.display + "\" appears to be encoded as " + encoding +
                         ". Please save the file as UTF-8 without BOM.",
                 .where = file.display + ":1",
                 .excerpt = {}};
  }
  std::string_view source = content;
  if (source.starts_with("\xEF\xBB\xBF")) source.remove_prefix(3);

  ISOLANE_ASSIGN(file.root, json ? config::ReadJson(source, file.display)
                                 : config::ReadToml(source, file.display));
  if (!file.root.IsObject()) {
    return Error{.message = "The configuration must be an object, but is " + ToJson(file.root),
                 .hint = {},
                 .where = file.Where(file.root.position),
                 .excerpt = {}};
  }
  return file;
}

std::string ConfigPathOf(const std::string& cwd, const std::string& named) {
  if (KindOf(AbsolutePath(cwd, named)) != PathKind::kDirectory) return named;
  for (const char* name : kConfigNames) {
    std::string path = named + (named.ends_with('/') ? "" : "/") + name;
    if (KindOf(AbsolutePath(cwd, path)) == PathKind::kFile) return path;
  }
  return named;
}

Result<std::string> FindConfigFile(const std::string& cwd) {
  for (const char* name : kConfigNames) {
    std::string path = FindUpwards(cwd, name);
    if (!path.empty()) return path;
  }
  return Error{
      .message = "No wrangler.json, wrangler.jsonc or wrangler.toml in " + cwd + " or above it",
      .hint = "Name the configuration of each Worker: -c path/to/wrangler.toml",
      .where = {},
      .excerpt = {}};
}

}  // namespace isolane::wrangler
