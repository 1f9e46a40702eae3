#include "vercel-compat/path_pattern.h"

#include <algorithm>
#include <optional>

namespace isolane::vercel {
namespace {

enum class LexemeKind { kOpen, kClose, kPattern, kName, kCharacter, kEscaped, kModifier, kEnd };

constexpr const char* kKindNames[] = {"OPEN", "CLOSE",        "PATTERN",  "NAME",
                                      "CHAR", "ESCAPED_CHAR", "MODIFIER", "END"};

struct Lexeme {
  LexemeKind kind = LexemeKind::kEnd;
  size_t index = 0;
  std::string value;
};

Error Refused(const std::string& message) { return Error{message, {}, {}, {}}; }

bool IsNameCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

// The regular expression in brackets that begins at `at`; `at` is moved behind it.
Result<std::string> LexPattern(std::string_view text, size_t& at) {
  const size_t begin = at;
  int depth = 1;
  std::string pattern;
  size_t next = at + 1;
  if (text.substr(next).starts_with('?')) {
    return Refused("Pattern cannot start with \"?\" at " + std::to_string(next));
  }
  while (next < text.size()) {
    if (text[next] == '\\') {
      pattern += text.substr(next, 2);
      next += 2;
      continue;
    }
    if (text[next] == ')' && --depth == 0) {
      next++;
      break;
    }
    if (text[next] == '(') {
      depth++;
      if (!text.substr(next + 1).starts_with('?')) {
        return Refused("Capturing groups are not allowed at " + std::to_string(next));
      }
    }
    pattern += text[next++];
  }
  if (depth != 0) return Refused("Unbalanced pattern at " + std::to_string(begin));
  if (pattern.empty()) return Refused("Missing pattern at " + std::to_string(begin));
  at = next;
  return pattern;
}

Result<std::vector<Lexeme>> Lex(std::string_view text) {
  std::vector<Lexeme> lexemes;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    const size_t index = at;
    if (c == '*' || c == '+' || c == '?') {
      lexemes.push_back({LexemeKind::kModifier, index, std::string(1, c)});
      at++;
    } else if (c == '\\') {
      lexemes.push_back({LexemeKind::kEscaped, index, std::string(text.substr(at + 1, 1))});
      at += 2;
    } else if (c == '{' || c == '}') {
      lexemes.push_back(
          {c == '{' ? LexemeKind::kOpen : LexemeKind::kClose, index, std::string(1, c)});
      at++;
    } else if (c == ':') {
      size_t end = at + 1;
      while (end < text.size() && IsNameCharacter(text[end])) end++;
      if (end == at + 1) return Refused("Missing parameter name at " + std::to_string(at));
      lexemes.push_back({LexemeKind::kName, index, std::string(text.substr(at + 1, end - at - 1))});
      at = end;
    } else if (c == '(') {
      ISOLANE_ASSIGN(std::string pattern, LexPattern(text, at));
      lexemes.push_back({LexemeKind::kPattern, index, std::move(pattern)});
    } else {
      lexemes.push_back({LexemeKind::kCharacter, index, std::string(1, c)});
      at++;
    }
  }
  lexemes.push_back({LexemeKind::kEnd, at, {}});
  return lexemes;
}

// `text` with everything escaped that means something in a regular expression.
std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view(".+*?=^!:${}()[]|/\\").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

class Parser {
 public:
  Parser(const std::vector<Lexeme>& lexemes, std::string_view delimiters)
      : lexemes_(lexemes), default_pattern_("[^" + Escape(delimiters) + "]+?") {}

  Result<std::vector<PatternToken>> Parse() {
    while (next_ < lexemes_.size()) {
      const auto character = Take(LexemeKind::kCharacter);
      const auto name = Take(LexemeKind::kName);
      const auto pattern = Take(LexemeKind::kPattern);
      if (name || pattern) {
        AddParameter(character.value_or(""), name, pattern);
        continue;
      }
      // A backslash at the very end escapes nothing, and is passed over.
      const auto value = character ? character : Take(LexemeKind::kEscaped);
      if (value && !value->empty()) {
        text_ += *value;
        continue;
      }
      FlushText();
      if (Take(LexemeKind::kOpen)) {
        ISOLANE_TRY(AddGroup());
        continue;
      }
      ISOLANE_TRY(Expect(LexemeKind::kEnd));
    }
    return std::move(tokens_);
  }

 private:
  std::optional<std::string> Take(LexemeKind kind) {
    if (next_ >= lexemes_.size() || lexemes_[next_].kind != kind) return std::nullopt;
    return lexemes_[next_++].value;
  }

  static Error Unexpected(const Lexeme& lexeme, LexemeKind wanted) {
    return Refused(std::string("Unexpected ") + kKindNames[static_cast<int>(lexeme.kind)] + " at " +
                   std::to_string(lexeme.index) + ", expected " +
                   kKindNames[static_cast<int>(wanted)]);
  }

