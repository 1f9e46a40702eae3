#include "runtime/storage/database.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/runtime/storage/storage_fixture.h"

namespace isolane::storage {

TEST_SUITE_BEGIN("runtime/storage/database");

namespace {

bool Exists(const std::string& path) { return std::filesystem::exists(path); }

// A file as a run of isolane leaves it, closed in order.
void MakeFile(const std::string& path, int keys = 1) {
  Disk disk;
  Object object(disk, path);
  for (int i = 0; i < keys; i++) {
    MustPut(*object, "key" + std::to_string(i), std::string(100, 'v'));
  }
  disk.Settle();
}

// That the database fails in every way with `message`, and that another one works meanwhile.
void MustBeBroken(Disk& disk, Object& object, const std::string& message) {
  CHECK(GetOrNone(*object, "a") == "error: " + message);
  const Status put = object->Put("a", "1");
  REQUIRE_FALSE(put.ok());
  CHECK(put.error().ToString() == message);
  CHECK(Rows(*object, "SELECT 1") == "error: " + message);
  CHECK(ListOf(*object) == "error: " + message);
  CHECK_FALSE(object->GetAlarm().ok());
  CHECK_FALSE(object->DeleteAll(Database::Alarm::kDelete).ok());
  CHECK_FALSE(object->BeginSavepoint(Database::Savepoint::kSync).ok());
  CHECK_FALSE(object->Size().ok());
  REQUIRE(object->broken().has_value());
  disk.Settle();
  CHECK(object.log.broken == std::vector<std::string>{message});
  TemporaryDirectory elsewhere;
  Object other(disk, elsewhere / "other.sqlite");
  MustPut(*other, "a", "1");
  disk.Settle();
  CHECK(other.log.durable == 1);
}

}  // namespace

TEST_CASE("an object that stores nothing has no file") {
  TemporaryDirectory directory;
  Disk disk;
  const std::string path = directory / "deep/er/o.sqlite";
  {
    Object object(disk, path);
    disk.Settle();
    CHECK(GetOrNone(*object, "a") == "none");
    CHECK(ListOf(*object).empty());
    CHECK_FALSE(Value(object->Delete("a")));
    CHECK_FALSE(Value(object->GetAlarm()).has_value());
    REQUIRE(object->SetAlarm(std::nullopt).ok());
    CHECK(Value(object->DeleteAll(Database::Alarm::kDelete)) == 0);
    disk.Settle();
    CHECK_FALSE(Exists(directory / "deep"));
    MustPut(*object, "a", "1");
    CHECK(Exists(path));
    disk.Settle();
  }
  disk.Wait();
  CHECK(Exists(path));
  CHECK_FALSE(Exists(path + "-wal"));
  CHECK_FALSE(Exists(path + "-shm"));
  CHECK_FALSE(Exists(path + "-journal"));
}

TEST_CASE("a database has what was stored before") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  MakeFile(path);
  Disk disk;
  Object object(disk, path);
  CHECK(GetOrNone(*object, "key0") == std::string(100, 'v'));
}

TEST_CASE("a database can be opened again while the one before is being closed") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  Disk disk;
  for (int round = 0; round < 20; round++) {
    CAPTURE(round);
    Object object(disk, path);
    CHECK(GetOrNone(*object, "round") == (round == 0 ? "none" : std::to_string(round - 1)));
    MustPut(*object, "round", std::to_string(round));
    disk.committer.CommitAll();
    // Destroyed now, with the sync of this commit under way.
  }
}

TEST_CASE("what was not committed is undone when the database goes") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  Disk disk;
  {
    Object object(disk, path);
    MustPut(*object, "a", "1");
    disk.Settle();
    MustPut(*object, "a", "2");
  }
  Object object(disk, path);
  CHECK(GetOrNone(*object, "a") == "1");
}

