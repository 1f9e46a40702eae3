#include "wrangler-compat/explain.h"

#include <utility>

#include "wrangler-compat/binding_text.h"
#include "wrangler-compat/config_exports.h"
#include "wrangler-compat/config_keys.h"
#include "wrangler-compat/resource_kinds.h"

namespace isolane::wrangler {
namespace {

constexpr char kDefault[] = "default";

struct LimitRow {
  std::string_view key;
  int64_t Limits::*value;
};

constexpr LimitRow kLimits[] = {{"cpu_ms", &Limits::cpu_ms},
                                {"subrequests", &Limits::subrequests},
                                {"connections", &Limits::connections},
                                {"memory_mb", &Limits::memory_mb},
                                {"depth", &Limits::depth},
                                {"rpc_mb", &Limits::rpc_mb},
                                {"wait_until_ms", &Limits::wait_until_ms},
                                {"head_kb", &Limits::head_kb},
                                {"url_kb", &Limits::url_kb}};

std::string ListOf(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ",") + JsonQuote(text);
  return "[" + list + "]";
}

class Explainer {
 public:
  Explainer(const ConfigFile& file, const ConfigChoice& choice, const WorkerConfig& config,
            const WorkerSpec& spec)
      : file_(file), choice_(choice), config_(config), spec_(spec) {}

  WorkerExplanation Explain() {
    result_.worker = spec_.name;
    result_.config = file_.display;
    result_.environment = choice_.environment;
    AddName();
    Add("main", JsonQuote(spec_.display_root + spec_.main_module),
        choice_.main ? "the command line" : WhereOf("main"));
    if (config_.base_dir) Add("base_dir", JsonQuote(*config_.base_dir), WhereOf("base_dir"));
    Add("compatibility_date", JsonQuote(spec_.compatibility_date),
        choice_.compatibility_date ? "--compatibility-date" : WhereOf("compatibility_date"));
    Add("compatibility_flags", ListOf(spec_.compatibility_flags),
        choice_.compatibility_flags.empty() ? WhereOf("compatibility_flags")
                                            : "--compatibility-flags");
    AddClasses();
    AddLimits();
    AddOthers();
    return std::move(result_);
  }

 private:
  void Add(std::string path, std::string value, std::string where, std::string note = {}) {
    result_.settings.push_back(
        {std::move(path), std::move(value), std::move(where), std::move(note)});
  }

  std::string WhereOf(std::string_view key) const {
    const ConfigMember* member = config_.effective.Find(key);
    return member == nullptr ? kDefault : file_.Where(member->position);
  }

  void AddName() {
    std::string where = choice_.name ? "--name" : WhereOf("name");
    if (where == kDefault) where = "the name of the directory";
    const bool suffix = !choice_.name && !choice_.environment.empty() &&
                        spec_.name.ends_with("-" + choice_.environment);
    if (suffix) where += " and the environment";
    Add("name", JsonQuote(spec_.name), where);
  }

  void AddClasses() {
    const ConfigMember* exports = config_.effective.Find("exports");
    const bool by_exports = exports != nullptr && ExportsObjects(*exports);
    const std::string where = WhereOf(by_exports ? "exports" : "migrations");
    for (const DurableObjectClass& one : spec_.durable_objects) {
      Add("durable_objects." + one.name, one.sqlite ? "\"sqlite\"" : "\"legacy-kv\"", where,
          "storage of the class");
    }
  }

  void AddLimits() {
    const ConfigMember* limits = config_.effective.Find("limits");
    for (const LimitRow& row : kLimits) {
      const ConfigMember* member = limits == nullptr ? nullptr : limits->value.Find(row.key);
      Add("limits." + std::string(row.key), std::to_string(spec_.limits.*row.value),
          member == nullptr ? kDefault : file_.Where(member->position));
    }
  }

  // What else the file says, as it is written: the keys that mean nothing here, and those with
  // nothing to compute.
  void AddOthers() {
    AddOthersOf(config_.effective, false);
    // An environment has lost the keys that stand at the top level only.
    AddOthersOf(file_.root, true);
  }

  void AddOthersOf(const ConfigNode& object, bool top_level_only) {
    for (const ConfigMember& member : object.members) {
      const ConfigKey* key = FindTopLevelKey(member.key);
      if (key == nullptr || IsTold(member.key)) continue;
      if ((key->scope == KeyScope::kTopLevelOnly) != top_level_only) continue;
      const bool ignored = key->use != KeyUse::kInterpreted;
      Add(member.key, ToJson(member.value), file_.Where(member.position), ignored ? "ignored" : "");
    }
  }

  static bool IsTold(std::string_view key) {
    static constexpr std::string_view kTold[] = {"name",
                                                 "main",
                                                 "base_dir",
                                                 "compatibility_date",
                                                 "compatibility_flags",
                                                 "limits",
                                                 "vars",
                                                 "services",
                                                 "durable_objects",
                                                 "migrations",
                                                 "exports",
                                                 "env",
                                                 "dev",
                                                 "$schema"};
    for (const std::string_view told : kTold) {
      if (told == key) return true;
    }
    return FindResourceKind(key) != nullptr && key != "queues";
  }

  const ConfigFile& file_;
  const ConfigChoice& choice_;
  const WorkerConfig& config_;
  const WorkerSpec& spec_;
  WorkerExplanation result_;
};

// Vars are JSON already, other values are names.
std::string ValueOf(const BindingSpec& binding, const BindingText& text) {
  return std::holds_alternative<VarBinding>(binding.value) ? text.value : JsonQuote(text.value);
}

}  // namespace

WorkerExplanation Explain(const ConfigFile& file, const ConfigChoice& choice,
                          const WorkerConfig& config, const WorkerSpec& spec) {
  return Explainer(file, choice, config, spec).Explain();
}

void ExplainBindings(const WorkerSpec& spec, WorkerExplanation& explanation) {
  for (const BindingSpec& binding : spec.bindings) {
    const BindingText text = DescribeBinding(binding);
    explanation.settings.push_back({"env." + binding.name, ValueOf(binding, text), binding.where,
                                    text.resource + (text.supported ? "" : ", not supported")});
  }
}

}  // namespace isolane::wrangler
