#include "wrangler-compat/config_assets.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "wrangler-compat/asset_path.h"
#include "wrangler-compat/asset_responder.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

constexpr size_t kMaxRules = 100;
constexpr size_t kMaxRuleLength = 100;
constexpr char kNavigationDate[] = "2025-04-01";

const std::string* TextOf(const ConfigNode& object, std::string_view key) {
  const ConfigMember* member = object.Find(key);
  return member != nullptr && member->value.IsString() ? &member->value.text : nullptr;
}

HtmlHandling HtmlHandlingOf(const std::string* text) {
  if (text == nullptr) return HtmlHandling::kAutoTrailingSlash;
  if (*text == "force-trailing-slash") return HtmlHandling::kForceTrailingSlash;
  if (*text == "drop-trailing-slash") return HtmlHandling::kDropTrailingSlash;
  return *text == "none" ? HtmlHandling::kNone : HtmlHandling::kAutoTrailingSlash;
}

NotFoundHandling NotFoundHandlingOf(const std::string* text) {
  if (text == nullptr) return NotFoundHandling::kNone;
  if (*text == "404-page") return NotFoundHandling::kNotFoundPage;
  return *text == "single-page-application" ? NotFoundHandling::kSinglePageApplication
                                            : NotFoundHandling::kNone;
}

bool Contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// What is wrong with rules of one kind, which are all negative or all not.
void CheckRules(const std::vector<std::string>& rules, std::vector<std::string>& wrong) {
  for (size_t i = 0; i < rules.size(); i++) {
    const std::string& rule = rules[i];
    if (rule.size() > kMaxRuleLength) {
      wrong.push_back("'" + rule + "': all rules must be less than " +
                      std::to_string(kMaxRuleLength) + " characters in length");
    }
    if (std::find(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(i), rule) !=
        rules.begin() + static_cast<std::ptrdiff_t>(i)) {
      wrong.push_back("'" + rule + "': rule is a duplicate; rules must be unique");
    }
    if (!rule.ends_with('*')) continue;
    const std::string_view start = std::string_view(rule).substr(0, rule.size() - 1);
    for (const std::string& other : rules) {
      if (other != rule && other.starts_with(start)) {
        wrong.push_back("'" + other + "': rule '" + rule + "' makes it redundant");
      }
    }
  }
}

std::string TooMany(const std::vector<std::string>& rules) {
  std::vector<std::string> distinct;
  std::vector<std::string> doubled;
  for (const std::string& rule : rules) {
    if (!Contains(distinct, rule)) {
      distinct.push_back(rule);
    } else if (!Contains(doubled, rule)) {
      doubled.push_back(rule);
    }
  }
  std::string text = "Too many `run_worker_first` rules were provided; " +
                     std::to_string(rules.size()) + " rules provided ";
  if (doubled.empty()) return text + "exceeds max of " + std::to_string(kMaxRules) + ".";
  const size_t copies = rules.size() - distinct.size();
  text += "(" + std::to_string(distinct.size()) + " distinct, " + std::to_string(copies) +
          " duplicate " + (copies == 1 ? "entry" : "entries") + ") exceeds max of " +
          std::to_string(kMaxRules) +
          ". Note: duplicate entries count towards the route limit. Ensure that no duplicate rules "
          "are present in your `run_worker_first` configuration.\n\nThe duplicated rules found "
          "are:";
  constexpr size_t kShown = 5;
  for (size_t i = 0; i < std::min(doubled.size(), kShown); i++) {
    text += "\n- " + JsonQuote(doubled[i]);
  }
  if (doubled.size() > kShown) {
    const size_t more = doubled.size() - kShown;
    text += "\n...and " + std::to_string(more) + " more duplicated " +
            (more == 1 ? "rule" : "rules") + ".";
  }
  return text;
}

// What is wrong with the patterns of run_worker_first; empty if nothing is. Then they are in
// `settings`.
std::string ReadRules(const std::vector<std::string>& rules, AssetSettings& settings) {
  if (rules.empty()) {
    return "No `run_worker_first` rules were provided; must provide at least 1 rule.";
  }
  if (rules.size() > kMaxRules) return TooMany(rules);
  std::vector<std::string> positive, negative, wrong;
  for (const std::string& rule : rules) {
    if (rule.starts_with("!/")) {
      negative.push_back(rule);
    } else if (rule.starts_with('/')) {
      positive.push_back(rule);
    } else if (rule.starts_with('!')) {
      wrong.push_back("'" + rule + "': negative rules must start with '!/'");
    } else {
      wrong.push_back("'" + rule + "': rules must start with '/' or '!/'");
    }
  }
  if (!negative.empty() && positive.empty()) {
    return "Only negative `run_worker_first` rules were provided; must provide at least 1 "
           "non-negative rule";
  }
  CheckRules(positive, wrong);
  CheckRules(negative, wrong);
  if (!wrong.empty()) {
    std::string text = "Invalid routes in `run_worker_first`:";
    for (const std::string& line : wrong) text += "\n" + line;
    return text;
  }
  settings.has_patterns = true;
  for (const std::string& rule : positive) {
    settings.worker_patterns.push_back(*PathPattern::Compile(rule, PatternSyntax::kStars));
  }
  for (const std::string& rule : negative) {
    settings.asset_patterns.push_back(
        *PathPattern::Compile(std::string_view(rule).substr(1), PatternSyntax::kStars));
  }
  return {};
}

}  // namespace

