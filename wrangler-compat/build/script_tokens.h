// JavaScript as tokens, read without parsing it: what can be told apart so far, and a failure where
// only a parser knows what a character means.
//
// Thread: any.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

namespace isolane::wrangler {

enum class TokenKind : uint8_t { kEnd, kWord, kNumber, kString, kTemplate, kRegex, kPunctuation };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;     // of a string: without its quotes
  bool escaped = false;      // a string that has escapes
  bool is_property = false;  // after a dot, or the '#' of a private name

  bool Is(std::string_view punctuation) const {
    return kind == TokenKind::kPunctuation && text == punctuation;
  }
  bool IsWord(std::string_view word) const { return kind == TokenKind::kWord && text == word; }
};

// Whether '<' may open an element where an expression begins. What esbuild writes has none.
enum class Jsx : uint8_t { kPossible, kNever };

template <size_t count>
bool IsOneOf(std::string_view word, const std::string_view (&words)[count]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

class TokenReader {
 public:
  // `source` outlives the reader and its tokens.
  TokenReader(std::string_view source, Jsx jsx);

  // The next one; kEnd at the end and after a failure.
  Token Next();
  // The one after the last, which stays the next.
  Token Peek();

  // Whether a token was met that cannot be told apart.
  bool failed() const { return failed_; }
  // Whether nothing stands open: what ends here may be a whole script.
  bool is_balanced() const { return open_.empty(); }

 private:
  // What stands open: a brace, a bracket, a parenthesis with what stood before it, or "${".
  struct Open {
    char what;
    bool head;  // of a parenthesis: it belongs to `if`, `for` ...
  };

  // What the token before says about a '/' or '<' that follows it.
  enum class After : uint8_t { kOperator, kValue, kUnclear };

  void SkipLine();
  void SkipBlank();
  bool IsUnclear(char c) const;
  Token Finish(TokenKind kind, size_t from, After after);
  Token Fail();
  Token Word();
  Token Punctuation(char c);
  Token Close(char c, size_t from);
  Token String(char quote);
  Token Template();
  Token Regex();

  std::string_view source_;
  Jsx jsx_;
  size_t at_ = 0;
  bool failed_ = false;
  After after_ = After::kOperator;
  bool dot_ = false;        // the last token is a '.', or the '#' of a private name
  bool after_dot_ = false;  // the token before the last one was
  std::string_view word_;   // the last token, if it is a word
  std::vector<Open> open_;
};

}  // namespace isolane::wrangler
