#include "wrangler-compat/build/script_tokens.h"

#include <doctest/doctest.h>

#include <string>

namespace isolane::wrangler {
namespace {

// The tokens of a script, one letter each, and "!" for one that cannot be told apart.
std::string Kinds(std::string_view script, Jsx jsx = Jsx::kPossible) {
  static constexpr char kLetters[] = {'.', 'w', 'n', 's', 't', 'r', 'p'};
  TokenReader tokens(script, jsx);
  std::string kinds;
  for (Token token = tokens.Next(); token.kind != TokenKind::kEnd; token = tokens.Next()) {
    kinds += kLetters[static_cast<size_t>(token.kind)];
  }
  return tokens.failed() ? kinds + '!' : kinds;
}

TEST_SUITE("wrangler-compat/build/script_tokens") {
  TEST_CASE("a script is told apart") {
    CHECK(Kinds("") == "");
    CHECK(Kinds("a = 1.5e3 + 'b'; // c\n/* d */ \"e\"") == "wpnpsps");
    CHECK(Kinds("`a ${b} c`") == "twt");
    CHECK(Kinds("x = /[/]/g.test(y) / 2") == "wprpwpwppn");
    CHECK(Kinds("\xEF\xBB\xBF#!/usr/bin/env node\na") == "w");
  }

  TEST_CASE("a word after a dot, or of a private name, is a property") {
    TokenReader tokens("a.b ?.c ...d #e", Jsx::kPossible);
    std::string properties;
    for (Token token = tokens.Next(); token.kind != TokenKind::kEnd; token = tokens.Next()) {
      if (token.is_property) properties += token.text;
    }
    CHECK(properties == "bce");
  }

  TEST_CASE("a word that is a property opens no expression and no statement") {
    CHECK(Kinds("a.catch(b) / c") == "wpwpwppw");
    CHECK(Kinds("a.return / b") == "wpwpw");
  }

  TEST_CASE("what only a parser knows is a failure") {
    CHECK(Kinds("if (a) /b/") == "wpwp!");
    CHECK(Kinds("a++ / b") == "wp!");
    CHECK(Kinds("a = <b/>") == "wp!");
    CHECK(Kinds("@a") == "p!");
  }

  TEST_CASE("where there is no JSX an angle is an operator") {
    CHECK(Kinds("a++ < b", Jsx::kNever) == "wppw");
    CHECK(Kinds("a++ / b", Jsx::kNever) == "wp!");
  }

  TEST_CASE("a look at the next token leaves it the next") {
    TokenReader tokens("a(b", Jsx::kPossible);
    CHECK(tokens.Next().IsWord("a"));
    CHECK(tokens.Peek().Is("("));
    CHECK(tokens.is_balanced());
    CHECK(tokens.Next().Is("("));
    CHECK_FALSE(tokens.is_balanced());
    CHECK(tokens.Next().IsWord("b"));
    CHECK(tokens.Peek().kind == TokenKind::kEnd);
  }

  TEST_CASE("a string is read without its quotes, and says whether it has escapes") {
    TokenReader tokens("'a' 'b\\n'", Jsx::kPossible);
    const Token plain = tokens.Next();
    CHECK(plain.text == "a");
    CHECK_FALSE(plain.escaped);
    CHECK(tokens.Next().escaped);
  }
}

}  // namespace
}  // namespace isolane::wrangler
