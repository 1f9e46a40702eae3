#include "wrangler-compat/build/node_globals.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>

namespace isolane::wrangler {
namespace {

constexpr std::string_view kGlobals[] = {"process", "Buffer", "global", "setImmediate",
                                         "clearImmediate"};
constexpr std::string_view kGlobalObjects[] = {"globalThis", "self"};

bool IsWordPart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || c < 0;
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view WithoutBlanksBefore(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view WithoutBlanksAfter(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// The next occurrence of a word from `at` on; npos: none.
size_t FindWord(std::string_view text, std::string_view word, size_t at) {
  for (at = text.find(word, at); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if (at > 0 && IsWordPart(text[at - 1])) continue;
    if (end == text.size() || !IsWordPart(text[end])) return at;
  }
  return at;
}

// What a property is one of: of "a.b?." it is "b"; nothing if `before` does not end with a dot.
std::optional<std::string_view> OwnerOf(std::string_view before) {
  before = WithoutBlanksAfter(before);
  if (!before.ends_with('.') || before.ends_with("...")) return std::nullopt;
  before.remove_suffix(1);
  if (before.ends_with('?')) before.remove_suffix(1);
  before = WithoutBlanksAfter(before);
  size_t from = before.size();
  while (from > 0 && IsWordPart(before[from - 1])) from--;
  return before.substr(from);
}

bool IsGlobalObject(std::string_view name) {
  return std::find(std::begin(kGlobalObjects), std::end(kGlobalObjects), name) !=
         std::end(kGlobalObjects);
}

// Whether a property of a fixed name is all that is asked of the object: ".name", "?.name".
bool IsDotted(std::string_view after) {
  after = WithoutBlanksBefore(after);
  if (after.starts_with('?')) after.remove_prefix(1);
  if (!after.starts_with('.')) return false;
  after = WithoutBlanksBefore(after.substr(1));
  return !after.empty() && IsWordPart(after.front());
}

}  // namespace

std::string NodeGlobalsSource() {
  // require() of a module of Node.js gives its default export, as in Node.js.
  // What a module asks for that is just being made for that reason is not there yet: unenv's ask
  // whether somebody else has them.
  return "const define = (name, make) => {\n"
         "  const set = (value) => Object.defineProperty(globalThis, name,\n"
         "    { value, writable: true, configurable: true, enumerable: false });\n"
         "  const get = () => {\n"
         "    const value = make();\n"
         "    if (value !== undefined) set(value);\n"
         "    return value;\n"
         "  };\n"
         "  Object.defineProperty(globalThis, name, { get, set, configurable: true });\n"
         "};\n"
         "define(\"process\", () => require(\"node:process\"));\n"
         "define(\"Buffer\", () => require(\"node:buffer\").Buffer);\n"
         "define(\"setImmediate\", () => require(\"node:timers\").setImmediate);\n"
         "define(\"clearImmediate\", () => require(\"node:timers\").clearImmediate);\n"
         "define(\"global\", () => globalThis);\n";
}

bool NamesNodeGlobals(std::string_view script) {
  for (const std::string_view name : kGlobals) {
    for (size_t at = 0; (at = FindWord(script, name, at)) != std::string_view::npos; at++) {
      const auto owner = OwnerOf(script.substr(0, at));
      if (!owner || IsGlobalObject(*owner)) return true;
    }
  }
  for (const std::string_view name : kGlobalObjects) {
    for (size_t at = 0; (at = FindWord(script, name, at)) != std::string_view::npos; at++) {
      if (OwnerOf(script.substr(0, at))) continue;
      if (!IsDotted(script.substr(at + name.size()))) return true;
    }
  }
  return false;
}

bool ImportsPackages(std::string_view module) {
  for (const std::string_view word : {"from", "import", "require"}) {
    for (size_t at = 0; (at = FindWord(module, word, at)) != std::string_view::npos; at++) {
      std::string_view after = WithoutBlanksBefore(module.substr(at + word.size()));
      if (after.starts_with('(')) after = WithoutBlanksBefore(after.substr(1));
      if (!after.starts_with('"') && !after.starts_with('\'')) continue;
      after.remove_prefix(1);
      const bool own = after.starts_with('.') || after.starts_with("cloudflare:") ||
                       after.starts_with("node:async_hooks");
      if (!own) return true;
    }
  }
  return false;
}

}  // namespace isolane::wrangler
