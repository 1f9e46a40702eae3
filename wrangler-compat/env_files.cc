#include "wrangler-compat/env_files.h"

#include <algorithm>
#include <utility>

#include "runtime/config/dotenv.h"

namespace isolane::wrangler {

std::vector<std::string> EnvFileNames(const std::string& environment) {
  std::vector<std::string> names{".env", ".env.local"};
  if (!environment.empty()) {
    names.push_back(".env." + environment);
    names.push_back(".env." + environment + ".local");
  }
  return names;
}

void LayOver(std::vector<DevVar>& vars, DevVar var) {
  const auto same = std::find_if(vars.begin(), vars.end(),
                                 [&](const DevVar& other) { return other.name == var.name; });
  if (same == vars.end()) {
    vars.push_back(std::move(var));
  } else {
    *same = std::move(var);
  }
}

void LayOver(std::vector<DevVar>& vars, std::string_view text, const std::string& shown) {
  for (config::DotenvVariable& variable : config::ParseDotenv(text)) {
    LayOver(vars, {std::move(variable.name), std::move(variable.value),
                   shown + ":" + std::to_string(variable.line)});
  }
}

std::vector<DevVar> Expanded(std::vector<DevVar> vars, const ProcessVariables& process) {
  // An empty one hides what a file says of it, too: so does the npm package dotenv-expand.
  std::vector<config::DotenvVariable> known;
  for (const auto& [name, value] : process) known.push_back({name, value, 0});
  std::vector<DevVar> expanded;
  for (DevVar& var : vars) {
    const auto own = process.find(var.name);
    if (own != process.end() && !own->second.empty()) continue;
    var.value = config::ExpandDotenv(var.value, known);
    known.push_back({var.name, var.value, 0});
    expanded.push_back(std::move(var));
  }
  return expanded;
}

}  // namespace isolane::wrangler
