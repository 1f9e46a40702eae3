#include "runtime/config/dotenv.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace isolane::config {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsKeyCharacter(char c) { return IsLetter(c) || IsDigit(c) || c == '.' || c == '-'; }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f'; }
bool IsQuote(char c) { return c == '"' || c == '\'' || c == '`'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (IsBlank(text.front()) || text.front() == '\n')) text.remove_prefix(1);
  while (!text.empty() && (IsBlank(text.back()) || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  while (true) {
    const size_t at = text.find(from);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    out.append(to);
    text.remove_prefix(at + from.size());
  }
}

// Reads a text with '\n' as its only line break.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<DotenvVariable> Read() {
    while (at_ < text_.size()) {
      const int line = line_;
      const size_t start = at_;
      if (auto name = Name()) {
        Store({std::move(*name), Value(), line});
      } else {
        at_ = start;
      }
      SkipLine();
    }
    return std::move(variables_);
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }

  void SkipBlanks() {
    while (IsBlank(Peek())) at_++;
  }

  void SkipLine() {
    const size_t end = std::min(text_.find('\n', at_), text_.size());
    line_ += end < text_.size() ? 1 : 0;
    at_ = std::min(end + 1, text_.size());
  }

  std::string_view Word() {
    const size_t start = at_;
    while (IsKeyCharacter(Peek())) at_++;
    return text_.substr(start, at_ - start);
  }

  // The sign between name and value: "=" with blanks around it, or ": ".
  bool Sign() {
    if (Peek() == ':' && at_ + 1 < text_.size() && IsBlank(text_[at_ + 1])) {
      at_ += 2;
      return true;
    }
    SkipBlanks();
    if (Peek() != '=') return false;
    at_++;
    return true;
  }

  // "NAME =" or "export NAME =".
  std::optional<std::string> Name() {
    SkipBlanks();
    std::string_view word = Word();
    const size_t after_word = at_;
    if (word.empty()) return std::nullopt;
    if (Sign()) return std::string(word);
    at_ = after_word;
    if (word != "export") return std::nullopt;
    SkipBlanks();
    word = Word();
    if (word.empty() || !Sign()) return std::nullopt;
    return std::string(word);
  }

  std::string Value() {
    SkipBlanks();
    if (IsQuote(Peek())) {
      if (const auto end = ClosingQuote()) {
        const char quote = Peek();
        std::string content(text_.substr(at_ + 1, *end - at_ - 1));
        line_ += static_cast<int>(std::count(content.begin(), content.end(), '\n'));
        at_ = *end + 1;
        return Unescaped(quote, std::move(content));
      }
    }
    const size_t start = at_;
    while (Peek() != '\n' && Peek() != '#') at_++;
    const std::string_view value = Trimmed(text_.substr(start, at_ - start));
    const char first = value.empty() ? '\0' : value.front();
    const bool quoted = value.size() > 1 && IsQuote(first) && value.back() == first;
    return Unescaped(first, std::string(quoted ? value.substr(1, value.size() - 2) : value));
  }

  // Where the value that begins with a quote at at_ ends: nothing but a comment may follow in its
  // line. A quote after a backslash counts only if there is no other.
  std::optional<size_t> ClosingQuote() const {
    const char quote = Peek();
    std::vector<size_t> escaped;
    for (size_t i = at_ + 1; i < text_.size(); i++) {
      if (text_[i] == '\\' && i + 1 < text_.size() && text_[i + 1] == quote) {
        escaped.push_back(++i);
      } else if (text_[i] == quote) {
        if (EndsLine(i + 1)) return i;
        break;
      }
    }
    for (auto i = escaped.rbegin(); i != escaped.rend(); ++i) {
      if (EndsLine(*i + 1)) return *i;
    }
    return std::nullopt;
  }

  bool EndsLine(size_t at) const {
    while (at < text_.size() && IsBlank(text_[at])) at++;
    return at >= text_.size() || text_[at] == '\n' || text_[at] == '#';
  }

  static std::string Unescaped(char quote, std::string text) {
    if (quote != '"') return text;
    return ReplaceAll(ReplaceAll(text, "\\n", "\n"), "\\r", "\r");
  }

  void Store(DotenvVariable variable) {
    for (DotenvVariable& other : variables_) {
      if (other.name != variable.name) continue;
      other = std::move(variable);
      return;
    }
    variables_.push_back(std::move(variable));
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
  std::vector<DotenvVariable> variables_;
};

class Expander {
 public:
  Expander(std::string_view text, const std::vector<DotenvVariable>& known)
      : text_(text), known_(known), closed_(text.size()) {
    // Which "${" have an end: without knowing, an open one would be tried again and again.
    std::vector<size_t> open;
    for (size_t i = 0; i < text.size(); i++) {
      if (text.substr(i).starts_with("\\$")) {
        i++;
      } else if (text.substr(i).starts_with("${")) {
        open.push_back(i++);
      } else if (text[i] == '}' && !open.empty()) {
        closed_[open.back()] = true;
        open.pop_back();
      }
    }
  }

  std::string Expand() { return Until('\0', 0); }

 private:
  // A file may nest as deep as it likes; the stack may not.
  static constexpr int kMaxDepth = 64;

  // The text up to `end`, which is left to be read; '\0': all of it.
  std::string Until(char end, int depth) {
    std::string out;
    while (at_ < text_.size() && (end == '\0' || text_[at_] != end)) {
      if (text_.substr(at_).starts_with("\\$")) {
        out += '$';
        at_ += 2;
      } else if (text_[at_] != '$' || !Variable(depth, out)) {
        out += text_[at_++];
      }
    }
    return out;
  }

  std::string_view Name() {
    const size_t start = at_;
    while (at_ < text_.size() && (IsLetter(text_[at_]) || (at_ > start && IsDigit(text_[at_]))))
      at_++;
    return text_.substr(start, at_ - start);
  }

  // What "$..." at at_ stands for; false, and nothing read, when it is no variable.
  bool Variable(int depth, std::string& out) {
    const size_t start = at_++;
    const bool braces = closed_[start];
    if (braces) at_++;
    const std::string_view name = Name();
    if (!braces && !name.empty()) {
      out += ValueOf(name);
      return true;
    }
    if (braces && !name.empty() && depth < kMaxDepth) {
      const std::string value = ValueOf(name);
      if (at_ < text_.size() && text_[at_] == ':') at_++;
      const char operation = at_ < text_.size() ? text_[at_] : '\0';
      std::string other;
      if (operation == '-' || operation == '+') {
        at_++;
        other = Until('}', depth + 1);
      }
      if (at_ < text_.size() && text_[at_] == '}') {
        at_++;
        if (operation == '+') {
          out += value.empty() ? std::string() : other;
        } else {
          out += value.empty() ? other : value;
        }
        return true;
      }
    }
    at_ = start;
    return false;
  }

  std::string ValueOf(std::string_view name) const {
    for (const DotenvVariable& variable : known_) {
      if (variable.name == name) return variable.value;
    }
    return {};
  }

  std::string_view text_;
  const std::vector<DotenvVariable>& known_;
  std::vector<bool> closed_;
  size_t at_ = 0;
};

}  // namespace

std::vector<DotenvVariable> ParseDotenv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string lines = ReplaceAll(ReplaceAll(text, "\r\n", "\n"), "\r", "\n");
  return Reader(lines).Read();
}

std::string ExpandDotenv(std::string_view value, const std::vector<DotenvVariable>& known) {
  return Expander(value, known).Expand();
}

}  // namespace isolane::config