  Status Expect(LexemeKind kind) {
    if (Take(kind)) return Ok{};
    return Unexpected(lexemes_[next_], kind);
  }

  std::string TakeText() {
    std::string text;
    for (;;) {
      auto value = Take(LexemeKind::kCharacter);
      if (!value) value = Take(LexemeKind::kEscaped);
      if (!value || value->empty()) return text;
      text += *value;
    }
  }

  void FlushText() {
    if (text_.empty()) return;
    PatternToken token;
    token.is_text = true;
    token.text = std::move(text_);
    text_.clear();
    tokens_.push_back(std::move(token));
  }

  char TakeModifier() {
    const auto modifier = Take(LexemeKind::kModifier);
    return modifier ? modifier->front() : '\0';
  }

  void AddParameter(std::string prefix, const std::optional<std::string>& name,
                    const std::optional<std::string>& pattern) {
    // Only "." and "/" belong to the parameter behind them.
    if (prefix != "." && prefix != "/") {
      text_ += prefix;
      prefix.clear();
    }
    FlushText();
    PatternToken token;
    token.name = name.value_or("");
    if (!name) token.number = numbers_++;
    token.prefix = std::move(prefix);
    token.pattern = pattern.value_or(default_pattern_);
    token.modifier = TakeModifier();
    tokens_.push_back(std::move(token));
  }

  // What follows a '{'.
  Status AddGroup() {
    PatternToken token;
    token.prefix = TakeText();
    const auto name = Take(LexemeKind::kName);
    const auto pattern = Take(LexemeKind::kPattern);
    token.suffix = TakeText();
    ISOLANE_TRY(Expect(LexemeKind::kClose));
    token.name = name.value_or("");
    if (!name && pattern) token.number = numbers_++;
    token.pattern = name && !pattern ? default_pattern_ : pattern.value_or("");
    token.modifier = TakeModifier();
    tokens_.push_back(std::move(token));
    return Ok{};
  }

  const std::vector<Lexeme>& lexemes_;
  const std::string default_pattern_;
  size_t next_ = 0;
  int numbers_ = 0;
  std::string text_;
  std::vector<PatternToken> tokens_;
};

void AppendModifier(std::string& regex, char modifier) {
  if (modifier != '\0') regex += modifier;
}

void AppendParameter(std::string& regex, const PatternToken& token) {
  const std::string prefix = Escape(token.prefix);
  const std::string suffix = Escape(token.suffix);
  if (token.pattern.empty()) {
    regex.append("(?:").append(prefix).append(suffix).append(")");
    AppendModifier(regex, token.modifier);
    return;
  }
  if (prefix.empty() && suffix.empty()) {
    regex.append("(").append(token.pattern).append(")");
    AppendModifier(regex, token.modifier);
    return;
  }
  if (token.modifier == '*' || token.modifier == '+') {
    regex.append("(?:").append(prefix).append("((?:").append(token.pattern).append(")(?:");
    regex.append(suffix).append(prefix).append("(?:").append(token.pattern).append("))*)");
    regex.append(suffix).append(token.modifier == '*' ? ")?" : ")");
    return;
  }
  regex.append("(?:").append(prefix).append("(").append(token.pattern).append(")");
  regex.append(suffix).append(")");
  AppendModifier(regex, token.modifier);
}

}  // namespace

Result<std::vector<PatternToken>> ParsePattern(std::string_view pattern,
                                               std::string_view delimiters) {
  ISOLANE_ASSIGN(const std::vector<Lexeme> lexemes, Lex(pattern));
  return Parser(lexemes, delimiters).Parse();
}

Result<PatternRegex> PatternToRegex(std::string_view pattern) {
  ISOLANE_ASSIGN(const std::vector<PatternToken> tokens, ParsePattern(pattern, "/"));
  PatternRegex regex;
  regex.source = "^";
  for (const PatternToken& token : tokens) {
    if (token.is_text) {
      regex.source += Escape(token.text);
      continue;
    }
    AppendParameter(regex.source, token);
    if (!token.pattern.empty()) regex.segments.push_back(token.name);
  }
  regex.source += "$";
  return regex;
}

Result<std::string> FillPattern(std::string_view pattern, const Parameters& values) {
  ISOLANE_ASSIGN(const std::vector<PatternToken> tokens, ParsePattern(pattern));
  std::string filled;
  for (const PatternToken& token : tokens) {
    if (token.is_text) {
      filled += token.text;
      continue;
    }
    const std::string name = token.number >= 0 ? std::to_string(token.number) : token.name;
    const auto value = std::find_if(values.begin(), values.end(),
                                    [&name](const auto& one) { return one.first == name; });
    if (value != values.end()) {
      filled.append(token.prefix).append(value->second).append(token.suffix);
    } else if (token.modifier != '?' && token.modifier != '*') {
      return Refused("Expected \"" + name + "\" to be " +
                     (token.modifier == '+' ? "an array" : "a string"));
    }
  }
  return filled;
}

}  // namespace isolane::vercel
