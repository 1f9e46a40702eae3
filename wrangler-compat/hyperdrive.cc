#include "wrangler-compat/hyperdrive.h"

#include <utility>
#include <variant>

#include "runtime/base/database_url.h"

namespace isolane::wrangler {
namespace {

constexpr char kPrefix[] = "CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_";
constexpr char kDeprecatedPrefix[] = "WRANGLER_HYPERDRIVE_LOCAL_CONNECTION_STRING_";

// A connection string and where it stands.
struct Found {
  std::string text;
  std::string where;
};

// As miniflare puts them, in its order.
std::vector<const char*> Mistakes(const std::string& text) {
  const auto url = base::DatabaseUrl::Parse(text);
  if (!url) return {"Invalid URL"};
  std::vector<const char*> mistakes;
  if (!url->is_postgres() && !url->is_mysql()) {
    mistakes.push_back(
        "Only PostgreSQL-compatible or MySQL-compatible databases are currently supported.");
  }
  if (url->host.empty()) {
    mistakes.push_back(
        "You must provide a hostname or IP address in your connection string - e.g. "
        "'user:password@database-hostname.example.com:5432/databasename");
  }
  if (!url->has_path) {
    mistakes.push_back("You must provide a database name as the path component - e.g. /postgres");
  }
  if (url->user.empty()) {
    mistakes.push_back(
        "You must provide a username - e.g. "
        "'user:password@database.example.com:port/databasename'");
  }
  if (url->password.empty()) {
    mistakes.push_back(
        "You must provide a password - e.g. 'user:password@database.example.com:port/databasename' "
        "");
  }
  return mistakes;
}

class Applier {
 public:
  Applier(const ProcessVariables& process, const ConfigFile& file, const ConfigNode& configuration,
          DiagnosticGroup& loose, std::vector<std::string>& notes)
      : process_(process), file_(file), loose_(loose), notes_(notes) {
    const ConfigMember* list = configuration.Find("hyperdrive");
    if (list != nullptr) entries_ = &list->value;
  }

  void Apply(const BindingSpec& binding, HyperdriveBinding& hyperdrive) {
    const ConfigNode* const entry = EntryOf(binding.name);
    const ConfigMember* const local =
        entry == nullptr ? nullptr : entry->Find("localConnectionString");
    Found found;
    if (!FindVariable(binding.name, found)) {
      if (local == nullptr) {
        Refuse(binding, IsRemote(entry));
        return;
      }
      found = {local->value.text, file_.Where(local->position)};
      if (!local->value.IsString()) {
        loose_.Fail("The \"localConnectionString\" of the Hyperdrive binding \"" + binding.name +
                        "\" should be a string.",
                    found.where);
        return;
      }
    }
    if (IsRemote(entry)) {
      loose_.Warn("The Hyperdrive binding \"" + binding.name +
                      "\" is configured with \"remote\": true, but isolane reaches nothing on "
                      "Cloudflare's network. Falling back to that of " +
                      found.where + ".",
                  binding.where);
    }
    for (const char* mistake : Mistakes(found.text)) {
      loose_.Fail("The connection string of the Hyperdrive binding \"" + binding.name +
                      "\" cannot be used: " + mistake,
                  found.where);
    }
    hyperdrive.connection_string = std::move(found.text);
  }

 private:
  const ConfigNode* EntryOf(const std::string& name) const {
    if (entries_ == nullptr) return nullptr;
    for (const ConfigNode& entry : entries_->items) {
      const ConfigMember* binding = entry.Find("binding");
      if (binding != nullptr && binding->value.text == name) return &entry;
    }
    return nullptr;
  }

  static bool IsRemote(const ConfigNode* entry) {
    const ConfigMember* remote = entry == nullptr ? nullptr : entry->Find("remote");
    return remote != nullptr && remote->value.boolean;
  }

  // One that is not empty, in the environment.
  bool FindVariable(const std::string& binding, Found& found) {
    for (const char* prefix : {kPrefix, kDeprecatedPrefix}) {
      const std::string name = prefix + binding;
      const auto variable = process_.find(name);
      if (variable == process_.end() || variable->second.empty()) continue;
      if (prefix == kDeprecatedPrefix && !std::exchange(warned_, true)) {
        loose_.Warn(std::string("Using \"") + kDeprecatedPrefix +
                        "<BINDING_NAME>\" environment variable. This is deprecated. Please use \"" +
                        kPrefix + "<BINDING_NAME>\" instead.",
                    {});
      }
      notes_.push_back("Found a non-empty " + name +
                       " variable for binding. Hyperdrive will connect to this database during "
                       "local development.");
      found = {variable->second, name};
      return true;
    }
    return false;
  }

  void Refuse(const BindingSpec& binding, bool is_remote) {
    const std::string& name = binding.name;
    const std::string way_out = "set the value of the '" + (kPrefix + name) + "' variable or \"" +
                                name + "\"'s \"localConnectionString\" to ";
    if (is_remote) {
      loose_.Fail(
          "The Hyperdrive binding \"" + name +
              "\" is configured with \"remote\": true, but isolane reaches nothing on "
              "Cloudflare's network, and it has no local database to fall back to. Please " +
              way_out + "a local Postgres connection string.",
          binding.where);
      return;
    }
    loose_.Fail(
        "When developing locally, you should use a local Postgres connection string to emulate "
        "Hyperdrive functionality. Please setup Postgres locally and " +
            way_out + "the Postgres connection string.",
        binding.where);
  }

  const ProcessVariables& process_;
  const ConfigFile& file_;
  const ConfigNode* entries_ = nullptr;
  DiagnosticGroup& loose_;
  std::vector<std::string>& notes_;
  bool warned_ = false;
};

}  // namespace

void ApplyHyperdrives(const ProcessVariables& process, const ConfigFile& file,
                      const ConfigNode& configuration, std::vector<BindingSpec>& bindings,
                      DiagnosticGroup& loose, std::vector<std::string>& notes) {
  Applier applier(process, file, configuration, loose, notes);
  for (BindingSpec& binding : bindings) {
    auto* hyperdrive = std::get_if<HyperdriveBinding>(&binding.value);
    if (hyperdrive != nullptr) applier.Apply(binding, *hyperdrive);
  }
}

}  // namespace isolane::wrangler
