#include "runtime/storage/sql_functions.h"

#include <doctest/doctest.h>

#include "tests/runtime/storage/storage_fixture.h"

namespace isolane::storage {

TEST_SUITE_BEGIN("runtime/storage/sql_functions");

// What newer SQLites answer.
TEST_CASE("functions of newer SQLites") {
  Disk disk;
  Object object(disk, "");
  Database& database = *object;
  struct Case {
    std::string expression;
    std::string answer;
  };
  for (const auto& [expression, answer] : std::initializer_list<Case>{
           {"concat('a', NULL, 1, 2.5)", "a12.5"},
           {"concat(NULL) || '.'", "."},
           {"concat_ws(', ', 'a', NULL, '', 3)", "a, , 3"},
           {"concat_ws(NULL, 'a')", "null"},
           {"octet_length('h\xc3\xa9')", "3"},
           {"octet_length(x'0102')", "2"},
           {"octet_length(-15)", "3"},
           {"octet_length(NULL)", "null"},
           {"unhex('4a4B')", "x'4a.4b."},
           {"unhex('')", "x'"},
           {"unhex('4')", "null"},
           {"unhex('4x')", "null"},
           {"unhex('4a-4b', '-')", "x'4a.4b."},
           {"unhex('4-a', '-')", "null"},
           {"unhex(NULL)", "null"},
           {"unhex('4a', NULL)", "null"},
       }) {
    CAPTURE(expression);
    CHECK(Rows(database, "SELECT " + expression) == answer);
  }
  CHECK(Rows(database, "SELECT string_agg(value, '-') FROM json_each('[\"a\", null, \"b\", 3]')") ==
        "a-b-3");
  CHECK(Rows(database, "SELECT string_agg(value, '-') FROM json_each('[]')") == "null");
  CHECK(Rows(database, "SELECT string_agg(value, ',') FROM json_each('[1, 2]') GROUP BY key % 1") ==
        "1,2");
}

TEST_SUITE_END();

}  // namespace isolane::storage
