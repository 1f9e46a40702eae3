#include "wrangler-compat/build/import_scanner.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace isolane::wrangler {
namespace {

bool IsWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c < 0;
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordPart(char c) { return IsWordStart(c) || IsDigit(c); }
bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

template <size_t count>
bool IsOneOf(std::string_view word, const std::string_view (&words)[count]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// After these an expression begins, so that '/' opens a regular expression and '<' would be JSX.
bool ExpectsExpression(std::string_view word) {
  static constexpr std::string_view kWords[] = {
      "return", "typeof", "case", "in",    "of",    "instanceof", "new",    "delete",  "void",
      "throw",  "else",   "do",   "yield", "await", "default",    "export", "extends", "import"};
  return IsOneOf(word, kWords);
}

// After the parentheses of these a statement begins.
bool HasHead(std::string_view word) {
  static constexpr std::string_view kWords[] = {"if", "while", "for", "with", "switch", "catch"};
  return IsOneOf(word, kWords);
}

// What a plain module of a Worker does not speak of.
bool NeedsBundler(std::string_view word) {
  static constexpr std::string_view kWords[] = {"require",
                                                "module",
                                                "exports",
                                                "process",
                                                "Buffer",
                                                "global",
                                                "__dirname",
                                                "__filename",
                                                "setImmediate",
                                                "clearImmediate",
                                                "__STATIC_CONTENT_MANIFEST"};
  return IsOneOf(word, kWords);
}

enum class Kind : uint8_t { kEnd, kWord, kNumber, kString, kTemplate, kRegex, kPunctuation };

struct Token {
  Kind kind = Kind::kEnd;
  std::string_view text;  // of a string: without its quotes
  bool escaped = false;   // a string that has escapes
};

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {
    if (source_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (source_.substr(at_).starts_with("#!")) SkipLine();
  }

  std::optional<ModuleOutline> Scan() {
    while (!failed_) {
      const Token token = Next();
      if (token.kind == Kind::kEnd) break;
      if (token.kind == Kind::kWord && !after_dot_) TakeWord(token);
    }
    if (failed_ || !open_.empty()) return std::nullopt;
    return std::move(outline_);
  }

 private:
  // What stands open: a brace, a bracket, a parenthesis with what stood before it, or "${".
  struct Open {
    char what;
    bool head;  // of a parenthesis: it belongs to `if`, `for` ...
  };

  // What the token before says about a '/' or '<' that follows it.
  enum class After : uint8_t { kOperator, kValue, kUnclear };

  void TakeWord(const Token& token) {
    if (token.text == "import") return TakeImport();
    if (token.text == "export") return TakeExport();
    if (token.text == "addEventListener") outline_.names_listener = true;
    if (NeedsBundler(token.text)) failed_ = true;
  }

  void TakeImport() {
    Token token = Next();
    if (Is(token, ":") || Is(token, "=")) return;  // a property of this name
    if (Is(token, ".")) {
      failed_ |= Next().text != "meta";
      return;
    }
    if (Is(token, "(")) {
      token = Next();
      failed_ |= !TakeSpecifier(token);
      token = Next();
      failed_ |= !Is(token, ")");
      return;
    }
    while (token.kind == Kind::kWord || Is(token, "{") || Is(token, "}") || Is(token, ",") ||
           Is(token, "*")) {
      token = Next();
    }
    failed_ |= !TakeSpecifier(token);
    RefuseAttributes();
  }

  void TakeExport() {
    Token token = Next();
    if (Is(token, ":") || Is(token, "=") || Is(token, "(")) return;
    outline_.has_exports = true;
    if (Is(token, "*")) {
      token = Next();
      if (token.kind == Kind::kWord && token.text == "as") {
        AddExport(Next());
        token = Next();
      }
      failed_ |= token.text != "from";
      failed_ |= !TakeSpecifier(Next());
      RefuseAttributes();
      return;
    }
    if (token.text == "default") AddExport(token);
    if (Is(token, "{")) TakeExportList();
    static constexpr std::string_view kDeclarations[] = {"class", "const", "let", "var",
                                                         "function"};
    if (token.kind != Kind::kWord || !IsOneOf(token.text, kDeclarations)) return;
    const Token name = Next();
    AddExport(name);
    if (name.kind == Kind::kWord) TakeWord(name);
  }

  void AddExport(const Token& name) {
    if (name.kind == Kind::kWord) outline_.exports.emplace_back(name.text);
  }

  void TakeExportList() {
    Token last;
    for (Token token = Next(); !Is(token, "}"); token = Next()) {
      if (token.kind != Kind::kWord && !Is(token, ",")) {
        failed_ = true;
        return;
      }
      if (Is(token, ",")) AddExport(last);
      last = token;
    }
    AddExport(last);
    const size_t before = at_;
    const Saved saved = Save();
    const Token token = Next();
    if (token.kind != Kind::kWord || token.text != "from") {
      at_ = before;
      Restore(saved);
      return;
    }
    failed_ |= !TakeSpecifier(Next());
    RefuseAttributes();
  }

  bool TakeSpecifier(const Token& token) {
    if (token.kind != Kind::kString || token.escaped) return false;
    outline_.imports.emplace_back(token.text);
    return true;
  }

  // import ... with { type: "json" }
  void RefuseAttributes() {
    const size_t before = at_;
    const Saved saved = Save();
    const Token token = Next();
    at_ = before;
    Restore(saved);
    failed_ |= token.kind == Kind::kWord && (token.text == "with" || token.text == "assert");
  }

  struct Saved {
    After after;
    bool after_dot;
    std::string_view word;
    std::vector<Open> open;
    bool failed;
  };
  Saved Save() const { return {after_, after_dot_, word_, open_, failed_}; }
  void Restore(const Saved& saved) {
    after_ = saved.after;
    after_dot_ = saved.after_dot;
    word_ = saved.word;
    open_ = saved.open;
    failed_ = saved.failed;
  }

  static bool Is(const Token& token, std::string_view text) {
    return token.kind == Kind::kPunctuation && token.text == text;
  }

  void SkipLine() {
    while (at_ < source_.size() && source_[at_] != '\n') at_++;
  }

  void SkipBlank() {
    while (at_ < source_.size()) {
      if (IsSpace(source_[at_])) {
        at_++;
      } else if (source_.substr(at_, 2) == "//") {
        SkipLine();
      } else if (source_.substr(at_, 2) == "/*") {
        const size_t end = source_.find("*/", at_ + 2);
        failed_ |= end == std::string_view::npos;
        at_ = failed_ ? source_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  Token Finish(Kind kind, size_t from, After after) {
    after_ = after;
    if (kind != Kind::kWord) word_ = {};
    return {kind, source_.substr(from, at_ - from), false};
  }

  Token Next() {
    SkipBlank();
    if (failed_ || at_ >= source_.size()) return {};
    const size_t from = at_;
    const char c = source_[at_];
    const bool dotted = dot_;
    dot_ = false;
    after_dot_ = dotted;
    if (IsWordStart(c)) {
      while (at_ < source_.size() && IsWordPart(source_[at_])) at_++;
      word_ = source_.substr(from, at_ - from);
      return Finish(Kind::kWord, from,
                    ExpectsExpression(word_) && !dotted ? After::kOperator : After::kValue);
    }
    if (IsDigit(c) || (c == '.' && at_ + 1 < source_.size() && IsDigit(source_[at_ + 1]))) {
      while (at_ < source_.size() && (IsWordPart(source_[at_]) || source_[at_] == '.')) at_++;
      return Finish(Kind::kNumber, from, After::kValue);
    }
    if (c == '"' || c == '\'') return String(c);
    if (c == '`') {
      at_++;
      return Template();
    }
    if (c == '/' || c == '<') {
      if (after_ == After::kUnclear || (c == '<' && after_ == After::kOperator)) {
        failed_ = true;
        return {};
      }
      if (c == '/' && after_ == After::kOperator) return Regex();
    }
    return Punctuation(c);
  }

  Token Punctuation(char c) {
    const size_t from = at_++;
    After after = After::kOperator;
    switch (c) {
      case '(':
        open_.push_back({c, !after_dot_ && HasHead(word_)});
        break;
      case '[':
      case '{':
        open_.push_back({c, false});
        break;
      case ')':
      case ']':
      case '}':
        return Close(c, from);
      case '.':
        dot_ = source_.substr(from, 3) != "...";
        if (!dot_) at_ += 2;
        break;
      case '+':
      case '-':
        // Of "a++ / b" and "++/x/.y" one is a division.
        if (at_ < source_.size() && source_[at_] == c) {
          at_++;
          after = After::kUnclear;
        }
        break;
      case '@':
      case '\\':
        failed_ = true;
        break;
      default:
        break;
    }
    return Finish(Kind::kPunctuation, from, after);
  }

  Token Close(char c, size_t from) {
    if (open_.empty()) {
      failed_ = true;
      return {};
    }
    const Open open = open_.back();
    open_.pop_back();
    if (open.what == '$' && c == '}') return Template();
    const char wanted = open.what == '(' ? ')' : open.what == '[' ? ']' : '}';
    failed_ |= c != wanted;
    // Of a block and of an object literal the ends look the same.
    const After after = c == '}' || open.head ? After::kUnclear : After::kValue;
    return Finish(Kind::kPunctuation, from, after);
  }

  Token String(char quote) {
    const size_t from = ++at_;
    bool escaped = false;
    while (at_ < source_.size() && source_[at_] != quote) {
      if (source_[at_] == '\n') break;
      if (source_[at_] == '\\') {
        escaped = true;
        at_++;
      }
      at_++;
    }
    if (at_ >= source_.size() || source_[at_] != quote) {
      failed_ = true;
      return {};
    }
    Token token = Finish(Kind::kString, from, After::kValue);
    token.escaped = escaped;
    at_++;
    return token;
  }

  // What comes after '`' or after the '}' of a substitution.
  Token Template() {
    const size_t from = at_;
    while (at_ < source_.size()) {
      if (source_[at_] == '\\') {
        at_ += 2;
      } else if (source_[at_] == '`') {
        at_++;
        return Finish(Kind::kTemplate, from, After::kValue);
      } else if (source_.substr(at_, 2) == "${") {
        at_ += 2;
        open_.push_back({'$', false});
        return Finish(Kind::kTemplate, from, After::kOperator);
      } else {
        at_++;
      }
    }
    failed_ = true;
    return {};
  }

  Token Regex() {
    const size_t from = at_++;
    bool in_class = false;
    for (; at_ < source_.size() && source_[at_] != '\n'; at_++) {
      const char c = source_[at_];
      if (c == '\\') {
        at_++;
      } else if (c == '[') {
        in_class = true;
      } else if (c == ']') {
        in_class = false;
      } else if (c == '/' && !in_class) {
        at_++;
        while (at_ < source_.size() && IsWordPart(source_[at_])) at_++;
        return Finish(Kind::kRegex, from, After::kValue);
      }
    }
    failed_ = true;
    return {};
  }

  const std::string_view source_;
  size_t at_ = 0;
  bool failed_ = false;
  After after_ = After::kOperator;
  bool dot_ = false;        // the last token is a '.'
  bool after_dot_ = false;  // the token before the last one was
  std::string_view word_;   // the last token, if it is a word
  std::vector<Open> open_;
  ModuleOutline outline_;
};

}  // namespace

bool Exports(const ModuleOutline& outline, std::string_view name) {
  return std::find(outline.exports.begin(), outline.exports.end(), name) != outline.exports.end();
}

std::optional<ModuleOutline> ScanModule(std::string_view source) { return Scanner(source).Scan(); }

}  // namespace isolane::wrangler
