// One object of a configuration, read key by key: each getter checks the type, reports a wrong one
// in wrangler's words with its line, and then behaves as if the key were absent.
//
// Thread: any. Borrows the file, the object and the diagnostics.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wrangler-compat/config_file.h"
#include "wrangler-compat/config_tree.h"
#include "wrangler-compat/diagnostics.h"

namespace isolane::wrangler {

class ConfigSection {
 public:
  // `path` is how messages name the object: "" for the top level, "dev", "assets".
  ConfigSection(const ConfigFile& file, const ConfigNode& object, std::string path,
                DiagnosticGroup& diagnostics)
      : file_(file), object_(object), path_(std::move(path)), diagnostics_(diagnostics) {}

  const ConfigNode& object() const { return object_; }
  const ConfigMember* Find(std::string_view key) const { return object_.Find(key); }

  std::optional<std::string> String(std::string_view key);
  std::optional<bool> Boolean(std::string_view key);
  std::optional<double> Number(std::string_view key);
  std::vector<std::string> StringArray(std::string_view key);
  std::optional<std::string> OneOf(std::string_view key, std::span<const std::string_view> choices);
  // An object ("Expected ... to be of type object"), or null.
  const ConfigMember* Object(std::string_view key);
  // An array ("The field ... should be an array"), or null.
  const ConfigMember* Array(std::string_view key);

  // One warning that names every key which is not in `known`.
  void WarnUnexpected(std::span<const std::string_view> known);

  void Warn(std::string message, Position position);
  void Fail(std::string message, Position position);
  std::string Where(Position position) const { return file_.Where(position); }
  const ConfigFile& file() const { return file_; }

 private:
  std::string Name(std::string_view key) const;
  void FailType(const ConfigMember& member, std::string_view type);

  const ConfigFile& file_;
  const ConfigNode& object_;
  std::string path_;
  DiagnosticGroup& diagnostics_;
};

}  // namespace isolane::wrangler
