#include "runtime/storage/sql_cursor.h"

#include <doctest/doctest.h>

#include "tests/runtime/storage/storage_fixture.h"

namespace isolane::storage {

TEST_SUITE_BEGIN("runtime/storage/sql_cursor");

namespace {

struct Place {
  TemporaryDirectory directory;
  Disk disk;
  Object object{disk, directory / "o.sqlite"};
  Database& database = *object;
};

constexpr char kEndless[] =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";

}  // namespace

TEST_CASE("values go in and come out as they are") {
  Place place;
  CHECK(Rows(place.database, "SELECT ?, ?, ?, ?, ?, ?, ?",
             {SqlValue::Null(), SqlValue::Integer(-9'007'199'254'740'993), SqlValue::Real(0.5),
              SqlValue::Text("h\xc3\xa9"), SqlValue::Blob({"\x01\xff", 2}), SqlValue::Text(""),
              SqlValue::Blob("")}) == "null,-9007199254740993,0.5,h\xc3\xa9,x'1.ff.,,x'");
  Result<std::unique_ptr<SqlCursor>> cursor =
      place.database.Execute("SELECT 'a' || char(0) || 'b'", {});
  REQUIRE(cursor.ok());
  CHECK((*cursor)->Column(0).bytes == std::string_view("a\0b", 3));
}

TEST_CASE("columns have the names of the query, also twice") {
  Place place;
  Result<std::unique_ptr<SqlCursor>> cursor =
      place.database.Execute("SELECT 1 AS a, 2 AS a, 3, 'x' || 'y'", {});
  REQUIRE(cursor.ok());
  CHECK((*cursor)->column_names() == std::vector<std::string>{"a", "a", "3", "'x' || 'y'"});
}

TEST_CASE("several statements in one text") {
  Place place;
  Database& database = place.database;
  CHECK(Rows(database,
             "CREATE TABLE t(a); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); "
             "SELECT * FROM t") == "1|2");
  SUBCASE("only the last takes bindings") {
    CHECK(Rows(database, "INSERT INTO t VALUES (3); SELECT * FROM t WHERE a > ?",
               {SqlValue::Integer(1)}) == "2|3");
    CHECK(Rows(database, "INSERT INTO t VALUES (?); SELECT 1", {SqlValue::Integer(1)}) ==
          "error: When executing multiple SQL statements in a single call, only the last statement "
          "can have parameters.");
  }
  SUBCASE("those before an error have been run") {
    CHECK(Rows(database, "INSERT INTO t VALUES (4); SELEC 1") ==
          "error: near \"SELEC\": syntax error at offset 0: SQLITE_ERROR");
    CHECK(Rows(database, "SELECT max(a) FROM t") == "4");
  }
  SUBCASE("may end in semicolons, space and comments") {
    CHECK(Rows(database, "SELECT 1;") == "1");
    CHECK(Rows(database, "SELECT 1;; \n -- that is all\n/* ; */ ;") == "1");
    CHECK(Rows(database, "/* before */ SELECT 1 -- after") == "1");
    CHECK(Rows(database, "SELECT 1; /* open") == "1");
  }
  SUBCASE("may be none, which is an error") {
    for (const std::string sql : {"", " ", ";", "-- nothing", "/* nothing */"}) {
      CAPTURE(sql);
      CHECK(Rows(database, sql) == "error: SQL code did not contain a statement.");
    }
  }
}

// workerd's words.
TEST_CASE("errors of SQL") {
  Place place;
  Database& database = place.database;
  CHECK(Rows(database,
             "CREATE TABLE t(a PRIMARY KEY, b CHECK (b > 0), c NOT NULL DEFAULT 1); CREATE "
             "TABLE c(r REFERENCES t(a)); INSERT INTO t VALUES (1, 1, 1)")
            .empty());
  struct Wrong {
    std::string sql;
    std::string error;
  };
  for (const auto& [sql, error] : std::initializer_list<Wrong>{
           {"SELEC 1", "near \"SELEC\": syntax error at offset 0: SQLITE_ERROR"},
           {"SELECT x FROM t", "no such column: x at offset 7: SQLITE_ERROR"},
           {"SELECT * FROM nope", "no such table: nope: SQLITE_ERROR"},
           {"INSERT INTO t VALUES (1, 1, 1)",
            "UNIQUE constraint failed: t.a: SQLITE_CONSTRAINT (extended: "
            "SQLITE_CONSTRAINT_PRIMARYKEY)"},
           {"INSERT INTO t VALUES (2, -1, 1)",
            "CHECK constraint failed: b > 0: SQLITE_CONSTRAINT (extended: "
            "SQLITE_CONSTRAINT_CHECK)"},
           {"INSERT INTO t VALUES (2, 1, NULL)",
            "NOT NULL constraint failed: t.c: SQLITE_CONSTRAINT (extended: "
            "SQLITE_CONSTRAINT_NOTNULL)"},
           {"INSERT INTO c VALUES (7)",
            "FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: "
            "SQLITE_CONSTRAINT_FOREIGNKEY)"},
           {"SELECT ?", "Wrong number of parameter bindings for SQL query."},
           {"SELECT zeroblob(5000000)", "string or blob too big: SQLITE_TOOBIG"},
           {"SELECT 'a' LIKE '123456789012345678901234567890123456789012345678901'",
            "LIKE or GLOB pattern too complex: SQLITE_ERROR"},
           {"SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6",
            "too many terms in compound SELECT: SQLITE_ERROR"},
           {"SELECT ?101", "variable number must be between ?1 and ?100 at offset 7: SQLITE_ERROR"},
       }) {
    CAPTURE(sql);
    CHECK(Rows(database, sql) == "error: " + error);
  }
  place.disk.Settle();
  CHECK(Rows(database, "SELECT * FROM t") == "1,1,1");
}

TEST_CASE("a query that is read slowly") {
  Place place;
  Database& database = place.database;
  CHECK(Rows(database, "CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)")
            .empty());
  place.disk.Settle();
  std::unique_ptr<SqlCursor> cursor = Value(database.Execute("SELECT a FROM t", {}));
  CHECK(cursor->Column(0).integer == 1);
  SUBCASE("goes on over commits and other statements") {
    CHECK(Rows(database, "SELECT a FROM t") == "1|2|3");
    CHECK(Rows(database, "UPDATE t SET a = a + 10 WHERE a = 3").empty());
    place.disk.Settle();
    REQUIRE(cursor->Next().ok());
    CHECK(cursor->Column(0).integer == 2);
    REQUIRE(cursor->Next().ok());
    CHECK(cursor->Column(0).integer == 13);
    REQUIRE(cursor->Next().ok());
    CHECK_FALSE(cursor->has_row());
    REQUIRE(cursor->Next().ok());
  }
  SUBCASE("keeps its table from being dropped") {
    CHECK(Rows(database, "DROP TABLE t") == "error: database table is locked: SQLITE_LOCKED");
    cursor.reset();
    CHECK(Rows(database, "DROP TABLE t").empty());
  }
  SUBCASE("goes on over a rollback, unless that takes its table away") {
    REQUIRE(database.BeginSavepoint(Database::Savepoint::kSync).ok());
    MustPut(database, "a", "1");
    REQUIRE(database.RollBackSavepoint().ok());
    const Status next = cursor->Next();
    if (next.ok()) {
      CHECK(cursor->Column(0).integer == 2);
    } else {
      CHECK(next.error().message ==
            "abort due to ROLLBACK: SQLITE_ABORT (extended: SQLITE_ABORT_ROLLBACK)");
    }
  }
  SUBCASE("says so when the object has ended") {
    place.object.database.reset();
    const Status next = cursor->Next();
    REQUIRE_FALSE(next.ok());
    CHECK(next.error().message == "The storage of this Durable Object was closed.");
  }
}

TEST_CASE("a statement that writes is run to its end, whether or not its rows are read") {
  Place place;
  Database& database = place.database;
  std::unique_ptr<SqlCursor> cursor = Value(database.Execute(
      "CREATE TABLE t(a); INSERT INTO t VALUES (1), ('two'), (x'03') RETURNING a", {}));
  CHECK(cursor->has_row());
  place.disk.Settle();
  CHECK(place.object.log.durable == 1);
  CHECK(Rows(database, "SELECT count(*) FROM t") == "3");
  CHECK(cursor->Column(0).integer == 1);
  REQUIRE(cursor->Next().ok());
  CHECK(cursor->Column(0).bytes == "two");
  REQUIRE(cursor->Next().ok());
  CHECK(cursor->Column(0).bytes == "\x03");
  REQUIRE(cursor->Next().ok());
  CHECK_FALSE(cursor->has_row());
  CHECK(cursor->changes() == 3);
}

TEST_CASE("statements are compiled once") {
  Place place;
  Database& database = place.database;
  CHECK(Rows(database, "CREATE TABLE t(a)").empty());
  SUBCASE("and survive a change of the schema") {
    CHECK(Rows(database, "SELECT * FROM t").empty());
    CHECK(Rows(database, "ALTER TABLE t ADD COLUMN b DEFAULT 5; INSERT INTO t(a) VALUES (1)")
              .empty());
    CHECK(Rows(database, "SELECT * FROM t") == "1,5");
    CHECK(Rows(database, "DROP TABLE t").empty());
    CHECK(Rows(database, "SELECT * FROM t") == "error: no such table: t: SQLITE_ERROR");
    CHECK(Rows(database, "CREATE TABLE t(z); INSERT INTO t VALUES (8)").empty());
    CHECK(Rows(database, "SELECT * FROM t") == "8");
  }
  SUBCASE("and can be under way more than once") {
    CHECK(Rows(database, "INSERT INTO t VALUES (1), (2)").empty());
    std::unique_ptr<SqlCursor> one = Value(database.Execute("SELECT a FROM t", {}));
    std::unique_ptr<SqlCursor> two = Value(database.Execute("SELECT a FROM t", {}));
    REQUIRE(one->Next().ok());
    CHECK(one->Column(0).integer == 2);
    CHECK(two->Column(0).integer == 1);
    one.reset();
    REQUIRE(two->Next().ok());
    CHECK(two->Column(0).integer == 2);
    two.reset();
    CHECK(Rows(database, "SELECT a FROM t") == "1|2");
  }
  SUBCASE("and do not remember bindings") {
    CHECK(Rows(database, "SELECT ?", {SqlValue::Text("x")}) == "x");
    CHECK(Rows(database, "SELECT ?", {SqlValue::Null()}) == "null");
  }
  SUBCASE("and thousands of them do no harm") {
    for (int i = 0; i < 3'000; i++) {
      CHECK(Rows(database, "SELECT " + std::to_string(i)) == std::to_string(i));
    }
  }
}

TEST_CASE("a statement can be interrupted") {
  Place place;
  Database& database = place.database;
  CHECK(Rows(database, "CREATE TABLE t(a); INSERT INTO t VALUES (1)").empty());
  place.disk.Settle();
  int asked = 0;
  database.SetInterrupt([](void* count) { return ++*static_cast<int*>(count) == 20; }, &asked);
  SUBCASE("when it reads, and the database goes on") {
    CHECK(Rows(database, kEndless) == "error: interrupted: SQLITE_INTERRUPT");
    CHECK(asked == 20);
    CHECK(Rows(database, "SELECT * FROM t") == "1");
  }
  SUBCASE("when it writes, which undoes what this turn wrote") {
    MustPut(database, "a", "1");
    CHECK(Rows(database, std::string("INSERT INTO t ") + kEndless)
              .starts_with("error: " + (place.directory / "o.sqlite") +
                           ": object of Counter: cannot write to its storage: the writing was "
                           "interrupted (SQLITE_INTERRUPT)"));
    CHECK(database.broken().has_value());
    place.disk.Settle();
    CHECK(place.object.log.broken.size() == 1);
    place.object.database.reset();
    Object again(place.disk, place.directory / "o.sqlite");
    CHECK(Rows(*again, "SELECT * FROM t") == "1");
    CHECK(GetOrNone(*again, "a") == "none");
  }
}

// The numbers are workerd's.
TEST_CASE("the effort of a statement") {
  Place place;
  Database& database = place.database;
  const auto effort = [&database](const char* sql) {
    std::unique_ptr<SqlCursor> cursor = Value(database.Execute(sql, {}));
    while (cursor->has_row()) REQUIRE(cursor->Next().ok());
    const SqlEffort effort = database.Effort(cursor->text());
    return std::to_string(cursor->steps() + effort.first_reads) + " read, " +
           std::to_string(cursor->changes() * effort.writes_per_change) + " written";
  };
  CHECK(effort("SELECT 1") == "0 read, 0 written");
  CHECK(effort("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t(b) VALUES ('x'), "
               "('y'), ('z')") == "0 read, 3 written");
  CHECK(effort("CREATE INDEX ti ON t(b); INSERT INTO t(b) VALUES ('q'), ('r')") ==
        "0 read, 4 written");
  CHECK(effort("UPDATE t SET b = 'w' WHERE a = 1") == "1 read, 2 written");
  CHECK(effort("DELETE FROM t WHERE a = 2") == "1 read, 1 written");
  CHECK(effort("SELECT * FROM t") == "4 read, 0 written");
  CHECK(effort("SELECT * FROM t WHERE a = 1") == "1 read, 0 written");
  CHECK(effort("SELECT * FROM t WHERE b = 'w'") == "2 read, 0 written");
  CHECK(effort("SELECT * FROM t ORDER BY b") == "4 read, 0 written");
  CHECK(effort("DELETE FROM t") == "0 read, 4 written");
  CHECK(
      effort("CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('a', 1), "
             "('b', 2)") == "0 read, 2 written");
}

TEST_SUITE_END();

}  // namespace isolane::storage
