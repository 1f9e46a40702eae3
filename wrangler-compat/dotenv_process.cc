#include "wrangler-compat/dotenv_process.h"

#include <algorithm>
#include <utility>

#include "runtime/config/dotenv.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {

ProcessVariables VariablesBeside(const DotenvSource& source, const ProcessVariables& process) {
  std::vector<std::string> files = source.files;
  if (files.empty()) {
    files = {".env", ".env.local"};
    if (!source.environment.empty()) {
      files.push_back(".env." + source.environment);
      files.push_back(".env." + source.environment + ".local");
    }
  }
  std::vector<config::DotenvVariable> written;
  for (const std::string& file : files) {
    const std::string path = AbsolutePath(source.directory, file);
    if (KindOf(path) != PathKind::kFile) continue;
    auto text = ReadFile(path);
    // Told, with the file's name, when it is read for the Workers.
    if (!text.ok()) continue;
    for (config::DotenvVariable& variable : config::ParseDotenv(*text)) {
      std::erase_if(written, [&](const auto& other) { return other.name == variable.name; });
      written.push_back(std::move(variable));
    }
  }
  std::vector<config::DotenvVariable> known;
  for (const auto& [name, value] : process) known.push_back({name, value, 0});
  ProcessVariables added;
  for (config::DotenvVariable& variable : written) {
    const auto own = process.find(variable.name);
    if (own != process.end() && !own->second.empty()) continue;
    variable.value = config::ExpandDotenv(variable.value, known);
    added[variable.name] = variable.value;
    known.push_back(std::move(variable));
  }
  return added;
}

}  // namespace isolane::wrangler
