#include "runtime/storage/authorizer.h"

#include <doctest/doctest.h>

#include "tests/runtime/storage/storage_fixture.h"

namespace isolane::storage {

TEST_SUITE_BEGIN("runtime/storage/authorizer");

namespace {

struct Tables {
  TemporaryDirectory directory;
  Disk disk;
  Object object{disk, directory / "o.sqlite"};
  Tables() {
    MustPut(*object, "secret", "1");
    REQUIRE(object->SetAlarm(1).ok());
    CHECK(Rows(*object,
               "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX ti ON t(b); "
               "INSERT INTO t VALUES (1, 'x'), (2, 'y')")
              .empty());
  }
};

constexpr char kNotAuthorized[] = "error: not authorized: SQLITE_AUTH";
constexpr char kTransaction[] =
    "error: To execute a transaction, please use the state.storage.transaction() or "
    "state.storage.transactionSync() APIs instead of the SQL BEGIN TRANSACTION or SAVEPOINT "
    "statements. The JavaScript API is safer because it will automatically roll back on "
    "exceptions, and because it interacts correctly with Durable Objects' automatic atomic write "
    "coalescing.";

}  // namespace

// The answers are those of workerd of 2026-11-17, but for tables and functions that its SQLite does
// not have.
TEST_CASE("SQL that is refused") {
  Tables tables;
  Database& database = *tables.object;
  struct Refused {
    std::string sql;
    std::string answer;
  };
  for (const auto& [sql, answer] : std::initializer_list<Refused>{
           // Other databases
           {"ATTACH 'x' AS y", kNotAuthorized},
           {"DETACH y", kNotAuthorized},
           {"CREATE TEMP TABLE x(a)", kNotAuthorized},
           {"CREATE TEMPORARY VIEW x AS SELECT 1", kNotAuthorized},
           {"CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END", kNotAuthorized},
           // Transactions
           {"BEGIN", kTransaction},
           {"BEGIN IMMEDIATE", kTransaction},
           {"COMMIT", kTransaction},
           {"ROLLBACK", kTransaction},
           {"SAVEPOINT x", kTransaction},
           {"RELEASE x", kTransaction},
           {"ROLLBACK TO x", kTransaction},
           // isolane's tables
           {"SELECT * FROM _cf_KV", "error: access to _cf_KV.key is prohibited: SQLITE_AUTH"},
           {"SELECT value FROM _cf_METADATA",
            "error: access to _cf_METADATA.value is prohibited: SQLITE_AUTH"},
           {"SELECT count(*) FROM _cf_kv", kNotAuthorized},
           {"INSERT INTO _cf_KV VALUES ('a', 'b')", kNotAuthorized},
           {"UPDATE _cf_METADATA SET value = 0", kNotAuthorized},
           {"DELETE FROM _cf_KV", kNotAuthorized},
           {"DROP TABLE _cf_KV", kNotAuthorized},
           {"ALTER TABLE _cf_KV ADD COLUMN x", kNotAuthorized},
           {"CREATE INDEX x ON _cf_KV(value)", kNotAuthorized},
           {"CREATE TRIGGER x AFTER INSERT ON _cf_KV BEGIN SELECT 1; END", kNotAuthorized},
           {"PRAGMA table_info(_cf_KV)", kNotAuthorized},
           {"SELECT * FROM pragma_table_info('_cf_KV')", kNotAuthorized},
           // Names like theirs
           {"CREATE TABLE _cf_x(a)", kNotAuthorized},
           {"CREATE TABLE _CF_x(a)", kNotAuthorized},
           {"CREATE TABLE \"_cf_x\" AS SELECT 1", kNotAuthorized},
           {"CREATE VIEW _cf_x AS SELECT 1", kNotAuthorized},
           {"CREATE INDEX _cf_x ON t(a)", kNotAuthorized},
           {"CREATE TRIGGER _cf_x AFTER INSERT ON t BEGIN SELECT 1; END", kNotAuthorized},
           {"CREATE VIRTUAL TABLE _cf_x USING fts5(a)", kNotAuthorized},
           {"ALTER TABLE t RENAME TO _cf_x", kNotAuthorized},
           {"ALTER TABLE t RENAME TO /* ha */ \"_Cf_x\"", kNotAuthorized},
           // The schema's own
           {"INSERT INTO sqlite_master VALUES (1, 2, 3, 4, 5)",
            "error: table sqlite_master may not be modified: SQLITE_ERROR"},
           {"DELETE FROM sqlite_schema",
            "error: table sqlite_master may not be modified: SQLITE_ERROR"},
           // Virtual tables of other modules
           {"CREATE VIRTUAL TABLE x USING dbstat", kNotAuthorized},
           {"CREATE VIRTUAL TABLE x USING fts4(a)", kNotAuthorized},
           {"SELECT * FROM dbstat", "error: access to dbstat.name is prohibited: SQLITE_AUTH"},
           {"SELECT * FROM sqlite_stmt",
            "error: access to sqlite_stmt.sql is prohibited: SQLITE_AUTH"},
           // Functions
           {"SELECT sqlite_version()",
            "error: not authorized to use function: sqlite_version at offset 7: SQLITE_ERROR"},
           {"SELECT load_extension('x')",
            "error: not authorized to use function: load_extension at offset 7: SQLITE_ERROR"},
           {"SELECT sqlite_compileoption_get(1)",
            "error: not authorized to use function: sqlite_compileoption_get at offset 7: "
            "SQLITE_ERROR"},
           {"SELECT readfile('/etc/passwd')",
            "error: no such function: readfile at offset 7: SQLITE_ERROR"},
           // Pragmas that say or change how the database is kept
           {"PRAGMA journal_mode", kNotAuthorized},
           {"PRAGMA journal_mode = DELETE", kNotAuthorized},
           {"PRAGMA locking_mode = NORMAL", kNotAuthorized},
           {"PRAGMA synchronous = OFF", kNotAuthorized},
           {"PRAGMA wal_checkpoint", kNotAuthorized},
           {"PRAGMA page_count", kNotAuthorized},
           {"PRAGMA page_size = 512", kNotAuthorized},
           {"PRAGMA user_version", kNotAuthorized},
           {"PRAGMA user_version = 3", kNotAuthorized},
           {"PRAGMA writable_schema = 1", kNotAuthorized},
           {"PRAGMA database_list", kNotAuthorized},
           {"PRAGMA compile_options", kNotAuthorized},
           {"PRAGMA function_list", kNotAuthorized},
           {"PRAGMA integrity_check", kNotAuthorized},
           {"PRAGMA cache_size", kNotAuthorized},
           {"PRAGMA temp_store_directory = '/'", kNotAuthorized},
           {"PRAGMA foreign_keys = 'maybe'", kNotAuthorized},
           {"SELECT * FROM pragma_page_count", kNotAuthorized},
           {"VACUUM", "error: cannot VACUUM from within a transaction: SQLITE_ERROR"},
           {"VACUUM INTO '/tmp/x'", "error: cannot VACUUM from within a transaction: SQLITE_ERROR"},
       }) {
    CAPTURE(sql);
    CHECK(Rows(database, sql) == answer);
  }
  CHECK(GetOrNone(database, "secret") == "1");
  CHECK(Value(database.GetAlarm()) == 1);
  CHECK(Rows(database, "SELECT * FROM t") == "1,x|2,y");
  CHECK_FALSE(database.broken().has_value());
}

TEST_CASE("SQL that is allowed") {
  Tables tables;
  Database& database = *tables.object;
  struct Allowed {
    std::string sql;
    std::string answer;
  };
  for (const auto& [sql, answer] : std::initializer_list<Allowed>{
           {"SELECT name FROM sqlite_schema WHERE type = 'table'", "_cf_KV|_cf_METADATA|t"},
           {"PRAGMA table_info(t)", "0,a,INTEGER,0,null,1|1,b,TEXT,0,null,0"},
           {"SELECT name FROM pragma_table_info('t')", "a|b"},
           {"PRAGMA page_size", "4096"},
           {"PRAGMA foreign_keys", "1"},
           {"PRAGMA index_list(t)", "0,ti,0,c,0"},
           {"PRAGMA index_info(ti)", "0,1,b"},
           {"PRAGMA quick_check", "ok"},
           {"PRAGMA quick_check(10)", "ok"},
           {"PRAGMA optimize", ""},
           {"PRAGMA defer_foreign_keys = ON", ""},
           {"PRAGMA case_sensitive_like = 'true'", ""},
           {"PRAGMA case_sensitive_like = 0", ""},
           {"CREATE VIEW v AS SELECT * FROM t", ""},
           {"SELECT * FROM v", "1,x|2,y"},
           {"CREATE TABLE log(x)", ""},
           {"CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.b); END", ""},
           {"INSERT INTO t VALUES (3, 'z') RETURNING a, b", "3,z"},
           {"SELECT * FROM log", "z"},
           {"ALTER TABLE log ADD COLUMN y DEFAULT 'new'", ""},
           {"ALTER TABLE log RENAME COLUMN x TO xx", ""},
           {"ALTER TABLE log RENAME TO log2", ""},
           {"SELECT * FROM log2", "z,new"},
           {"ALTER TABLE log2 DROP COLUMN y", ""},
           {"DROP TRIGGER tr", ""},
           {"DROP TABLE log2", ""},
           {"CREATE VIRTUAL TABLE f USING fts5(x)", ""},
           {"INSERT INTO f VALUES ('hello world')", ""},
           {"SELECT highlight(f, 0, '[', ']') FROM f WHERE f MATCH 'hello'", "[hello] world"},
           {"CREATE VIRTUAL TABLE r USING rtree(id, low, high)", ""},
           {"INSERT INTO r VALUES (1, 2, 3)", ""},
           {"SELECT id FROM r WHERE low > 1", "1"},
           {"SELECT value FROM json_each('[1, 2]')", "1|2"},
           {"SELECT json('{\"a\":1}') ->> 'a'", "1"},
           {"SELECT max(1, 2), min(1, 2), sqrt(9), log10(100), typeof(x'00')", "2,1,3,2,blob"},
           {"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5) SELECT "
            "sum(x) FROM c",
            "15"},
           {"SELECT row_number() OVER (ORDER BY b) FROM t", "1|2|3"},
           {"REINDEX t", ""},
           {"ANALYZE", ""},
           // The name is not one of a table.
           {"ALTER TABLE t ADD COLUMN _cf_x", ""},
           {"SELECT '_cf_KV' AS _cf_y", "_cf_KV"},
       }) {
    CAPTURE(sql);
    CHECK(Rows(database, sql) == answer);
  }
}

TEST_CASE("views and cached statements do not lead to isolane's tables") {
  Tables tables;
  Database& database = *tables.object;
  CHECK(Rows(database, "CREATE VIEW v AS SELECT * FROM _cf_KV").empty());
  CHECK(Rows(database, "SELECT * FROM v") ==
        "error: access to _cf_KV.key is prohibited: SQLITE_AUTH");
  // A statement is compiled again when the schema has changed, under the same rules.
  CHECK(Rows(database, "DROP VIEW v; CREATE VIEW v AS SELECT 1").empty());
  CHECK(Rows(database, "SELECT * FROM v") == "1");
  CHECK(Rows(database, "DROP VIEW v; CREATE VIEW v AS SELECT key FROM _cf_KV").empty());
  CHECK(Rows(database, "SELECT * FROM v") ==
        "error: access to _cf_KV.key is prohibited: SQLITE_AUTH");
  CHECK(
      Rows(database, "CREATE TRIGGER tr AFTER INSERT ON t BEGIN DELETE FROM _cf_KV; END").empty());
  CHECK(Rows(database, "INSERT INTO t VALUES (9, 'q')") == kNotAuthorized);
  CHECK(GetOrNone(database, "secret") == "1");
}

TEST_SUITE_END();

}  // namespace isolane::storage
