#include "cli/explain.h"

#include <algorithm>
#include <vector>

#include "cli/addresses.h"
#include "wrangler-compat/config_tree.h"

namespace isolane::cli {
namespace {

using wrangler::JsonQuote;
using wrangler::Setting;

constexpr size_t kGap = 3;
// A longer value pushes only its own place to the right.
constexpr size_t kWidest = 40;

// The settings of a Worker; the first one is where the server listens.
std::vector<Setting> SettingsOf(const CliOptions& options, const wrangler::LoadedProject& loaded,
                                size_t index) {
  std::vector<Setting> settings = loaded.explanations[index].settings;
  if (index > 0) return settings;
  const wrangler::DevSettings& dev = loaded.project.dev;
  const std::string ip_where = options.ip ? "--ip" : dev.ip ? dev.ip_where : "default";
  const std::string port_where = options.port ? "--port" : dev.port ? dev.port_where : "default";
  settings.push_back({"dev.ip", JsonQuote(AddressOf(options, dev)), ip_where, {}});
  settings.push_back({"dev.port", std::to_string(PortOf(options, dev)), port_where, {}});
  return settings;
}

std::string Padded(const std::string& text, size_t width) {
  const size_t have = DisplayWidth(text);
  return text + std::string(kGap + (have < width ? width - have : 0), ' ');
}

}  // namespace

std::string ExplainAsText(const CliOptions& options, const wrangler::LoadedProject& loaded,
                          Colours colours) {
  std::string out;
  for (size_t i = 0; i < loaded.explanations.size(); i++) {
    const wrangler::WorkerExplanation& worker = loaded.explanations[i];
    const std::vector<Setting> settings = SettingsOf(options, loaded, i);
    size_t path = 0, value = 0, where = 0;
    for (const Setting& setting : settings) {
      path = std::max(path, DisplayWidth(Printable(setting.path)));
      value = std::max(value, DisplayWidth(Printable(setting.value)));
      where = std::max(where, DisplayWidth(Printable(setting.where)));
    }
    value = std::min(value, kWidest);
    if (i > 0) out += '\n';
    out += Paint(worker.worker, Colour::kBold, colours) + (i == 0 ? " (public)" : "");
    if (!worker.config.empty()) out += ", " + Printable(worker.config);
    if (!worker.environment.empty()) out += ", environment " + Printable(worker.environment);
    out += '\n';
    for (const Setting& setting : settings) {
      out += "  " + Padded(Printable(setting.path), path) + Padded(Printable(setting.value), value);
      const std::string from = Printable(setting.where);
      out += Paint(setting.note.empty() ? from : Padded(from, where) + Printable(setting.note),
                   Colour::kDim, colours);
      out += '\n';
    }
  }
  return out;
}

std::string ExplainAsJson(const CliOptions& options, const wrangler::LoadedProject& loaded) {
  std::string out = "{\"workers\":[";
  for (size_t i = 0; i < loaded.explanations.size(); i++) {
    const wrangler::WorkerExplanation& worker = loaded.explanations[i];
    out += (i > 0 ? ",{" : "{") + ("\"name\":" + JsonQuote(worker.worker));
    out += ",\"config\":" + JsonQuote(worker.config);
    out += ",\"environment\":" + JsonQuote(worker.environment) + ",\"settings\":[";
    bool first = true;
    for (const Setting& setting : SettingsOf(options, loaded, i)) {
      out += (first ? "{" : ",{") + ("\"path\":" + JsonQuote(setting.path));
      out += ",\"value\":" + setting.value + ",\"from\":" + JsonQuote(setting.where);
      if (!setting.note.empty()) out += ",\"note\":" + JsonQuote(setting.note);
      out += '}';
      first = false;
    }
    out += "]}";
  }
  return out + "]}\n";
}

}  // namespace isolane::cli
