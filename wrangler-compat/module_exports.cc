#include "wrangler-compat/module_exports.h"

#include <algorithm>
#include <map>
#include <utility>

namespace isolane::wrangler {
namespace {

// A word, a string's content, or one character of punctuation.
struct Token {
  enum class Kind { kWord, kString, kPunctuation } kind = Kind::kPunctuation;
  std::string_view text;

  bool Is(std::string_view other) const { return kind != Kind::kString && text == other; }
  bool IsWord() const { return kind == Kind::kWord; }
};

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '$' || byte == '#' || byte >= 0x80;
}

// Only tokens outside of braces, parentheses and brackets are kept, and the lists of `export {}`
// and `import {}`: so a class is its head, a function its name.
class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {}

  std::vector<Token> Scan() {
    while (at_ < source_.size()) ScanOne();
    return std::move(tokens_);
  }

 private:
  void ScanOne() {
    const char c = source_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      at_++;
    } else if (source_.substr(at_, 2) == "//") {
      at_ = std::min(source_.size(), source_.find('\n', at_));
    } else if (source_.substr(at_, 2) == "/*") {
      const size_t end = source_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? source_.size() : end + 2;
    } else if (c == '"' || c == '\'') {
      ScanString(c);
    } else if (c == '`') {
      at_++;
      ScanTemplate();
    } else if (c == '/' && RegexMayFollow()) {
      ScanRegex();
    } else if (IsWordByte(c)) {
      size_t end = at_;
      while (end < source_.size() && IsWordByte(source_[end])) end++;
      Add(Token::Kind::kWord, source_.substr(at_, end - at_));
      at_ = end;
    } else {
      ScanPunctuation(c);
    }
  }

  void ScanPunctuation(char c) {
    const bool opens = c == '{' || c == '(' || c == '[';
    const bool closes = c == '}' || c == ')' || c == ']';
    if (closes && !open_.empty()) {
      const Opened closed = open_.back();
      open_.pop_back();
      if (closed.kept && kept_ > 0) kept_--;
      if (closed.is_template) {
        at_++;
        last_ = {};
        ScanTemplate();
        return;
      }
    }
    const bool list = c == '{' && open_.size() == kept_ && !tokens_.empty() &&
                      (tokens_.back().Is("export") || tokens_.back().Is("import") ||
                       tokens_.back().Is(",") || tokens_.back().Is("type"));
    Add(Token::Kind::kPunctuation, source_.substr(at_, 1));
    if (opens) {
      open_.push_back({list, false});
      if (list) kept_++;
    }
    at_++;
  }

  void ScanString(char quote) {
    size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote && source_[end] != '\n') {
      end += source_[end] == '\\' ? 2 : 1;
    }
    end = std::min(end, source_.size());
    Add(Token::Kind::kString, source_.substr(at_ + 1, end - at_ - 1));
    at_ = std::min(source_.size(), end + 1);
  }

  // Behind the "`" or the "}" of a substitution.
  void ScanTemplate() {
    while (at_ < source_.size()) {
      if (source_[at_] == '\\') {
        at_ = std::min(source_.size(), at_ + 2);
      } else if (source_[at_] == '`') {
        at_++;
        Add(Token::Kind::kString, {});
        return;
      } else if (source_.substr(at_, 2) == "${") {
        at_ += 2;
        open_.push_back({false, true});
        last_ = {};
        return;
      } else {
        at_++;
      }
    }
  }

  void ScanRegex() {
    bool in_class = false;
    size_t end = at_ + 1;
    for (; end < source_.size() && source_[end] != '\n'; end++) {
      if (source_[end] == '\\') {
        end++;
      } else if (source_[end] == '[') {
        in_class = true;
      } else if (source_[end] == ']') {
        in_class = false;
      } else if (source_[end] == '/' && !in_class) {
        break;
      }
    }
    at_ = std::min(source_.size(), end + 1);
    Add(Token::Kind::kString, {});
  }

  // After a value '/' divides. After ')' it nearly always does, after '}' hardly ever.
  bool RegexMayFollow() const {
    if (last_.kind == Token::Kind::kString) return false;
    if (last_.text == ")" || last_.text == "]") return false;
    if (!last_.IsWord()) return true;
    static constexpr std::string_view kOperators[] = {
        "return", "typeof", "case",  "in",  "of",    "delete", "void",
        "do",     "else",   "throw", "new", "await", "yield",  "default"};
    return std::find(std::begin(kOperators), std::end(kOperators), last_.text) !=
           std::end(kOperators);
  }

  void Add(Token::Kind kind, std::string_view text) {
    last_ = {kind, text};
    if (open_.size() == kept_) tokens_.push_back(last_);
  }

  struct Opened {
    bool kept;         // what is inside is kept
    bool is_template;  // a substitution of a template
  };

  const std::string_view source_;
  size_t at_ = 0;
  std::vector<Opened> open_;
  size_t kept_ = 0;  // how many of open_ are kept: they are the outermost ones
  Token last_;
  std::vector<Token> tokens_;
};