TEST_CASE("a file that is of no use breaks its object only") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  Disk disk;
  SUBCASE("something else") {
    WriteFile(path, std::string(8'192, 'x'));
    Object object(disk, path);
    MustBeBroken(disk, object,
                 path +
                     ": object of Counter: cannot open its storage: the file is not a SQLite "
                     "database (SQLITE_NOTADB)\nMove it away to let the object start empty.");
    CHECK(ReadFile(path) == std::string(8'192, 'x'));
  }
  SUBCASE("a database whose first page is damaged") {
    MakeFile(path, 100);
    std::string bytes = ReadFile(path);
    std::fill(bytes.begin() + 100, bytes.begin() + 4'000, '\x7f');
    WriteFile(path, bytes);
    Object object(disk, path);
    MustBeBroken(disk, object,
                 path +
                     ": object of Counter: cannot open its storage: the file is damaged "
                     "(SQLITE_CORRUPT)\nRestore it, try \"sqlite3 FILE .recover\", or move it away "
                     "to let the object start empty.");
  }
  SUBCASE("a database that was cut short") {
    MakeFile(path, 1'000);
    std::filesystem::resize_file(path, 10'000);
    Object object(disk, path);
    const std::string list = ListOf(*object);
    CHECK(list.find("the file is damaged (SQLITE_CORRUPT)") != std::string::npos);
    CHECK(object->broken().has_value());
  }
  SUBCASE("a directory") {
    mkdir(path.c_str(), 0755);
    Object object(disk, path);
    MustBeBroken(
        disk, object,
        path +
            ": object of Counter: cannot open its storage: the file cannot be opened: Is a "
            "directory (SQLITE_CANTOPEN)\nCheck the permissions of the file and of its "
            "directory.");
  }
  SUBCASE("a path through something that is no directory") {
    WriteFile(directory / "file", "");
    const std::string below = directory / "file/o.sqlite";
    Object object(disk, below);
    const Status put = object->Put("a", "1");
    REQUIRE_FALSE(put.ok());
    CHECK(put.error().ToString() ==
          below +
              ": object of Counter: cannot open its storage: the file cannot be opened: Not a "
              "directory (SQLITE_CANTOPEN)\nCheck the permissions of the file and of its "
              "directory.");
  }
}

TEST_CASE("a damaged page is found when it is read") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  MakeFile(path, 1'000);
  std::string bytes = ReadFile(path);
  REQUIRE(bytes.size() > 20 * 4'096);
  for (size_t page = 5; page < 15; page++) {
    std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(page * 4'096), 100, '\0');
  }
  WriteFile(path, bytes);
  Disk disk;
  Object object(disk, path);
  const std::string list = ListOf(*object);
  CHECK(list.find(path + ": object of Counter: cannot read its storage: the file is damaged") !=
        std::string::npos);
  disk.Settle();
  CHECK(object.log.broken.size() == 1);
}

TEST_CASE("a file that another process uses") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  MakeFile(path);
  int held[2];
  int done[2];
  REQUIRE(pipe(held) == 0);
  REQUIRE(pipe(done) == 0);
  const pid_t child = fork();
  if (child == 0) {
    sqlite3* db = nullptr;
    sqlite3_open(path.c_str(), &db);
    sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", nullptr, nullptr, nullptr);
    char byte = 0;
    (void)!write(held[1], &byte, 1);
    (void)!read(done[0], &byte, 1);
    _exit(0);
  }
  char byte = 0;
  REQUIRE(read(held[0], &byte, 1) == 1);
  {
    Disk disk;
    Object object(disk, path);
    MustBeBroken(
        disk, object,
        path +
            ": object of Counter: cannot open its storage: the file is in use by another "
            "process (SQLITE_BUSY)\nIs another isolane, wrangler or sqlite3 running on the "
            "same state? Stop it, or give this one a directory of its own.");
  }
  REQUIRE(write(done[1], &byte, 1) == 1);
  waitpid(child, nullptr, 0);
  for (const int file : {held[0], held[1], done[0], done[1]}) close(file);
  Disk disk;
  Object object(disk, path);
  CHECK(GetOrNone(*object, "key0") == std::string(100, 'v'));
}

TEST_CASE("a second process is kept out of a file in use") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  Disk disk;
  Object object(disk, path);
  MustPut(*object, "a", "1");
  disk.Settle();
  const pid_t child = fork();
  if (child == 0) {
    sqlite3* db = nullptr;
    sqlite3_open(path.c_str(), &db);
    const int code = sqlite3_exec(db, "SELECT count(*) FROM _cf_KV", nullptr, nullptr, nullptr);
    _exit(code == SQLITE_BUSY ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

namespace {

// Files are opened as nobody, so that permissions hold for root, too. Of this thread only.
struct AsNobody {
  AsNobody() { setfsuid(65'534); }
  ~AsNobody() { setfsuid(0); }
};

}  // namespace

TEST_CASE("files that may not be written") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  const std::string where = path + ": object of Counter: cannot open its storage: ";
  SUBCASE("no file can be made in the directory") {
    chmod((directory / "").c_str(), 0555);
    Disk disk;
    Object object(disk, path);
    const AsNobody nobody;
    const Status put = object->Put("a", "1");
    REQUIRE_FALSE(put.ok());
    CHECK(put.error().ToString() ==
          where +
              "the file cannot be opened: Permission denied (SQLITE_CANTOPEN)\nCheck the "
              "permissions of the file and of its directory.");
  }
  SUBCASE("the file is read-only") {
    MakeFile(path);
    chmod((directory / "").c_str(), 0755);
    chmod(path.c_str(), 0444);
    Disk disk;
    Object object(disk, path);
    const AsNobody nobody;
    const Status put = object->Put("a", "1");
    REQUIRE_FALSE(put.ok());
    CHECK(
        put.error().ToString() ==
        where +
            "the file may not be written (SQLITE_READONLY)\nCheck the permissions of the file and "
            "of its directory.");
  }
  SUBCASE("no log can be made beside the file") {
    MakeFile(path);
    chmod(path.c_str(), 0666);
    chmod((directory / "").c_str(), 0555);
    Disk disk;
    Object object(disk, path);
    const AsNobody nobody;
    const Status put = object->Put("a", "1");
    REQUIRE_FALSE(put.ok());
    CHECK(put.error().ToString().starts_with(where + "the file"));
  }
}

TEST_CASE("transactions") {
  TemporaryDirectory directory;
  Disk disk;
  Object object(disk, directory / "o.sqlite");
  Database& database = *object;
  using Savepoint = Database::Savepoint;
  MustPut(database, "a", "0");
  SUBCASE("a savepoint that is rolled back undoes what came after it") {
    REQUIRE(database.BeginSavepoint(Savepoint::kSync).ok());
    MustPut(database, "a", "1");
    MustPut(database, "b", "1");
    REQUIRE(database.RollBackSavepoint().ok());
    CHECK(ListOf(database) == "a=0");
    disk.Settle();
    CHECK(ListOf(database) == "a=0");
  }
  SUBCASE("savepoints nest") {
    REQUIRE(database.BeginSavepoint(Savepoint::kSync).ok());
    MustPut(database, "b", "1");
    REQUIRE(database.BeginSavepoint(Savepoint::kSync).ok());
    MustPut(database, "c", "2");
    REQUIRE(database.BeginSavepoint(Savepoint::kSync).ok());
    MustPut(database, "d", "3");
    CHECK(database.savepoints() == 3);
    REQUIRE(database.ReleaseSavepoint().ok());
    CHECK(ListOf(database) == "a=0 b=1 c=2 d=3");
    REQUIRE(database.RollBackSavepoint().ok());
    CHECK(ListOf(database) == "a=0 b=1");
    REQUIRE(database.BeginSavepoint(Savepoint::kSync).ok());
    MustPut(database, "e", "4");
    REQUIRE(database.RollBackSavepoint().ok());
    REQUIRE(database.ReleaseSavepoint().ok());
    CHECK(ListOf(database) == "a=0 b=1");
    CHECK(database.savepoints() == 0);
  }
  SUBCASE("an asynchronous one is not committed before it ends") {
    REQUIRE(database.BeginSavepoint(Savepoint::kAsync).ok());
    // What was written before does not wait for it.
    CHECK(database.latest_commit() == 2);
    disk.Settle();
    CHECK(object.log.durable == 1);
    MustPut(database, "b", "1");
    disk.Settle();
    MustPut(database, "c", "1");
    disk.Settle();
    CHECK(object.log.durable == 1);
    SUBCASE("and kept") {
      REQUIRE(database.ReleaseSavepoint().ok());
      disk.Settle();
      CHECK(object.log.durable == 2);
      CHECK(ListOf(database) == "a=0 b=1 c=1");
    }
    SUBCASE("or undone") {
      REQUIRE(database.RollBackSavepoint().ok());
      disk.Settle();
      CHECK(ListOf(database) == "a=0");
    }
    SUBCASE("or abandoned") {
      database.Abandon();
      disk.Settle();
      CHECK(database.savepoints() == 0);
      CHECK(ListOf(database) == "a=0");
      MustPut(database, "z", "1");
      disk.Settle();
      CHECK(ListOf(database) == "a=0 z=1");
    }
  }
  SUBCASE("tables made in one that is rolled back are gone, and made again when they are needed") {
    Object fresh(disk, directory / "fresh.sqlite");
    REQUIRE(fresh->BeginSavepoint(Savepoint::kSync).ok());
    MustPut(*fresh, "a", "1");
    REQUIRE(fresh->SetAlarm(5).ok());
    REQUIRE(fresh->RollBackSavepoint().ok());
    CHECK(GetOrNone(*fresh, "a") == "none");
    CHECK_FALSE(Value(fresh->GetAlarm()).has_value());
    MustPut(*fresh, "a", "2");
    REQUIRE(fresh->SetAlarm(6).ok());
    disk.Settle();
    CHECK(GetOrNone(*fresh, "a") == "2");
    CHECK(Value(fresh->GetAlarm()) == 6);
  }
}

TEST_CASE("what a reset of the object abandons was never stored") {
  TemporaryDirectory directory;
  for (const std::string& path : {directory / "o.sqlite", std::string()}) {
    Disk disk;
    Object object(disk, path);
    MustPut(*object, "a", "1");
    disk.Settle();
    MustPut(*object, "a", "2");
    MustPut(*object, "b", "2");
    Result<std::unique_ptr<SqlCursor>> cursor = object->Execute("VALUES (1), (2)", {});
    REQUIRE(cursor.ok());
    object->Abandon();
    CHECK(ListOf(*object) == "a=1");
    const Status next = (*cursor)->Next();
    REQUIRE_FALSE(next.ok());
    CHECK(next.error().message == "The Durable Object that ran this query was reset.");
  }
}

TEST_SUITE_END();

}  // namespace isolane::storage
