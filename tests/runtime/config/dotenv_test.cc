#include "runtime/config/dotenv.h"

#include <doctest/doctest.h>

namespace isolane::config {
namespace {

using Texts = std::vector<std::string>;

Texts Parse(std::string_view text) {
  Texts found;
  for (const DotenvVariable& variable : ParseDotenv(text)) {
    found.push_back(variable.name + "=" + variable.value + "@" + std::to_string(variable.line));
  }
  return found;
}

std::string Value(std::string_view text) {
  const auto variables = ParseDotenv(text);
  return variables.size() == 1 ? variables[0].value : "not one variable";
}

TEST_SUITE("runtime/config/dotenv") {
  TEST_CASE("lines") {
    SUBCASE("are assignments, comments, or passed over") {
      CHECK(Parse("# no\nA=1\n\nnothing here\n  B = two words \nO\nP=\n: x\n=5\n") ==
            Texts{"A=1@2", "B=two words@5", "P=@7"});
    }
    SUBCASE("may export") {
      CHECK(Parse("export A=1\n  export\tB=2\nexport=3\nexporting=4\n") ==
            Texts{"A=1@1", "B=2@2", "export=3@3", "exporting=4@4"});
    }
    SUBCASE("may have a colon and a blank instead of the sign") {
      CHECK(Parse("K: v\nL:w\n") == Texts{"K=v@1"});
    }
    SUBCASE("end in any way") {
      CHECK(Parse("A=1\r\nB=2\rC=3") == Texts{"A=1@1", "B=2@2", "C=3@3"});
    }
    SUBCASE("may follow a byte order mark") {
      CHECK(Parse("\xEF\xBB\xBF"
                  "A=1") == Texts{"A=1@1"});
    }
    SUBCASE("of the same name count once, the last value at the first place") {
      CHECK(Parse("A=1\nB=2\nA=3\n") == Texts{"A=3@3", "B=2@2"});
    }
  }

  TEST_CASE("names have letters, digits, dots, dashes and underscores") {
    CHECK(Parse("1C.d-E_f=1\nA B=2\n") == Texts{"1C.d-E_f=1@1"});
  }

  TEST_CASE("a plain value") {
    SUBCASE("ends at a #") { CHECK(Value("A=a#b") == "a"); }
    SUBCASE("may look like JSON") { CHECK(Value("A={\"a\":1}") == "{\"a\":1}"); }
    SUBCASE("keeps a sign") { CHECK(Value("A=b=c==") == "b=c=="); }
    SUBCASE("keeps a backslash") { CHECK(Value("A=a\\nb") == "a\\nb"); }
    SUBCASE("keeps quotes inside") { CHECK(Value("A=it's") == "it's"); }
  }

  TEST_CASE("a quoted value") {
    SUBCASE("keeps blanks and #") { CHECK(Value("A= \" a # b \" # comment") == " a # b "); }
    SUBCASE("spans lines") { CHECK(Parse("A='x\ny'\nB=1\n") == Texts{"A=x\ny@1", "B=1@3"}); }
    SUBCASE("has line breaks by \\n in double quotes only") {
      CHECK(Value("A=\"a\\nb\\r\\tc\"") == "a\nb\r\\tc");
      CHECK(Value("A='a\\nb'") == "a\\nb");
      CHECK(Value("A=`a\\nb \"x\" 'y'`") == "a\\nb \"x\" 'y'");
    }
    SUBCASE("may contain its own quote after a backslash, which stays") {
      CHECK(Value("A=\"a\\\"b\"") == "a\\\"b");
    }
    SUBCASE("may end with a backslash") { CHECK(Value("A=\"C:\\\"\nnot an assignment") == "C:\\"); }
    SUBCASE("is plain when it does not end") { CHECK(Value("A=\"open") == "\"open"); }
    SUBCASE("is plain when something follows it") { CHECK(Value("A=\"x\" y") == "\"x\" y"); }
    SUBCASE("loses the outer quotes only") { CHECK(Value("A='it''s'") == "it''s"); }
  }

  TEST_CASE("interpolation") {
    const std::vector<DotenvVariable> known{{"A", "1", 0}, {"B_2", "two", 0}, {"EMPTY", "", 0}};
    const auto expand = [&](std::string_view text) { return ExpandDotenv(text, known); };
    SUBCASE("takes names with and without braces") {
      CHECK(expand("$A ${A} $B_2.x ${B_2}x") == "1 1 two.x twox");
    }
    SUBCASE("gives nothing for what is not known") { CHECK(expand("[$X${X}]") == "[]"); }
    SUBCASE("has defaults, also nested") {
      CHECK(expand("${X:-d} ${X-d} ${A:-d} ${EMPTY-e} ${X:-${Y:-${A}}}") == "d d 1 e 1");
    }
    SUBCASE("has replacements") { CHECK(expand("${A:+alt} ${A+alt} [${X:+alt}]") == "alt alt []"); }
    SUBCASE("leaves escaped and lonely dollars") {
      CHECK(expand("\\$A $ $5 ${ ${A ${}") == "$A $ $5 ${ ${A ${}");
    }
    SUBCASE("does not look into what it has put in") {
      CHECK(ExpandDotenv("$V", {{"V", "$A", 0}, {"A", "1", 0}}) == "$A");
    }
    SUBCASE("ends, however deep it is") {
      std::string deep;
      for (int i = 0; i < 100'000; i++) deep += "${X:-";
      CHECK(expand(deep) == deep);
    }
  }
}

}  // namespace
}  // namespace isolane::config
