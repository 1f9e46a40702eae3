#include "wrangler-compat/config_site.h"

#include <string>

namespace isolane::wrangler {
namespace {

// `index.js` is the file in a folder.
std::string EntryPointOf(const std::string& written) {
  const std::string path = written.empty() ? "workers-site" : written;
  const std::string name = path.substr(path.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  return path + (dot == std::string::npos || dot == 0 ? "/index.js" : "");
}

}  // namespace

void CheckSite(ConfigSection& section, const ConfigNode& effective) {
  const ConfigMember* site = section.Find("site");
  if (site == nullptr || !IsObjectOrList(site->value)) return;
  const Position position = site->position;
  ConfigSection part = section.Part(site->value, "site");
  if (part.Find("bucket") == nullptr) part.Fail("\"site.bucket\" is a required field.", position);
  part.String("bucket");
  // Wrangler's plural.
  ConfigSection sites = section.Part(part.object(), "sites");
  sites.CheckStrings("include");
  sites.CheckStrings("exclude");
  const ConfigMember* written = part.Find("entry-point");
  part.String("entry-point");
  if (written != nullptr) {
    part.Warn(
        "Deprecation: \"site.entry-point\":\nDelete the `site.entry-point` field, then add the top "
        "level `main` field to your configuration file:\n```\n" +
            Assignment(section.file().format, "main", EntryPointOf(AsText(written->value))) +
            "\n```",
        written->position);
  }
  const bool entry = written != nullptr && !IsFalsy(written->value);
  const ConfigMember* main = effective.Find("main");
  const bool has_main = main != nullptr && !IsFalsy(main->value);
  if (entry && has_main) {
    part.Fail(
        "Don't define both the `main` and `site.entry-point` fields in your configuration.\n"
        "They serve the same purpose: to point to the entry-point of your worker.\n"
        "Delete the deprecated `site.entry-point` field from your config.",
        written->position);
  } else if (!entry && !has_main) {
    part.Warn(
        "Because you've defined a [site] configuration, we're defaulting to \"workers-site\" for "
        "the deprecated `site.entry-point`field.\nAdd the top level `main` field to your "
        "configuration file:\n```\n" +
            Assignment(section.file().format, "main", "workers-site/index.js") + "\n```",
        position);
  }
  if (section.Find("assets") != nullptr) {
    section.Fail(
        "Cannot use assets and Workers Sites in the same Worker.\nPlease remove either the `site` "
        "or `assets` field from your configuration file.",
        section.Find("site")->position);
  }
}

}  // namespace isolane::wrangler
