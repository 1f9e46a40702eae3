#include "wrangler-compat/dev_vars.h"

#include <unistd.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "runtime/config/dotenv.h"
#include "wrangler-compat/config_tree.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

constexpr char kProcess[] = "process.env";

// "true" and "false" in the letters that wrangler accepts; nothing for anything else.
std::optional<bool> FlagOf(const ProcessVariables* process, const std::string& name) {
  if (process == nullptr) return std::nullopt;
  const auto found = process->find(name);
  if (found == process->end()) return std::nullopt;
  if (found->second == "true" || found->second == "TRUE") return true;
  if (found->second == "false" || found->second == "FALSE") return false;
  return std::nullopt;
}

class Collector {
 public:
  Collector(const DevVarsRequest& request, DiagnosticGroup& loose)
      : request_(request), loose_(loose) {}

  DevVars Collect() {
    if (request_.env_files.empty() && TakeDevVars()) return std::move(result_);
    if (FlagOf(request_.process, "CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV") == false) {
      return std::move(result_);
    }
    TakeEnvFiles();
    if (request_.required_secrets ||
        FlagOf(request_.process, "CLOUDFLARE_INCLUDE_PROCESS_ENV") == true) {
      TakeProcess();
    }
    Expand();
    return std::move(result_);
  }

 private:
  // True if there is such a file, which then is the only one.
  bool TakeDevVars() {
    if (!request_.environment.empty() &&
        TakeFile(InDirectory(".dev.vars." + request_.environment))) {
      return true;
    }
    return TakeFile(InDirectory(".dev.vars"));
  }

  std::string InDirectory(const std::string& name) const {
    return AbsolutePath(request_.directory, name);
  }

  void TakeEnvFiles() {
    if (!request_.env_files.empty()) {
      for (const std::string& file : request_.env_files) {
        if (TakeFile(AbsolutePath(request_.cwd, file))) continue;
        loose_.Warn("The file \"" + file + "\" given with --env-file does not exist.", {});
      }
    } else {
      std::vector<std::string> names{".env", ".env.local"};
      if (!request_.environment.empty()) {
        names.push_back(".env." + request_.environment);
        names.push_back(".env." + request_.environment + ".local");
      }
      for (const std::string& name : names) TakeFile(InDirectory(name));
    }
  }

  // Each variable may use those before it, which already are what they will be.
  void Expand() {
    std::vector<config::DotenvVariable> known;
    for (DevVar& var : result_.vars) {
      if (var.where != kProcess) var.value = config::ExpandDotenv(var.value, known);
      known.push_back({var.name, var.value, 0});
    }
  }

  void TakeProcess() {
    if (request_.process == nullptr) return;
    result_.notes.push_back("Using secrets defined in process.env");
    for (const auto& [name, value] : *request_.process) {
      // What .env has added to the process (dotenv_process.h) comes from there.
      const bool same =
          std::any_of(result_.vars.begin(), result_.vars.end(),
                      [&](const DevVar& var) { return var.name == name && var.value == value; });
      if (!same) Store({name, value, kProcess});
    }
  }

  bool TakeFile(const std::string& path) {
    if (KindOf(path) == PathKind::kMissing) return false;
    std::string shown = RelativePath(request_.cwd, path);
    if (shown.starts_with("../../..")) shown = path;
    auto text = ReadFile(path);
    if (!text.ok()) {
      loose_.Fail(
          "Failed to load local dev variables file \"" + shown + "\": " + text.error().message, {});
      return true;
    }
    result_.notes.push_back("Using secrets defined in " + shown);
    for (config::DotenvVariable& variable : config::ParseDotenv(*text)) {
      Store({std::move(variable.name), std::move(variable.value),
             shown + ":" + std::to_string(variable.line)});
    }
    return true;
  }

  void Store(DevVar var) {
    for (DevVar& other : result_.vars) {
      if (other.name != var.name) continue;
      other = std::move(var);
      return;
    }
    result_.vars.push_back(std::move(var));
  }

  const DevVarsRequest& request_;
  DiagnosticGroup& loose_;
  DevVars result_;
};

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsText(const BindingSpec& binding) {
  const auto* var = std::get_if<VarBinding>(&binding.value);
  return var != nullptr && var->json.starts_with('"');
}

bool IsVar(const BindingSpec& binding) { return std::holds_alternative<VarBinding>(binding.value); }

}  // namespace

ProcessVariables CurrentProcessVariables() {
  ProcessVariables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

DevVars ReadDevVars(const DevVarsRequest& request, DiagnosticGroup& loose) {
  return Collector(request, loose).Collect();
}

void ApplyDevVars(const DevVars& vars, const DevVarsRequest& request,
                  std::vector<BindingSpec>& bindings) {
  for (const DevVar& var : vars.vars) {
    const auto same = std::find_if(bindings.begin(), bindings.end(), [&](const BindingSpec& other) {
      return other.name == var.name;
    });
    const bool there = same != bindings.end();
    if (there && !IsVar(*same)) continue;
    if (!there && request.required_secrets && !Contains(*request.required_secrets, var.name))
      continue;
    OverrideVar(bindings, var);
  }
}

std::vector<std::string> MissingSecrets(const DevVarsRequest& request, const DevVars& vars) {
  std::vector<std::string> missing;
  if (!request.required_secrets) return missing;
  for (const std::string& name : *request.required_secrets) {
    const bool there = std::any_of(vars.vars.begin(), vars.vars.end(),
                                   [&](const DevVar& var) { return var.name == name; });
    if (!there) missing.push_back(name);
  }
  return missing;
}

void OverrideVar(std::vector<BindingSpec>& bindings, const DevVar& var) {
  const BindingSpec replacement{var.name, VarBinding{.json = JsonQuote(var.value), .hidden = true},
                                var.where};
  const auto same = std::find_if(bindings.begin(), bindings.end(),
                                 [&](const BindingSpec& other) { return other.name == var.name; });
  if (same != bindings.end() && IsText(*same)) {
    *same = replacement;
    return;
  }
  if (same != bindings.end()) bindings.erase(same);
  const auto after_vars = std::find_if_not(bindings.begin(), bindings.end(), IsVar);
  bindings.insert(after_vars, replacement);
}

}  // namespace isolane::wrangler
