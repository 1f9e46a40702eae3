#include "wrangler-compat/build/node_globals.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "wrangler-compat/build/script_tokens.h"

namespace isolane::wrangler {
namespace {

NodeNames AllNames() { return {std::begin(kNodeGlobalNames), std::end(kNodeGlobalNames)}; }

// What a script may ask for.
struct Asked {
  NodeNames by_name;    // as variables
  NodeNames by_object;  // as properties of the global object
  NodeNames declared;   // variables of its own, in any scope

  void Add(Asked other) {
    by_name.merge(other.by_name);
    by_object.merge(other.by_object);
    declared.merge(other.declared);
  }
};

// Reads a script as far as it can be told apart.
class GlobalsReader {
 public:
  explicit GlobalsReader(std::string_view script) : tokens_(script, Jsx::kNever) {}

  // Nothing if it cannot.
  std::optional<Asked> Read() {
    for (Token token = tokens_.Next(); token.kind != TokenKind::kEnd; token = tokens_.Next()) {
      const bool is_name = token.kind == TokenKind::kWord && !token.is_property;
      if (is_name) TakeName(token.text);
      awaits_ = AwaitedAfter(token);
      before_last_ = std::exchange(last_, token);
    }
    if (tokens_.failed()) return std::nullopt;
    return std::move(asked_);
  }

 private:
  // What a declaration may go on with: "var a, b" as far as no value comes.
  enum class Awaits : uint8_t { kNothing, kName, kComma };

  Awaits AwaitedAfter(const Token& token) const {
    static constexpr std::string_view kWords[] = {"const", "let", "var", "class", "function"};
    if (token.kind == TokenKind::kWord) {
      if (!token.is_property && IsOneOf(token.text, kWords)) return Awaits::kName;
      const bool is_declared = awaits_ == Awaits::kName && token.text != "extends";
      return is_declared ? Awaits::kComma : Awaits::kNothing;
    }
    return awaits_ == Awaits::kComma && token.Is(",") ? Awaits::kName : Awaits::kNothing;
  }

  // In { name: ... } it is no variable.
  bool IsKey() { return (last_.Is("{") || last_.Is(",")) && tokens_.Peek().Is(":"); }

  void TakeName(std::string_view name) {
    const bool is_node = IsOneOf(name, kNodeGlobalNames);
    const bool is_object = IsOneOf(name, kGlobalObjectNames);
    if (!is_node && !is_object) return;
    if (awaits_ == Awaits::kName) {
      if (is_node) asked_.declared.emplace(name);
      has_own_self_ |= name == "self";
      return;
    }
    if (IsKey()) return;
    if (is_node) {
      if (IsNeverCalled(name) && tokens_.Peek().Is("(")) return;
      asked_.by_name.emplace(name);
    }
    if (is_object && !(name == "self" && has_own_self_)) TakeObject();
  }

  // The global object itself, or a property of it. Whoever has it as a value may ask it for
  // anything.
  void TakeObject() {
    const bool defines = last_.Is("(") && before_last_.IsWord("defineProperty");
    const bool is_asked = last_.IsWord("typeof");
    TokenReader ahead = tokens_;
    Token name = ahead.Next();
    if (name.Is("?")) name = ahead.Next();
    const bool is_dotted = name.Is(".");
    if (is_dotted) name = ahead.Next();
    if (name.Is("[")) {
      name = ahead.Next();
      if (name.kind != TokenKind::kString || name.escaped) return AddAll();
    } else if (!is_dotted) {
      return defines || is_asked ? void() : AddAll();
    } else if (name.kind != TokenKind::kWord) {
      return AddAll();
    }
    if (IsOneOf(name.text, kNodeGlobalNames)) asked_.by_object.emplace(name.text);
    if (IsOneOf(name.text, kGlobalObjectNames)) AddAll();
  }

  void AddAll() { asked_.by_object = AllNames(); }

  TokenReader tokens_;
  Asked asked_;
  Token last_;
  Token before_last_;
  Awaits awaits_ = Awaits::kNothing;
  bool has_own_self_ = false;
};

bool IsWordPart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || c < 0;
}

bool HasWord(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || !IsWordPart(text[at - 1]);
    if (begins && (end == text.size() || !IsWordPart(text[end]))) return true;
  }
  return false;
}

Asked WordsIn(std::string_view script) {
  Asked asked;
  for (const std::string_view object : kGlobalObjectNames) {
    if (HasWord(script, object)) asked.by_object = AllNames();
  }
  for (const std::string_view name : kNodeGlobalNames) {
    if (HasWord(script, name)) asked.by_name.emplace(name);
  }
  return asked;
}

Asked AskedBy(std::string_view script) {
  if (auto asked = GlobalsReader(script).Read()) return *std::move(asked);
  return WordsIn(script);
}

// In a bundle, before the name of the file that what follows is of.
constexpr std::string_view kFileComment = "\n// ";

// Empty if a part of a bundle does not say.
std::string FileOf(std::string_view part) {
  if (part.starts_with('\n')) part.remove_prefix(1);
  if (!part.starts_with(kFileComment.substr(1))) return {};
  part.remove_prefix(kFileComment.size() - 1);
  return std::string(part.substr(0, part.find('\n')));
}

// require() of a module of Node.js gives its default export, as in Node.js.
std::string ValueOf(std::string_view name) {
  if (name == "global") return "this";
  if (name == "process") return "require(\"node:process\")";
  const bool is_buffer = name == "Buffer";
  return std::string("require(\"node:") + (is_buffer ? "buffer" : "timers") + "\")." +
         std::string(name);
}

}  // namespace

std::string NodeGlobalsSource(const NodeNames& names) {
  // What a module asks for that is just being made for that reason is not there yet: unenv's ask
  // whether somebody else has them. Nothing here asks for a global: the bundle is read for those.
  std::string source =
      "const define = (name, make) => {\n"
      "  const fix = (object, value) => Object.defineProperty(object, name,\n"
      "    { value, writable: true, configurable: true, enumerable: false });\n"
      "  Object.defineProperty(globalThis, name, {\n"
      "    get() {\n"
      "      const value = make.call(this);\n"
      "      if (value !== undefined) fix(this, value);\n"
      "      return value;\n"
      "    },\n"
      "    set(value) { fix(this, value); },\n"
      "    configurable: true,\n"
      "  });\n"
      "};\n";
  for (const std::string& name : names) {
    source += "define(\"" + name + "\", function () { return " + ValueOf(name) + "; });\n";
  }
  return source;
}

NodeNames NodeGlobalsIn(std::string_view script) {
  Asked asked = AskedBy(script);
  asked.by_name.merge(asked.by_object);
  return std::move(asked.by_name);
}

NodeNames NodeGlobalsInBundle(std::string_view bundle,
                              const std::function<bool(const std::string& path)>& is_ours) {
  Asked asked;
  size_t from = 0;
  while (from < bundle.size()) {
    const size_t end = std::min(bundle.find(kFileComment, from + 1), bundle.size());
    const std::string_view part = bundle.substr(from, end - from);
    Asked of_part = AskedBy(part);
    if (is_ours(FileOf(part))) of_part.by_object.clear();
    asked.Add(std::move(of_part));
    from = end;
  }
  for (const std::string& name : asked.declared) asked.by_name.erase(name);
  asked.by_name.merge(asked.by_object);
  return std::move(asked.by_name);
}

bool IsNeverCalled(std::string_view name) { return name == "process" || name == "global"; }

}  // namespace isolane::wrangler
