#include "wrangler-compat/build/script_tokens.h"

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

}  // namespace

TokenReader::TokenReader(std::string_view source, Jsx jsx) : source_(source), jsx_(jsx) {
  if (source_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  if (source_.substr(at_).starts_with("#!")) SkipLine();
}

void TokenReader::SkipLine() {
  while (at_ < source_.size() && source_[at_] != '\n') at_++;
}

void TokenReader::SkipBlank() {
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

// Of "a++ / b" and "{} /x/" nobody knows without a parser.
bool TokenReader::IsUnclear(char c) const {
  if (c == '<' && jsx_ == Jsx::kNever) return false;
  return after_ == After::kUnclear || (c == '<' && after_ == After::kOperator);
}

Token TokenReader::Finish(TokenKind kind, size_t from, After after) {
  after_ = after;
  if (kind != TokenKind::kWord) word_ = {};
  return {kind, source_.substr(from, at_ - from), false, after_dot_};
}

Token TokenReader::Fail() {
  failed_ = true;
  return {};
}

Token TokenReader::Peek() {
  TokenReader ahead = *this;
  return ahead.Next();
}

Token TokenReader::Next() {
  SkipBlank();
  if (failed_ || at_ >= source_.size()) return {};
  const size_t from = at_;
  const char c = source_[at_];
  after_dot_ = std::exchange(dot_, false);
  if (IsWordStart(c)) return Word();
  if (IsDigit(c) || (c == '.' && at_ + 1 < source_.size() && IsDigit(source_[at_ + 1]))) {
    while (at_ < source_.size() && (IsWordPart(source_[at_]) || source_[at_] == '.')) at_++;
    return Finish(TokenKind::kNumber, from, After::kValue);
  }
  if (c == '"' || c == '\'') return String(c);
  if (c == '`') {
    at_++;
    return Template();
  }
  if (c == '/' || c == '<') {
    if (IsUnclear(c)) return Fail();
    if (c == '/' && after_ == After::kOperator) return Regex();
  }
  return Punctuation(c);
}

Token TokenReader::Word() {
  const size_t from = at_;
  while (at_ < source_.size() && IsWordPart(source_[at_])) at_++;
  const std::string_view word = source_.substr(from, at_ - from);
  word_ = after_dot_ ? std::string_view() : word;
  return Finish(TokenKind::kWord, from,
                ExpectsExpression(word_) ? After::kOperator : After::kValue);
}

Token TokenReader::Punctuation(char c) {
  const size_t from = at_++;
  After after = After::kOperator;
  switch (c) {
    case '(':
      open_.push_back({c, HasHead(word_)});
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
    case '#':
      dot_ = true;
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
  return Finish(TokenKind::kPunctuation, from, after);
}

Token TokenReader::Close(char c, size_t from) {
  if (open_.empty()) {
    return Fail();
  }
  const Open open = open_.back();
  open_.pop_back();
  if (open.what == '$' && c == '}') return Template();
  const char wanted = open.what == '(' ? ')' : open.what == '[' ? ']' : '}';
  failed_ |= c != wanted;
  // Of a block and of an object literal the ends look the same.
  const After after = c == '}' || open.head ? After::kUnclear : After::kValue;
  return Finish(TokenKind::kPunctuation, from, after);
}

Token TokenReader::String(char quote) {
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
    return Fail();
  }
  Token token = Finish(TokenKind::kString, from, After::kValue);
  token.escaped = escaped;
  at_++;
  return token;
}

// What comes after '`', or after the '}' of a substitution.
Token TokenReader::Template() {
  const size_t from = at_;
  while (at_ < source_.size()) {
    if (source_[at_] == '\\') {
      at_ += 2;
    } else if (source_[at_] == '`') {
      at_++;
      return Finish(TokenKind::kTemplate, from, After::kValue);
    } else if (source_.substr(at_, 2) == "${") {
      at_ += 2;
      open_.push_back({'$', false});
      return Finish(TokenKind::kTemplate, from, After::kOperator);
    } else {
      at_++;
    }
  }
  return Fail();
}

Token TokenReader::Regex() {
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
      return Finish(TokenKind::kRegex, from, After::kValue);
    }
  }
  return Fail();
}

}  // namespace isolane::wrangler
