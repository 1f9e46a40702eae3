// [assets] of a configuration: what it says, and what wrangler has to say about it.
//
// Thread: any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wrangler-compat/asset_settings.h"
#include "wrangler-compat/config_section.h"

namespace isolane::base {
class Responder;
}

namespace isolane::wrangler {

struct AssetsConfig {
  std::optional<std::string> directory;  // as written
  std::string directory_where;
  bool from_command_line = false;  // --assets: relative to the working directory
  bool made_by_build = false;      // a custom build may make it: it need not be there yet
  bool refuses_large = false;      // see ProjectOptions::refuses_large_assets
  std::string where;               // of the section
  bool has_binding = false;
  bool worker_first = false;                            // run_worker_first = true
  std::optional<std::vector<std::string>> first_rules;  // run_worker_first with patterns
  std::string first_where;
  // What needs no file system to know.
  AssetSettings settings;
};

// Nothing without the section. Its types have been reported (CheckAssets in config_checks.cc); what
// is of the wrong one counts as absent.
std::optional<AssetsConfig> ReadAssets(ConfigSection& section);

// Completes the settings and reports what stands for itself, as in wrangler: `has_main` says
// whether there is code.
void FinishAssets(AssetsConfig& assets, bool has_main, const std::string& compatibility_date,
                  const std::vector<std::string>& compatibility_flags, DiagnosticGroup& loose);

// Reads the directory's rules; null if there is no such directory, which `loose` is told, as it is
// of rules that are wrong. `base` is the directory that a relative one starts from, `cwd` the one
// paths are shown from. `notes` gets what else is to be printed.
std::shared_ptr<base::Responder> MakeAssetResponder(AssetsConfig assets, const std::string& worker,
                                                    const std::string& base, const std::string& cwd,
                                                    DiagnosticGroup& loose,
                                                    std::vector<std::string>& notes);

}  // namespace isolane::wrangler
