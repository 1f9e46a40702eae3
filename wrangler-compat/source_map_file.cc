#include "wrangler-compat/source_map_file.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "runtime/base/base64.h"
#include "runtime/base/percent.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

constexpr std::string_view kFileScheme = "file://";
// A larger one would take longer to read than it is worth.
constexpr size_t kLargestMap = size_t{64} << 20;

// "webpack://app/./src/index.ts", "node:path"
bool HasScheme(std::string_view source) {
  const size_t colon = source.find(':');
  return colon != std::string_view::npos && source.find('/') > colon;
}

// `source` as it is to be shown; they are URLs.
std::string Shown(const std::string& source, const std::string& directory, const ShowPath& show) {
  const bool file = source.starts_with(kFileScheme);
  if (HasScheme(source) && !file) return source;
  const std::string path = base::PercentDecoded(file ? source.substr(kFileScheme.size()) : source);
  return show(AbsolutePath(directory, path));
}

// What a data: URL holds.
std::optional<std::string> DataOf(std::string_view url) {
  const size_t comma = url.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const std::string data = base::PercentDecoded(std::string(url.substr(comma + 1)));
  return url.substr(0, comma).ends_with(";base64") ? base::Base64Decoded(data) : data;
}

// The end of the string that begins at `at`; npos if it has none.
size_t EndOfString(std::string_view json, size_t at) {
  for (size_t quote = json.find('"', at + 1); quote != std::string_view::npos;
       quote = json.find('"', quote + 1)) {
    size_t escapes = 0;
    while (json[quote - escapes - 1] == '\\') escapes++;
    if (escapes % 2 == 0) return quote + 1;
  }
  return std::string_view::npos;
}

// `json` without the texts of the sources. They are most of a map, and not asked for: to parse them
// would take longer than all the rest of loading a module. What looks strange is left as it is.
std::string WithoutTexts(std::string_view json) {
  constexpr std::string_view kKey = "\"sourcesContent\"";
  constexpr std::string_view kBetween = " \t\r\n,";
  const size_t key = json.find(kKey);
  if (key == std::string_view::npos) return std::string(json);
  size_t at = json.find_first_not_of(" \t\r\n:", key + kKey.size());
  if (at == std::string_view::npos || json[at] != '[') return std::string(json);
  const size_t begin = at++;
  for (;;) {
    at = json.find_first_not_of(kBetween, at);
    if (at == std::string_view::npos) break;
    if (json[at] == ']') {
      return std::string(json.substr(0, begin)) + "[]" + std::string(json.substr(at + 1));
    }
    if (json[at] == '"') {
      at = EndOfString(json, at);
      if (at == std::string_view::npos) break;
    } else if (json.substr(at).starts_with("null")) {
      at += 4;
    } else {
      break;
    }
  }
  return std::string(json);
}

// Takes the mappings out of `json`, which are long and plain as well; empty if they are not.
std::string TakeMappings(std::string& json) {
  constexpr std::string_view kKey = "\"mappings\"";
  const size_t key = json.find(kKey);
  if (key == std::string::npos) return {};
  const size_t begin = json.find_first_not_of(" \t\r\n:", key + kKey.size());
  if (begin == std::string::npos || json[begin] != '"') return {};
  const size_t end = json.find_first_of("\"\\", begin + 1);
  if (end == std::string::npos || json[end] != '"') return {};
  std::string mappings = json.substr(begin + 1, end - begin - 1);
  json.erase(begin + 1, mappings.size());
  return mappings;
}

}  // namespace

std::shared_ptr<const SourceMap> ParseSourceMap(std::string_view json, const std::string& directory,
                                                const ShowPath& show) {
  using Json = nlohmann::json;
  // Some servers want their JSON to be no script.
  if (json.starts_with(")]}'")) json.remove_prefix(std::min(json.find('\n'), json.size()));
  std::string rest = WithoutTexts(json);
  std::string taken = TakeMappings(rest);
  const Json map = Json::parse(rest, nullptr, false);
  if (!map.is_object()) return nullptr;
  const auto mappings = map.find("mappings");
  const auto sources = map.find("sources");
  if (mappings == map.end() || !mappings->is_string() || sources == map.end() ||
      !sources->is_array()) {
    return nullptr;
  }
  std::string root;
  if (const auto found = map.find("sourceRoot"); found != map.end() && found->is_string()) {
    root = found->get<std::string>();
    if (!root.empty() && !root.ends_with('/')) root += '/';
  }
  auto result = std::make_shared<SourceMap>();
  for (const Json& source : *sources) {
    const std::string text = source.is_string() ? source.get<std::string>() : std::string();
    // Nobody knows what it was: no file.
    if (text.empty()) {
      result->sources.emplace_back();
      continue;
    }
    const bool absolute = text.starts_with('/') || HasScheme(text);
    result->sources.push_back(Shown(absolute ? text : root + text, directory, show));
  }
  result->mappings = taken.empty() ? mappings->get<std::string>() : std::move(taken);
  return result;
}

std::string_view SourceMappingUrl(std::string_view module) {
  constexpr std::string_view kName = "# sourceMappingURL=";
  for (size_t end = module.size(); end > 0;) {
    const size_t newline = module.rfind('\n', end - 1);
    const size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    std::string_view line = module.substr(start, end - start);
    // Some builds have nothing but long lines, with the comment behind the code of the last.
    if (const size_t at = line.rfind(kName); at != std::string_view::npos && at >= 2) {
      const std::string_view url = line.substr(at + kName.size());
      const std::string_view before = line.substr(at - 2, 2);
      const size_t space = url.find_first_of(" \t\r");
      // In quotes it is a string of the program.
      const char* const quotes = url.starts_with("data:") ? "\"`" : "\"'`";
      if (before == "//" && url.find_first_of(quotes) == std::string_view::npos &&
          (space == std::string_view::npos ||
           url.find_first_not_of(" \t\r", space) == std::string_view::npos)) {
        return url.substr(0, space);
      }
    }
    // Only comments and empty lines may follow it.
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (!line.empty() && !line.starts_with("//")) break;
    end = newline == std::string_view::npos ? 0 : newline;
  }
  return {};
}

std::shared_ptr<const SourceMap> FindSourceMap(const ModuleFiles& files, const std::string& name,
                                               std::string_view content) {
  const std::string_view url = SourceMappingUrl(content);
  if (url.empty()) return nullptr;
  const auto show = [&files](const std::string& path) {
    const std::string shown = files.display + RelativePath(files.root, path);
    return std::filesystem::path(shown).lexically_normal().string();
  };
  const std::string directory = DirectoryOf(AbsolutePath(files.root, name));
  if (url.starts_with("data:")) {
    const auto data = DataOf(url);
    return data ? ParseSourceMap(*data, directory, show) : nullptr;
  }
  if (HasScheme(url) && !url.starts_with(kFileScheme)) return nullptr;
  const std::string given(url.substr(url.starts_with(kFileScheme) ? kFileScheme.size() : 0));
  const std::string path = AbsolutePath(directory, base::PercentDecoded(given));
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > kLargestMap) return nullptr;
  auto text = ReadFile(path);
  return text.ok() ? ParseSourceMap(*text, DirectoryOf(path), show) : nullptr;
}

}  // namespace isolane::wrangler
