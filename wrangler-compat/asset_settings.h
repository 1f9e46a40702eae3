// The section [assets] of a configuration, checked.
//
// Thread: any. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wrangler-compat/path_pattern.h"

namespace isolane::wrangler {

enum class HtmlHandling : uint8_t {
  kAutoTrailingSlash,
  kForceTrailingSlash,
  kDropTrailingSlash,
  kNone,
};

enum class NotFoundHandling : uint8_t { kNone, kNotFoundPage, kSinglePageApplication };

struct AssetSettings {
  std::string worker;     // whose assets they are
  std::string directory;  // absolute
  std::string display;    // how it is shown, with a '/' at its end
  HtmlHandling html_handling = HtmlHandling::kAutoTrailingSlash;
  NotFoundHandling not_found_handling = NotFoundHandling::kNone;
  std::string base_path = "/";  // as NormalizeBasePath gives it
  // There is code, which answers what the assets leave.
  bool has_worker = false;
  // run_worker_first = true
  bool worker_first = false;
  // run_worker_first with patterns: has_patterns, and those without and with a '!'.
  bool has_patterns = false;
  std::vector<PathPattern> worker_patterns;
  std::vector<PathPattern> asset_patterns;
  // Compatibility flag assets_navigation_prefers_asset_serving: a browser that goes to another page
  // gets what not_found_handling says rather than the Worker.
  bool navigation_prefers_assets = false;
};

}  // namespace isolane::wrangler
