#include "runtime/storage/key_value.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "tests/runtime/storage/storage_fixture.h"

namespace isolane::storage {

TEST_SUITE_BEGIN("runtime/storage/key_value");

namespace {

// A database in a file, or in memory: which makes no difference.
struct InFile {
  static std::string Path(const TemporaryDirectory& directory) { return directory / "o.sqlite"; }
};
struct InMemory {
  static std::string Path(const TemporaryDirectory&) { return ""; }
};

template <typename Where>
struct Place {
  TemporaryDirectory directory;
  Disk disk;
  Object object{disk, Where::Path(directory)};
  Database& database = *object;
  ~Place() {
    disk.Settle();
    CHECK(object.log.broken.empty());
  }
};

}  // namespace

TEST_CASE_TEMPLATE("a value is what was put last", Where, InFile, InMemory) {
  Place<Where> place;
  Database& database = place.database;
  Disk& disk = place.disk;
  CHECK(GetOrNone(database, "a") == "none");
  MustPut(database, "a", "1");
  CHECK(GetOrNone(database, "a") == "1");
  disk.Settle();
  MustPut(database, "a", "2");
  MustPut(database, "", "empty key");
  MustPut(database, "empty value", "");
  MustPut(database, std::string("nul\0key", 7), std::string("nul\0value", 9));
  disk.Settle();
  CHECK(GetOrNone(database, "a") == "2");
  CHECK(GetOrNone(database, "") == "empty key");
  CHECK(GetOrNone(database, "empty value").empty());
  CHECK(GetOrNone(database, std::string("nul\0key", 7)) == std::string("nul\0value", 9));
  CHECK(GetOrNone(database, "nul") == "none");
}

TEST_CASE_TEMPLATE("delete tells whether the key was there", Where, InFile, InMemory) {
  Place<Where> place;
  Database& database = place.database;
  CHECK_FALSE(Value(database.Delete("a")));
  MustPut(database, "a", "1");
  CHECK(Value(database.Delete("a")));
  CHECK_FALSE(Value(database.Delete("a")));
  CHECK(GetOrNone(database, "a") == "none");
}

TEST_CASE_TEMPLATE("several puts are all kept, or none", Where, InFile, InMemory) {
  Place<Where> place;
  Database& database = place.database;
  Disk& disk = place.disk;
  MustPut(database, "a", "before");
  const std::vector<Database::Entry> good = {{"a", "1"}, {"b", "2"}};
  REQUIRE(database.PutAll(good).ok());
  CHECK(ListOf(database) == "a=1 b=2");
  const std::vector<Database::Entry> bad = {{"a", "3"}, {"c", std::string(5 << 20, 'x')}};
  const Status put = database.PutAll(bad);
  REQUIRE_FALSE(put.ok());
  CHECK(put.error().message == "string or blob too big: SQLITE_TOOBIG");
  CHECK(ListOf(database) == "a=1 b=2");
  disk.Settle();
  CHECK(ListOf(database) == "a=1 b=2");
}

TEST_CASE_TEMPLATE("big values", Where, InFile, InMemory) {
  Place<Where> place;
  Database& database = place.database;
  Disk& disk = place.disk;
  std::string big(2 << 20, '\0');
  for (size_t i = 0; i < big.size(); i++) big[i] = static_cast<char>(i * 31 + i / 251);
  MustPut(database, "big", big);
  disk.Settle();
  CHECK(Value(database.Get("big"))->size() == big.size());
  CHECK(*Value(database.Get("big")) == big);
}

TEST_CASE_TEMPLATE("a list", Where, InFile, InMemory) {
  Place<Where> place;
  Database& database = place.database;
  CHECK(ListOf(database).empty());
  SUBCASE("is in the order of the bytes of UTF-8, not of UTF-16") {
    // U+FF5E comes before U+1F600, whose first UTF-16 unit is smaller.
    for (const char* key : {"\xf0\x9f\x98\x80", "\xef\xbd\x9e", "\xc3\xa9", "z", "Z", "a", "aa"}) {
      MustPut(database, key, "1");
    }
    CHECK(ListOf(database) == "Z=1 a=1 aa=1 z=1 \xc3\xa9=1 \xef\xbd\x9e=1 \xf0\x9f\x98\x80=1");
    CHECK(ListOf(database, {}, ListOrder::kReverse) ==
          "\xf0\x9f\x98\x80=1 \xef\xbd\x9e=1 \xc3\xa9=1 z=1 aa=1 a=1 Z=1");
    CHECK(ListOf(database, {.prefix = "\xc3"}) == "\xc3\xa9=1");
    CHECK(ListOf(database, {.start = "\xc3\xa9", .end = "\xf0"}) == "\xc3\xa9=1 \xef\xbd\x9e=1");
  }
  SUBCASE("has start, end, prefix, order and limit") {
    for (const char* key : {"a", "ab", "abc", "b", "ba", "c"}) MustPut(database, key, key);
    CHECK(ListOf(database, {.start = "ab", .end = "ba"}) == "ab=ab abc=abc b=b");
    CHECK(ListOf(database, {.start_after = "ab"}) == "abc=abc b=b ba=ba c=c");
    CHECK(ListOf(database, {.prefix = "ab"}) == "ab=ab abc=abc");
    CHECK(ListOf(database, {.prefix = "x"}).empty());
    CHECK(ListOf(database, {.start = "b", .end = "b"}).empty());
    CHECK(ListOf(database, {}, ListOrder::kForward, 2) == "a=a ab=ab");
    CHECK(ListOf(database, {}, ListOrder::kReverse, 2) == "c=c ba=ba");
    CHECK(ListOf(database, {.end = "b"}, ListOrder::kReverse, 1) == "abc=abc");
    CHECK(ListOf(database, {.prefix = "a"}, ListOrder::kReverse) == "abc=abc ab=ab a=a");
  }
  SUBCASE("ends when its visitor says so") {
    for (const char* key : {"a", "b", "c"}) MustPut(database, key, "1");
    int visits = 0;
    REQUIRE(database
                .List({}, ListOrder::kForward, -1,
                      [&visits](std::string_view, std::string_view) { return ++visits < 2; })
                .ok());
    CHECK(visits == 2);
  }
}

TEST_CASE_TEMPLATE("deleteAll", Where, InFile, InMemory) {
  Place<Where> place;
  Database& database = place.database;
  Disk& disk = place.disk;
  CHECK(Value(database.DeleteAll(Database::Alarm::kKeep)) == 0);
  MustPut(database, "a", "1");
  MustPut(database, "b", "1");
  REQUIRE(database.SetAlarm(5'000).ok());
  CHECK(Rows(database,
             "CREATE TABLE t(x); CREATE INDEX i ON t(x); INSERT INTO t VALUES (1); CREATE VIEW v "
             "AS SELECT * FROM t; CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES "
             "('x'); ANALYZE")
            .empty());
  SUBCASE("drops keys and tables, and keeps the alarm if it is told to") {
    disk.Settle();
    CHECK(Value(database.DeleteAll(Database::Alarm::kKeep)) == 2);
    CHECK(ListOf(database).empty());
    CHECK(Rows(database,
               "SELECT name FROM sqlite_schema WHERE name NOT LIKE '\\_cf\\_%' ESCAPE "
               "'\\' AND name NOT LIKE 'sqlite%'")
              .empty());
    CHECK(Value(database.GetAlarm()) == 5'000);
  }
  SUBCASE("takes the alarm along") {
    CHECK(Value(database.DeleteAll(Database::Alarm::kDelete)) == 2);
    CHECK_FALSE(Value(database.GetAlarm()).has_value());
  }
  SUBCASE("leaves a database that works") {
    CHECK(Value(database.DeleteAll(Database::Alarm::kDelete)) == 2);
    MustPut(database, "c", "3");
    disk.Settle();
    CHECK(Value(database.DeleteAll(Database::Alarm::kDelete)) == 1);
    MustPut(database, "d", "4");
    disk.Settle();
    CHECK(ListOf(database) == "d=4");
    CHECK(Rows(database, "CREATE TABLE t(x); INSERT INTO t VALUES (7); SELECT * FROM t") == "7");
  }
  SUBCASE("is refused within a transaction") {
    REQUIRE(database.BeginSavepoint(Database::Savepoint::kSync).ok());
    const Result<int64_t> deleted = database.DeleteAll(Database::Alarm::kDelete);
    REQUIRE_FALSE(deleted.ok());
    CHECK(deleted.error().message == "Cannot call deleteAll() within a transaction");
    REQUIRE(database.ReleaseSavepoint().ok());
    CHECK(ListOf(database) == "a=1 b=1");
  }
  SUBCASE("ends queries that are open") {
    Result<std::unique_ptr<SqlCursor>> cursor = database.Execute("VALUES (1), (2), (3)", {});
    REQUIRE(cursor.ok());
    REQUIRE(database.DeleteAll(Database::Alarm::kDelete).ok());
    const Status next = (*cursor)->Next();
    REQUIRE_FALSE(next.ok());
    CHECK(next.error().message == "SQLite query was canceled because the database was deleted.");
  }
}

TEST_CASE("what deleteAll dropped is gone from the file, too") {
  TemporaryDirectory directory;
  Disk disk;
  const std::string path = directory / "o.sqlite";
  {
    Object object(disk, path);
    for (int i = 0; i < 200; i++) MustPut(*object, std::to_string(i), std::string(10'000, 'x'));
    disk.Settle();
  }
  disk.Wait();
  CHECK(std::filesystem::file_size(path) > 2'000'000);
  {
    Object object(disk, path);
    CHECK(Value(object->DeleteAll(Database::Alarm::kDelete)) == 200);
    disk.Settle();
    CHECK(Value(object->Size()) < 10'000);
  }
  disk.Wait();
  CHECK(std::filesystem::file_size(path) < 20'000);
  Object object(disk, path);
  CHECK(ListOf(*object).empty());
}

TEST_CASE("an alarm") {
  TemporaryDirectory directory;
  Disk disk;
  const std::string path = directory / "o.sqlite";
  {
    Object object(disk, path);
    CHECK_FALSE(Value(object->GetAlarm()).has_value());
    REQUIRE(object->SetAlarm(1'700'000'000'123).ok());
    CHECK(Value(object->GetAlarm()) == 1'700'000'000'123);
    disk.Settle();
  }
  Object object(disk, path);
  SUBCASE("is there after a restart") { CHECK(Value(object->GetAlarm()) == 1'700'000'000'123); }
  SUBCASE("can be deleted, and set again") {
    REQUIRE(object->SetAlarm(std::nullopt).ok());
    CHECK_FALSE(Value(object->GetAlarm()).has_value());
    disk.Settle();
    REQUIRE(object->SetAlarm(7).ok());
    CHECK(Value(object->GetAlarm()) == 7);
  }
  SUBCASE("that is set to what it is writes nothing") {
    REQUIRE(object->SetAlarm(1'700'000'000'123).ok());
    CHECK(object->latest_commit() == 0);
  }
  SUBCASE("is undone with its transaction") {
    REQUIRE(object->BeginSavepoint(Database::Savepoint::kSync).ok());
    REQUIRE(object->SetAlarm(8).ok());
    REQUIRE(object->RollBackSavepoint().ok());
    CHECK(Value(object->GetAlarm()) == 1'700'000'000'123);
  }
  SUBCASE("beyond what nanoseconds can say is at their end") {
    REQUIRE(object->SetAlarm(8'640'000'000'000'000).ok());
    CHECK(Value(object->GetAlarm()) == 9'223'372'036'854);
  }
}

TEST_CASE("the file has the tables of workerd") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  {
    Disk disk;
    Object object(disk, path);
    MustPut(*object, "k", "v");
    REQUIRE(object->SetAlarm(1'500).ok());
    disk.Settle();
  }
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  const auto ask = [db](const char* sql) {
    std::string answer;
    sqlite3_exec(
        db, sql,
        [](void* text, int, char** columns, char**) {
          *static_cast<std::string*>(text) += columns[0];
          return 0;
        },
        &answer, nullptr);
    return answer;
  };
  CHECK(ask("SELECT key || '=' || CAST(value AS TEXT) FROM _cf_KV") == "k=v");
  CHECK(ask("SELECT value FROM _cf_METADATA WHERE key = 1") == "1500000000");
  CHECK(ask("SELECT wr FROM pragma_table_list WHERE name = '_cf_KV'") == "1");
  sqlite3_close(db);
}

TEST_CASE("a file of workerd's is taken over") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(
      sqlite3_exec(db,
                   "CREATE TABLE _cf_KV (\n key TEXT PRIMARY KEY,\n value BLOB\n) WITHOUT ROWID;"
                   "INSERT INTO _cf_KV VALUES ('count', x'ff0f4902');"
                   "CREATE TABLE _cf_METADATA (key INTEGER PRIMARY KEY, value BLOB);"
                   "INSERT INTO _cf_METADATA VALUES (1, 2000000000);"
                   "CREATE TABLE t(x); INSERT INTO t VALUES (42)",
                   nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  Disk disk;
  Object object(disk, path);
  CHECK(GetOrNone(*object, "count") == "\xff\x0f\x49\x02");
  CHECK(Value(object->GetAlarm()) == 2'000);
  CHECK(Rows(*object, "SELECT x FROM t") == "42");
}

TEST_SUITE_END();

}  // namespace isolane::storage
