// The patterns of `_headers`, `_redirects` and run_worker_first: '*' stands for any text, ":name"
// for a part of a path.
//
// https://developers.cloudflare.com/workers/static-assets/redirects/#advanced-redirects
// Thread: any. Owns its strings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isolane::wrangler {

enum class PatternSyntax : uint8_t {
  kStars,         // only '*' is special
  kPlaceholders,  // ":name" as well; what '*' stands for is called "splat"
};

// What the placeholders of a pattern stood for.
using Captures = std::vector<std::pair<std::string, std::string>>;

class PathPattern {
 public:
  // Nothing if a name occurs twice (a second '*' counts, with kPlaceholders).
  static std::optional<PathPattern> Compile(std::string_view text, PatternSyntax syntax);

  // Takes time in proportion to the lengths of text and pattern, whatever they are.
  std::optional<Captures> Match(std::string_view text) const;
  // No '*' and no placeholder: it matches itself.
  bool is_literal() const { return tokens_.size() <= 1 && (tokens_.empty() || IsLiteral(0)); }

 private:
  struct Token {
    enum class Kind : uint8_t {
      kLiteral,
      kAny,       // '*': also nothing
      kPart,      // up to the next '/'; not empty
      kHostPart,  // up to the next '/' or '.'; not empty
    };
    Kind kind = Kind::kLiteral;
    std::string text;  // the literal, or the name
  };

  static bool Takes(Token::Kind kind, char c);
  bool IsLiteral(size_t token) const { return tokens_[token].kind == Token::Kind::kLiteral; }

  std::vector<Token> tokens_;
};

// `text` with ":name" replaced by what it stands for; other names stay.
std::string FillIn(std::string_view text, const Captures& captures);

}  // namespace isolane::wrangler
