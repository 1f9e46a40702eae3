#include "wrangler-compat/dev_vars.h"

#include <unistd.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "wrangler-compat/config_tree.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

constexpr char kProcess[] = "process.env";

const DevVar* Find(const std::vector<DevVar>& vars, const std::string& name) {
  const auto found = std::find_if(vars.begin(), vars.end(),
                                  [&name](const DevVar& var) { return var.name == name; });
  return found == vars.end() ? nullptr : &*found;
}

class Collector {
 public:
  Collector(const DevVarsRequest& request, DiagnosticGroup& loose)
      : request_(request), loose_(loose) {
    if (request.process != nullptr) {
      for (const auto& [name, value] : *request.process)
        process_.push_back({name, value, kProcess});
    }
    if (request.beside != nullptr) {
      for (const DevVar& var : *request.beside) LayOver(process_, var);
    }
  }

  DevVars Collect() {
    if (request_.env_files.empty() && TakeDevVars()) return std::move(result_);
    if (FlagOf("CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV") == false) return std::move(result_);
    TakeEnvFiles();
    if (request_.required_secrets || FlagOf("CLOUDFLARE_INCLUDE_PROCESS_ENV") == true) {
      result_.notes.push_back("Using secrets defined in process.env");
    } else {
      process_.clear();
    }
    TakeProcess();
    return std::move(result_);
  }

 private:
  // "true" and "false" in the letters that wrangler accepts; nothing for anything else.
  std::optional<bool> FlagOf(const std::string& name) const {
    const DevVar* found = Find(process_, name);
    if (found == nullptr) return std::nullopt;
    if (found->value == "true" || found->value == "TRUE") return true;
    if (found->value == "false" || found->value == "FALSE") return false;
    return std::nullopt;
  }

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
        const std::string path = InDirectory(file);
        if (TakeFile(path)) continue;
        loose_.Warn("The file \"" + ShownPath(request_.cwd, path) +
                        "\" given with --env-file does not exist.",
                    {});
      }
      return;
    }
    for (const std::string& name : EnvFileNames(request_.environment)) TakeFile(InDirectory(name));
  }

  // Puts what the files say into what is taken of the process.
  void TakeProcess() {
    std::erase_if(process_, [this](const DevVar& var) {
      return var.where != kProcess && Find(result_.vars, var.name) != nullptr;
    });
    ProcessVariables known;
    for (const DevVar& var : process_) known[var.name] = var.value;
    std::vector<DevVar> written = Expanded(std::exchange(result_.vars, std::move(process_)), known);
    for (DevVar& var : written) LayOver(result_.vars, std::move(var));
  }

  bool TakeFile(const std::string& path) {
    if (KindOf(path) == PathKind::kMissing) return false;
    const std::string shown = ShownPath(request_.cwd, path);
    auto text = ReadFile(path);
    if (!text.ok()) {
      loose_.Fail(
          "Failed to load local dev variables file \"" + shown + "\": " + text.error().message, {});
      return true;
    }
    result_.notes.push_back("Using secrets defined in " + shown);
    LayOver(result_.vars, *text, shown);
    return true;
  }

  const DevVarsRequest& request_;
  DiagnosticGroup& loose_;
  std::vector<DevVar> process_;  // with what files have added to it
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
    if (Find(vars.vars, name) == nullptr) missing.push_back(name);
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