std::optional<AssetsConfig> ReadAssets(ConfigSection& section) {
  const ConfigMember* member = section.Find("assets");
  if (member == nullptr) return std::nullopt;
  const ConfigNode& object = member->value;
  if (!object.IsObject() && !object.IsArray()) return std::nullopt;
  AssetsConfig assets;
  assets.where = section.Where(member->position);
  if (const std::string* directory = TextOf(object, "directory")) {
    assets.directory = *directory;
    assets.directory_where = section.Where(object.Find("directory")->position);
  }
  assets.has_binding = TextOf(object, "binding") != nullptr;
  assets.settings.html_handling = HtmlHandlingOf(TextOf(object, "html_handling"));
  assets.settings.not_found_handling = NotFoundHandlingOf(TextOf(object, "not_found_handling"));
  if (const std::string* base_path = TextOf(object, "base_path")) {
    const std::string wrong = NormalizeBasePath(*base_path, &assets.settings.base_path);
    if (!wrong.empty()) {
      section.Fail("Invalid assets base_path: " + wrong, object.Find("base_path")->position);
    }
  }
  if (const ConfigMember* first = object.Find("run_worker_first")) {
    assets.first_where = section.Where(first->position);
    if (first->value.IsBoolean()) {
      assets.worker_first = first->value.boolean;
    } else if (first->value.IsArray()) {
      std::vector<std::string> rules;
      for (const ConfigNode& item : first->value.items) {
        if (item.IsString()) rules.push_back(item.text);
      }
      if (rules.size() == first->value.items.size()) assets.first_rules = std::move(rules);
    }
  }
  return assets;
}

void FinishAssets(AssetsConfig& assets, bool has_main, const std::string& compatibility_date,
                  const std::vector<std::string>& compatibility_flags, DiagnosticGroup& loose) {
  AssetSettings& settings = assets.settings;
  settings.has_worker = has_main;
  settings.navigation_prefers_assets =
      Contains(compatibility_flags, "assets_navigation_prefers_asset_serving") ||
      (compatibility_date >= kNavigationDate &&
       !Contains(compatibility_flags, "assets_navigation_has_no_effect"));
  if (assets.has_binding && !has_main) {
    loose.Fail(
        "Cannot use assets with a binding in an assets-only Worker.\nPlease remove the asset "
        "binding from your configuration file, or provide a Worker script in your configuration "
        "file (`main`).",
        assets.where);
  }
  settings.worker_first = assets.worker_first;
  if (assets.first_rules) {
    const std::string wrong = ReadRules(*assets.first_rules, settings);
    if (!wrong.empty()) loose.Fail(wrong, assets.first_where);
  }
  if (assets.worker_first && !assets.has_binding) {
    loose.Warn(
        "run_worker_first=true set without an assets binding\nSetting run_worker_first to true "
        "will always invoke your Worker script.\nTo fetch your assets from your Worker, please set "
        "the [assets.binding] key in your configuration file.\n\nRead more: "
        "https://developers.cloudflare.com/workers/static-assets/binding/#binding",
        assets.first_where);
  }
  if (!has_main && (assets.worker_first || assets.first_rules)) {
    loose.Fail(
        "Cannot set run_worker_first without a Worker script.\nPlease remove run_worker_first from "
        "your configuration file, or provide a Worker script in your configuration file (`main`).",
        assets.first_where);
  }
  if (!assets.directory) {
    loose.Fail(
        "The `assets` property in your configuration is missing the required `directory` "
        "property.",
        assets.where);
  } else if (assets.directory->empty()) {
    loose.Fail("The assets directory cannot be an empty string.", assets.directory_where);
  }
}

namespace {

// They could not be deployed.
void RefuseLargeAssets(const AssetSettings& settings, const std::string& where,
                       DiagnosticGroup& loose) {
  AssetDirectory directory(settings);
  directory.Refresh();
  for (const AssetDirectory::LargeFile& file : directory.LargeFiles()) {
    loose.Fail(Error{
        .message = DescribeLargeAsset(settings.display + file.path, file.size) +
                   "\nEnsure all assets in your assets directory " + JsonQuote(settings.display) +
                   " conform with the Workers maximum size requirement.",
        .hint = "What is not to be served can be named in " + settings.display + ".assetsignore.",
        .where = where,
        .excerpt = {}});
  }
}

}  // namespace

std::shared_ptr<base::Responder> MakeAssetResponder(AssetsConfig assets, const std::string& worker,
                                                    const std::string& base, const std::string& cwd,
                                                    DiagnosticGroup& loose,
                                                    std::vector<std::string>& notes) {
  if (!assets.directory || assets.directory->empty()) return nullptr;  // reported already
  AssetSettings& settings = assets.settings;
  settings.worker = worker;
  settings.directory = AbsolutePath(assets.from_command_line ? cwd : base, *assets.directory);
  settings.display = RelativePath(cwd, settings.directory) + "/";
  const std::string source = assets.from_command_line
                                 ? "\"--assets\" command line argument"
                                 : "\"assets.directory\" field in your configuration file";
  switch (KindOf(settings.directory)) {
    case PathKind::kMissing:
      if (assets.made_by_build) break;
      loose.Fail(
          "The directory specified by the " + source + " does not exist:\n" + settings.directory,
          assets.directory_where);
      return nullptr;
    case PathKind::kFile:
      loose.Fail("The path specified by the " + source + " doesn't point to a directory:\n" +
                     settings.directory,
                 assets.directory_where);
      return nullptr;
    case PathKind::kDirectory:
      break;
  }
  // Of what a build makes the responder tells when it is asked for.
  if (assets.refuses_large && !assets.made_by_build) {
    RefuseLargeAssets(settings, assets.directory_where, loose);
  }
  std::vector<AssetDirectory::Note> found;
  auto responder = std::make_shared<AssetResponder>(std::move(settings), found);
  for (AssetDirectory::Note& note : found) {
    if (note.warning) {
      loose.Warn(std::move(note.text), {});
    } else {
      notes.push_back(std::move(note.text));
    }
  }
  return responder;
}

}  // namespace isolane::wrangler