class Reader {
 public:
  explicit Reader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  ModuleExports Read() {
    for (at_ = 0; at_ < tokens_.size(); at_++) {
      const bool member = at_ > 0 && tokens_[at_ - 1].Is(".");
      if (member) continue;
      if (Here("import")) ReadImport();
      if (Here("class")) NoteClass();
      if (Here("export")) ReadExport();
    }
    for (size_t i = 0; i < found_.names.size(); i++) {
      const auto base = bases_.find(locals_[i]);
      if (base == bases_.end()) continue;
      const auto original = imports_.find(base->second);
      found_.names[i].base = original == imports_.end() ? base->second : original->second;
    }
    return std::move(found_);
  }

 private:
  bool Here(std::string_view text, size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].Is(text);
  }
  bool WordHere(size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].IsWord();
  }
  std::string Text(size_t ahead = 0) const { return std::string(tokens_[at_ + ahead].text); }

  // import x, { A as B } from "...": what B is called there.
  void ReadImport() {
    for (size_t i = at_ + 1; i + 2 < tokens_.size() && i < at_ + 2000; i++) {
      if (tokens_[i].Is("from") || tokens_[i].Is(";")) return;
      if (tokens_[i + 1].Is("as") && tokens_[i].IsWord() && tokens_[i + 2].IsWord()) {
        imports_[std::string(tokens_[i + 2].text)] = tokens_[i].text;
      }
    }
  }

  // class A extends x.Base, A = class extends Base; the head ends with '{'.
  void NoteClass() {
    const bool named = WordHere(1) && !Here("extends", 1);
    std::vector<std::string> names;
    if (named) names.push_back(Text(1));
    if (at_ >= 2 && tokens_[at_ - 1].Is("=")) names.emplace_back(tokens_[at_ - 2].text);
    size_t i = at_ + 1;
    int angles = 0;
    for (; i < tokens_.size() && !(tokens_[i].Is("extends") && angles == 0); i++) {
      if ((tokens_[i].Is("{") && angles == 0) || tokens_[i].Is(";")) return;
      if (tokens_[i].Is("<")) angles++;
      if (tokens_[i].Is(">")) angles--;
    }
    std::string base;
    for (i++; i < tokens_.size(); i++) {
      if (tokens_[i].IsWord()) {
        base = tokens_[i].text;
      } else if (!tokens_[i].Is(".")) {
        break;
      }
    }
    if (base.empty()) return;
    for (const std::string& name : names) bases_[name] = base;
    anonymous_ = base;
  }

  void ReadExport() {
    at_++;
    if (Here("default")) return ReadDefault();
    if (Here("*")) return ReadStar();
    if (Here("{")) return ReadList();
    if (Here("type") || Here("interface") || Here("declare") || Here("namespace") ||
        Here("import") || Here("=")) {
      return;
    }
    while (Here("async") || Here("abstract") || Here("const") || Here("let") || Here("var") ||
           Here("enum")) {
      at_++;
    }
    if (Here("class")) {
      if (WordHere(1)) Add(Text(1), Text(1));
      NoteClass();
      return;
    }
    if (Here("function")) {
      at_++;
      if (Here("*")) at_++;
    }
    if (WordHere()) Add(Text(), Text());
  }

  void ReadDefault() {
    at_++;
    if (Here("interface")) return;
    if (Here("abstract")) at_++;
    if (Here("class")) {
      anonymous_.clear();
      NoteClass();
      const std::string local = WordHere(1) && !Here("extends", 1) ? Text(1) : "*default*";
      if (!anonymous_.empty()) bases_[local] = anonymous_;
      return Add("default", local);
    }
    // A function, an object, or the name of something.
    Add("default", WordHere() && !Here("function") && !Here("async") && !Here("new") ? Text() : "");
  }

  void ReadStar() {
    if (Here("as", 1) && WordHere(2)) return Add(Text(2), "");
    found_.complete = false;
  }

  // { A, B as C, type T } and perhaps: from "..."
  void ReadList() {
    const size_t first = found_.names.size();
    for (at_++; at_ < tokens_.size() && !Here("}"); at_++) {
      const bool type = Here("type") && WordHere(1) && !Here("as", 1);
      if (type) {
        while (at_ + 1 < tokens_.size() && !Here(",", 1) && !Here("}", 1)) at_++;
        continue;
      }
      if (!WordHere()) continue;
      const std::string local = Text();  // and perhaps another name outside
      if (Here("as", 1)) at_ += 2;
      if (!WordHere()) return;
      Add(Text(), local);
    }
    if (!Here("from", 1)) return;
    for (size_t i = first; i < locals_.size(); i++) locals_[i].clear();
  }

  void Add(const std::string& name, const std::string& local) {
    if (found_.Find(name) != nullptr) return;  // an overload
    found_.names.push_back({name, {}});
    locals_.push_back(local);
  }

  const std::vector<Token> tokens_;
  size_t at_ = 0;
  ModuleExports found_;
  std::vector<std::string> locals_;             // as found_.names: what each is called inside
  std::map<std::string, std::string> bases_;    // of classes
  std::map<std::string, std::string> imports_;  // what an import was called where it comes from
  std::string anonymous_;                       // the base of the class read last
};

}  // namespace

const ModuleExport* ModuleExports::Find(std::string_view name) const {
  const auto found = std::find_if(names.begin(), names.end(),
                                  [&](const ModuleExport& one) { return one.name == name; });
  return found == names.end() ? nullptr : &*found;
}

ModuleExports ScanExports(std::string_view source) { return Reader(Scanner(source).Scan()).Read(); }

}  // namespace isolane::wrangler
