#include "wrangler-compat/build/import_scanner.h"

#include <algorithm>
#include <utility>

#include "wrangler-compat/build/node_globals.h"
#include "wrangler-compat/build/script_tokens.h"

namespace isolane::wrangler {
namespace {

// What a plain module of a Worker does not speak of.
bool NeedsBundler(std::string_view word) {
  static constexpr std::string_view kWords[] = {
      "require", "module", "exports", "__dirname", "__filename", "__STATIC_CONTENT_MANIFEST"};
  return IsOneOf(word, kWords);
}

class Scanner {
 public:
  explicit Scanner(std::string_view source) : tokens_(source, Jsx::kPossible) {}

  std::optional<ModuleOutline> Scan() {
    while (!failed_) {
      const Token token = tokens_.Next();
      if (token.kind == TokenKind::kEnd) break;
      if (token.kind == TokenKind::kWord && !token.is_property) TakeWord(token);
    }
    if (failed_ || tokens_.failed() || !tokens_.is_balanced()) return std::nullopt;
    return std::move(outline_);
  }

 private:
  void TakeWord(const Token& token) {
    if (token.text == "import") return TakeImport();
    if (token.text == "export") return TakeExport();
    if (token.text == "addEventListener") outline_.names_listener = true;
    outline_.names_global_object |= IsOneOf(token.text, kGlobalObjectNames);
    failed_ |= NeedsBundler(token.text) || MayBeNodes(token.text);
  }

  // One of the globals of Node.js.
  bool MayBeNodes(std::string_view word) {
    if (!IsOneOf(word, kNodeGlobalNames)) return false;
    return !IsNeverCalled(word) || !tokens_.Peek().Is("(");
  }

  void TakeImport() {
    Token token = tokens_.Next();
    if (token.Is(":") || token.Is("=")) return;  // a property of this name
    if (token.Is(".")) {
      failed_ |= tokens_.Next().text != "meta";
      return;
    }
    if (token.Is("(")) {
      token = tokens_.Next();
      failed_ |= !TakeSpecifier(token);
      token = tokens_.Next();
      failed_ |= !token.Is(")");
      return;
    }
    while (token.kind == TokenKind::kWord || token.Is("{") || token.Is("}") || token.Is(",") ||
           token.Is("*")) {
      token = tokens_.Next();
    }
    failed_ |= !TakeSpecifier(token);
    RefuseAttributes();
  }

  void TakeExport() {
    Token token = tokens_.Next();
    if (token.Is(":") || token.Is("=") || token.Is("(")) return;
    outline_.has_exports = true;
    if (token.Is("*")) {
      token = tokens_.Next();
      if (token.IsWord("as")) {
        AddExport(tokens_.Next());
        token = tokens_.Next();
      }
      failed_ |= token.text != "from";
      failed_ |= !TakeSpecifier(tokens_.Next());
      RefuseAttributes();
      return;
    }
    if (token.text == "default") AddExport(token);
    if (token.Is("{")) TakeExportList();
    static constexpr std::string_view kDeclarations[] = {"class", "const", "let", "var",
                                                         "function"};
    if (token.kind != TokenKind::kWord || !IsOneOf(token.text, kDeclarations)) return;
    const Token name = tokens_.Next();
    AddExport(name);
    if (name.kind == TokenKind::kWord) TakeWord(name);
  }

  void AddExport(const Token& name) {
    if (name.kind == TokenKind::kWord) outline_.exports.emplace_back(name.text);
  }

  void TakeExportList() {
    Token last;
    for (Token token = tokens_.Next(); !token.Is("}"); token = tokens_.Next()) {
      if (token.kind != TokenKind::kWord && !token.Is(",")) {
        failed_ = true;
        return;
      }
      if (token.Is(",")) AddExport(last);
      last = token;
    }
    AddExport(last);
    if (!tokens_.Peek().IsWord("from")) return;
    tokens_.Next();
    failed_ |= !TakeSpecifier(tokens_.Next());
    RefuseAttributes();
  }

  bool TakeSpecifier(const Token& token) {
    if (token.kind != TokenKind::kString || token.escaped) return false;
    outline_.imports.emplace_back(token.text);
    return true;
  }

  // import ... with { type: "json" }
  void RefuseAttributes() {
    const Token token = tokens_.Peek();
    failed_ |= token.IsWord("with") || token.IsWord("assert");
  }

  TokenReader tokens_;
  bool failed_ = false;
  ModuleOutline outline_;
};

}  // namespace

bool Exports(const ModuleOutline& outline, std::string_view name) {
  return std::find(outline.exports.begin(), outline.exports.end(), name) != outline.exports.end();
}

std::optional<ModuleOutline> ScanModule(std::string_view source) { return Scanner(source).Scan(); }

}  // namespace isolane::wrangler
