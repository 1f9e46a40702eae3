// Reads one configuration from text and gives back what it means and what it said.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/config/json_reader.h"
#include "runtime/config/toml_reader.h"
#include "wrangler-compat/config_schema.h"

namespace isolane::wrangler {

inline std::string Shown(const Diagnostic& entry) {
  return entry.message + (entry.where.empty() ? "" : " @" + entry.where);
}

inline bool IsEnvironment(const DiagnosticGroup& group) { return group.about.empty(); }

// Those of nested objects with their titles, without those of an environment.
inline std::vector<std::string> MessagesOf(const DiagnosticGroup& group, Severity severity) {
  std::vector<std::string> messages;
  for (const Diagnostic& entry : group.entries) {
    if (entry.severity == severity) messages.push_back(Shown(entry));
  }
  for (const DiagnosticGroup& child : group.children) {
    if (IsEnvironment(child)) continue;
    for (const std::string& message : MessagesOf(child, severity)) {
      messages.push_back(child.title + "\n- " + message);
    }
  }
  return messages;
}

struct ReadConfig {
  WorkerConfig config;
  DiagnosticGroup tree;
  DiagnosticGroup loose;

  std::vector<std::string> Messages(Severity severity) const {
    std::vector<std::string> messages = MessagesOf(tree, severity);
    for (const std::string& message : MessagesOf(loose, severity)) messages.push_back(message);
    return messages;
  }
  // Of the environment alone.
  std::vector<std::string> EnvironmentMessages(Severity severity) const {
    REQUIRE_FALSE(tree.children.empty());
    REQUIRE(IsEnvironment(tree.children.back()));
    return MessagesOf(tree.children.back(), severity);
  }
  std::vector<std::string> Errors() const { return Messages(Severity::kError); }
  std::vector<std::string> Warnings() const { return Messages(Severity::kWarning); }
};

using Texts = std::vector<std::string>;

// The first three lines of every configuration of a test, which starts at line 4.
inline constexpr char kHead[] =
    "name = \"w\"\nmain = \"index.js\"\ncompatibility_date = \"2024-09-23\"\n";

inline ReadConfig ReadText(ConfigNode root, ConfigFormat format, const ConfigChoice& choice = {}) {
  ReadConfig read;
  const std::string name = format == ConfigFormat::kToml ? "wrangler.toml" : "wrangler.jsonc";
  const ConfigFile file{"/app/" + name, name, format, std::move(root)};
  read.config = ReadWorkerConfig(file, choice, read.tree, read.loose);
  return read;
}

inline ReadConfig ReadWholeToml(std::string_view text) {
  auto root = config::ReadToml(text, "wrangler.toml");
  REQUIRE(root.ok());
  return ReadText(std::move(*root), ConfigFormat::kToml);
}

inline ReadConfig ReadTomlAfterHead(std::string_view text) {
  return ReadWholeToml(kHead + std::string(text));
}

// With --env NAME.
inline ReadConfig ReadTomlIn(const std::string& environment, std::string_view text) {
  auto root = config::ReadToml(kHead + std::string(text), "wrangler.toml");
  REQUIRE(root.ok());
  ConfigChoice choice;
  choice.environment = environment;
  return ReadText(std::move(*root), ConfigFormat::kToml, choice);
}

inline ReadConfig ReadWholeJson(std::string_view text) {
  auto root = config::ReadJson(text, "wrangler.jsonc");
  REQUIRE(root.ok());
  return ReadText(std::move(*root), ConfigFormat::kJson);
}

}  // namespace isolane::wrangler
