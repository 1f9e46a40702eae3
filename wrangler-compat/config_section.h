// One object of a configuration, read key by key: each getter checks the type, reports a wrong one
// in wrangler's words with its line, and then behaves as if the key were absent.
//
// Thread: any. Borrows the file, the object and the diagnostics.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wrangler-compat/config_file.h"
#include "wrangler-compat/config_tree.h"
#include "wrangler-compat/diagnostics.h"

namespace isolane::wrangler {

// A value as JavaScript's String() shows it: a text without quotes, a list without brackets.
std::string AsText(const ConfigNode& value);
// What `typeof` says of it.
const char* JavaScriptType(const ConfigNode& value);
// What `typeof` calls an object, without null: also a list.
bool IsObjectOrList(const ConfigNode& value);
// What is in an object, or in a list by its indexes.
std::vector<ConfigMember> FieldsOf(const ConfigNode& value);
// What `if` takes for false: null, false, 0, an empty text.
bool IsFalsy(const ConfigNode& value);
// A text that is not empty.
bool IsFilled(const ConfigNode& value);
// A whole number, `low` and `high` included.
bool IsWholeIn(const ConfigNode& value, int64_t low, int64_t high);
// A name of JavaScript, as far as ASCII goes.
bool IsIdentifier(std::string_view text);

// The JSON of a value of `key`, or of a part of it, for messages: without the texts of "hyperdrive"
// that may be connection strings, in which there are passwords.
std::string ShownJson(std::string_view key, const ConfigNode& value);

class ConfigSection {
 public:
  // `path` is how messages name the object: "" for the top level and for an environment, "dev",
  // "assets". `environment` is the name of the environment that the object is, or empty.
  ConfigSection(const ConfigFile& file, const ConfigNode& object, std::string path,
                DiagnosticGroup& diagnostics, std::string environment = {})
      : file_(file),
        object_(object),
        path_(std::move(path)),
        environment_(std::move(environment)),
        diagnostics_(diagnostics) {}

  const ConfigNode& object() const { return object_; }
  const ConfigMember* Find(std::string_view key) const { return object_.Find(key); }

  std::optional<std::string> String(std::string_view key);
  std::optional<bool> Boolean(std::string_view key);
  std::optional<double> Number(std::string_view key);
  std::vector<std::string> StringArray(std::string_view key);
  // One of these texts. Messages name it `shown`, or by its key. Choice says of what is no text
  // that it is none, OneOf what there is to choose from.
  std::optional<std::string> Choice(std::string_view key, std::span<const std::string_view> choices,
                                    std::string_view shown = {});
  std::optional<std::string> OneOf(std::string_view key, std::span<const std::string_view> choices,
                                   std::string_view shown = {});
  // False, each mistake reported, if the key is there and no array of strings ("to be an array of
  // strings").
  bool CheckStrings(std::string_view key);
  // Likewise of numbers.
  bool CheckNumbers(std::string_view key);
  // An object or a list, whose fields are its indexes ("Expected ... to be of type object"); or
  // null.
  const ConfigMember* Object(std::string_view key);
  // An array ("The field ... should be an array"), or null.
  const ConfigMember* Array(std::string_view key);

  // How messages name this object.
  const std::string& Path() const { return path_; }
  // How messages name a key: "main", "dev.ip".
  std::string Name(std::string_view key) const;
  // How messages name a key that environments do not inherit: "services", "env.staging.services".
  std::string Field(std::string_view key) const;
  // An object for a part of this one, which is known to be an object. Same diagnostics.
  ConfigSection Part(const ConfigNode& object, std::string path) const;

  // Likewise, with a group of its own below all messages. `about`: see DiagnosticGroup.
  ConfigSection Nested(const ConfigNode& object, std::string path, std::string about) const;

  // One warning that names every key which is not in `known`.
  void WarnUnexpected(std::span<const std::string_view> known, const std::string& about = {});

  // `about`: see Diagnostic.
  void Warn(std::string message, Position position, std::string about = {});
  // Of what isolane has not; see Diagnostic::own.
  void WarnOfLack(std::string message, Position position);
  void Fail(std::string message, Position position, std::string about = {});
  std::string Where(Position position) const { return file_.Where(position); }
  const ConfigFile& file() const { return file_; }
  DiagnosticGroup& diagnostics() const { return diagnostics_; }
  const std::string& environment() const { return environment_; }

 private:
  bool CheckItems(std::string_view key, std::string_view type, bool (ConfigNode::*is_one)() const);
  void FailType(const ConfigMember& member, std::string_view type, std::string_view shown = {});

  const ConfigFile& file_;
  const ConfigNode& object_;
  std::string path_;
  std::string environment_;
  DiagnosticGroup& diagnostics_;
};

}  // namespace isolane::wrangler
