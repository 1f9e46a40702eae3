#include "runtime/storage/committer.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <future>
#include <random>
#include <thread>

#include "runtime/loop/timer.h"
#include "tests/runtime/storage/storage_fixture.h"

namespace isolane::storage {

TEST_SUITE_BEGIN("runtime/storage/committer");

TEST_CASE("a turn's writes are one commit") {
  TemporaryDirectory directory;
  Disk disk;
  Object object(disk, directory / "o.sqlite");
  CHECK(object->latest_commit() == 0);
  MustPut(*object, "a", "1");
  MustPut(*object, "b", "2");
  CHECK(object->latest_commit() == 1);
  CHECK(disk.committer.pending());
  disk.committer.CommitAll();
  CHECK_FALSE(disk.committer.pending());
  CHECK(object->latest_commit() == 1);
  // Not yet on the disk: that is another thread's work, and the loop tells.
  CHECK(object.log.durable == 0);
  CHECK_FALSE(disk.committer.idle());
  disk.Wait();
  CHECK(object.log.durable == 1);
  CHECK(object->durable_commit() == 1);
}

TEST_CASE("what is committed during a sync shares the next one") {
  TemporaryDirectory directory;
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future();
  std::atomic<int> syncs = 0;
  Disk disk;
  disk.committer.set_disk_for_test([&syncs, gate] {
    if (syncs++ == 0) gate.wait();
    return 0;
  });
  Object object(disk, directory / "o.sqlite");
  for (int turn = 1; turn <= 50; turn++) {
    MustPut(*object, "a", std::to_string(turn));
    disk.committer.CommitAll();
    CHECK(object->latest_commit() == static_cast<uint64_t>(turn));
  }
  CHECK(object.log.durable == 0);
  // The loop goes on meanwhile, and so does the object.
  CHECK(GetOrNone(*object, "a") == "50");
  go.set_value();
  disk.Wait();
  CHECK(object.log.durable == 50);
  CHECK(syncs == 2);
}

TEST_CASE("a listener may write, and may destroy its database") {
  TemporaryDirectory directory;
  Disk disk;
  Object object(disk, directory / "o.sqlite");
  SUBCASE("it writes") {
    object.log.on_durable = [&] {
      if (object.log.durable < 5) MustPut(*object, "a", std::to_string(object.log.durable));
    };
    MustPut(*object, "a", "first");
    while (disk.committer.pending()) disk.Settle();
    CHECK(object.log.durable == 5);
    CHECK(GetOrNone(*object, "a") == "4");
  }
  SUBCASE("it destroys") {
    object.log.on_durable = [&] { object.database.reset(); };
    MustPut(*object, "a", "1");
    disk.Settle();
    CHECK(object.log.durable == 1);
  }
  SUBCASE("it destroys another that is about to be told") {
    Object memory(disk, "");
    Object other(disk, "");
    memory.log.on_durable = [&] { other.database.reset(); };
    other.log.on_durable = [&] { FAIL("is gone"); };
    MustPut(*memory, "a", "1");
    MustPut(*other, "a", "1");
    disk.Settle();
    CHECK(memory.log.durable == 1);
  }
}

TEST_CASE("memory is durable at once") {
  Disk disk;
  Object object(disk, "");
  MustPut(*object, "a", "1");
  disk.committer.CommitAll();
  CHECK(object.log.durable == 1);
  CHECK(disk.committer.idle());
}

TEST_CASE("a turn that only began to write is durable at once") {
  TemporaryDirectory directory;
  Disk disk;
  Object object(disk, directory / "o.sqlite");
  MustPut(*object, "a", "1");
  disk.Settle();
  CHECK_FALSE(Value(object->Delete("not there")));
  disk.committer.CommitAll();
  CHECK(object.log.durable == 2);
  CHECK(disk.committer.idle());
}

TEST_CASE("a database may go while it is being synced") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future();
  {
    Disk disk;
    disk.committer.set_disk_for_test([gate] {
      gate.wait();
      return 0;
    });
    {
      Object object(disk, path);
      MustPut(*object, "a", "1");
      disk.committer.CommitAll();
      MustPut(*object, "a", "not committed");
      object.log.on_durable = [] { FAIL("nobody is there any more"); };
    }
    SUBCASE("and the loop goes on before that ends") { disk.loop.RunOnce(); }
    SUBCASE("and the committer goes, too") {}
    go.set_value();
  }
  Disk disk;
  Object object(disk, path);
  CHECK(GetOrNone(*object, "a") == "1");
}

TEST_CASE("a failure breaks one database") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  std::atomic<int> jobs = 0;
  Disk disk;
  Object object(disk, path);
  Object other(disk, directory / "other.sqlite");
  MustPut(*object, "a", "1");
  MustPut(*other, "a", "1");
  disk.Settle();
  SUBCASE("of a sync") {
    disk.committer.set_disk_for_test([&jobs] { return jobs++ == 0 ? EIO : 0; });
    MustPut(*object, "a", "2");
    disk.committer.CommitAll();
    MustPut(*other, "a", "2");
    disk.committer.CommitAll();
    disk.Wait();
    const std::string message =
        path +
        ": object of Counter: cannot sync its storage: the disk failed: Input/output error "
        "(SQLITE_IOERR)";
    CHECK(object.log.broken == std::vector<std::string>{message});
    CHECK(object.log.durable == 1);
    CHECK(GetOrNone(*object, "a") == "error: " + message);
  }
  SUBCASE("of a write: the disk is full") {
    // No file may grow beyond this; of the soft limit, so that it can be taken back.
    rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{.rlim_cur = 256 * 1024, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    MustPut(*object, "big", std::string(512 * 1024, 'x'));
    MustPut(*object, "a", "2");
    MustPut(*other, "a", "2");
    disk.Settle();
    setrlimit(RLIMIT_FSIZE, &before);
    REQUIRE(object.log.broken.size() == 1);
    CHECK(object.log.broken[0] ==
          path +
              ": object of Counter: cannot write to its storage: the disk failed: File too large "
              "(SQLITE_IOERR)");
    CHECK(object.log.durable == 1);
    CHECK_FALSE(object->Put("a", "3").ok());
  }
  CHECK(other.log.broken.empty());
  CHECK(other.log.durable == 2);
  CHECK(GetOrNone(*other, "a") == "2");
  MustPut(*other, "a", "3");
  disk.Settle();
  CHECK(other.log.durable == 3);
}

TEST_CASE("an object that starts again after a failed write has what was stored before") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  Disk disk;
  {
    Object object(disk, path);
    MustPut(*object, "a", "1");
    disk.Settle();
    rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{.rlim_cur = 64 * 1024, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    MustPut(*object, "a", std::string(512 * 1024, 'x'));
    disk.Settle();
    setrlimit(RLIMIT_FSIZE, &before);
    CHECK(object.log.broken.size() == 1);
  }
  Object object(disk, path);
  CHECK(GetOrNone(*object, "a") == "1");
  MustPut(*object, "a", "2");
  disk.Settle();
  CHECK(GetOrNone(*object, "a") == "2");
}

namespace {

// SQLite does not write what is there already.
std::string Letters(int turn) { return std::string(50'000, static_cast<char>('a' + turn % 26)); }

}  // namespace

TEST_CASE("the log") {
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  Disk disk;
  Object object(disk, path);
  SUBCASE("is folded in when it is long, and does not grow") {
    for (int turn = 0; turn < 600; turn++) {
      MustPut(*object, "key" + std::to_string(turn % 20), Letters(turn));
      disk.Settle();
    }
    CHECK(std::filesystem::file_size(path + "-wal") < 5'000'000);
    CHECK(std::filesystem::file_size(path) < 2'000'000);
    CHECK(std::filesystem::file_size(path) > 900'000);
  }
  SUBCASE("that one big transaction made is cut again") {
    for (int i = 0; i < 600; i++) MustPut(*object, "key" + std::to_string(i), Letters(i));
    disk.Settle();
    CHECK(std::filesystem::file_size(path + "-wal") < 9'000'000);
    CHECK(std::filesystem::file_size(path) > 30'000'000);
  }
  SUBCASE("waits for queries that are open, but not forever") {
    MustPut(*object, "a", "1");
    std::unique_ptr<SqlCursor> cursor = Value(object->Execute("VALUES (1), (2), (3)", {}));
    for (int turn = 0; turn < 200; turn++) {
      MustPut(*object, "key", Letters(turn));
      disk.Settle();
    }
    CHECK(std::filesystem::file_size(path + "-wal") > 9'000'000);
    REQUIRE(cursor->Next().ok());
    CHECK(cursor->Column(0).integer == 2);
    for (int turn = 0; turn < 200; turn++) {
      MustPut(*object, "key", Letters(turn));
      disk.Settle();
    }
    const Status next = cursor->Next();
    REQUIRE_FALSE(next.ok());
    CHECK(next.error().message.starts_with("The query was ended because it was left open"));
    MustPut(*object, "key", Letters(0));
    disk.Settle();
    CHECK(std::filesystem::file_size(path + "-wal") < 9'000'000);
  }
  SUBCASE("is not folded in during a transaction that stays open") {
    REQUIRE(object->BeginSavepoint(Database::Savepoint::kAsync).ok());
    for (int turn = 0; turn < 400; turn++) {
      MustPut(*object, "key" + std::to_string(turn), Letters(turn));
      disk.Settle();
    }
    CHECK(object.log.durable == 0);
    REQUIRE(object->RollBackSavepoint().ok());
    disk.Settle();
    CHECK(ListOf(*object).empty());
  }
  SUBCASE("is gone when the database is closed") {
    MustPut(*object, "a", "1");
    disk.Settle();
    CHECK(std::filesystem::exists(path + "-wal"));
    object.database.reset();
    disk.Wait();
    CHECK_FALSE(std::filesystem::exists(path + "-wal"));
  }
}

TEST_CASE("a database whose log is to be folded") {
  TemporaryDirectory directory;
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future();
  std::atomic<int> jobs = 0;
  Disk disk;
  Object object(disk, directory / "o.sqlite");
  // The first job opens the file's way to the disk, the second one folds.
  disk.committer.set_disk_for_test([&jobs, gate] {
    if (jobs++ == 0) return 0;
    gate.wait();
    return 0;
  });
  MustPut(*object, "a", "1");
  disk.Settle();
  for (int i = 0; i < 100; i++) MustPut(*object, "key" + std::to_string(i), Letters(i));
  disk.committer.CommitAll();
  SUBCASE("can be used before that begins, which puts it off") {
    CHECK_FALSE(object->folding());
    CHECK(GetOrNone(*object, "key5") == Letters(5));
    MustPut(*object, "a", "2");
    go.set_value();
    disk.Settle();
    CHECK(object.log.durable == 3);
    MustPut(*object, "a", "3");
    disk.Settle();
    MustPut(*object, "a", "4");
    disk.Settle();
    CHECK(std::filesystem::file_size(directory / "o.sqlite") > 4'000'000);
  }
  SUBCASE("is waited for by those who use it meanwhile") {
    go.set_value();
    while (!object->folding()) std::this_thread::yield();
    MustPut(*object, "a", "2");
    CHECK(GetOrNone(*object, "key5") == Letters(5));
    CHECK(std::filesystem::file_size(directory / "o.sqlite") > 4'000'000);
    disk.Settle();
    CHECK(object.log.durable == 3);
    CHECK_FALSE(object->folding());
  }
  CHECK(object.log.broken.empty());
}

namespace {

// Runs in a process of its own until it is killed: commits numbered records, and writes the number
// of each that is durable to the pipe. Record i is in key i, and in a table.
[[noreturn]] void CommitUntilKilled(const std::string& path, int report, uint64_t first) {
  Disk disk;
  Object object(disk, path);
  const auto cursor =
      object->Execute("CREATE TABLE IF NOT EXISTS t(number INTEGER PRIMARY KEY)", {});
  if (!cursor.ok()) _exit(3);
  // The commit of record `first` is number 1.
  uint64_t told = 0;
  object.log.on_durable = [&] {
    for (; told < object.log.durable; told++) {
      const uint64_t record = first + told;
      if (write(report, &record, sizeof record) != sizeof record) _exit(4);
    }
  };
  for (uint64_t record = first;; record++) {
    // Now and then a big one, so that the log is folded in often.
    const std::string value(record % 10 == 0 ? 100'000 : 50, 'v');
    const std::vector<SqlValue> number = {SqlValue::Integer(static_cast<int64_t>(record))};
    if (!object->Put("key" + std::to_string(record), value).ok()) _exit(5);
    if (!object->Execute("INSERT INTO t VALUES (?)", number).ok()) _exit(6);
    disk.committer.CommitAll();
    if (record % 3 == 0) disk.loop.RunOnce();
  }
}

}  // namespace

TEST_CASE("a process that is killed loses nothing that was durable") {
  constexpr int kRounds = 20;
  TemporaryDirectory directory;
  const std::string path = directory / "o.sqlite";
  std::mt19937 random(20'261'121);
  uint64_t next = 0;  // the first record that may not be there
  uint64_t durable = 0;
  for (int round = 0; round < kRounds; round++) {
    CAPTURE(round);
    int report[2];
    REQUIRE(pipe(report) == 0);
    const pid_t child = fork();
    if (child == 0) {
      close(report[0]);
      CommitUntilKilled(path, report[1], next);
    }
    close(report[1]);
    // So many records, and a moment more, until the end comes.
    const uint64_t records = 1 + random() % 200;
    uint64_t record = 0;
    for (uint64_t i = 0; i < records && read(report[0], &record, sizeof record) == sizeof record;
         i++) {
      CHECK(record == next + i);
    }
    usleep(random() % 2'000);
    kill(child, SIGKILL);
    while (read(report[0], &record, sizeof record) == sizeof record) {
    }
    int status = 0;
    waitpid(child, &status, 0);
    close(report[0]);
    REQUIRE(WIFSIGNALED(status));
    durable = record;

    Disk disk;
    Object object(disk, path);
    const std::string count = Rows(*object, "SELECT count(*), max(number) FROM t");
    const uint64_t kept = std::stoull(count);
    // All records up to some number, that number is not below the last durable one, and both halves
    // of each are there.
    CHECK(count == std::to_string(kept) + "," + std::to_string(kept - 1));
    CHECK(kept > durable);
    CHECK(Rows(*object, "PRAGMA quick_check") == "ok");
    for (uint64_t i = next; i <= kept; i++) {
      const std::string value = GetOrNone(*object, "key" + std::to_string(i));
      CHECK(value.size() == (i == kept ? 4 : (i % 10 == 0 ? 100'000 : 50)));
    }
    next = kept;
  }
  CHECK(next > 20 * 50);
}

TEST_SUITE_END();

}  // namespace isolane::storage
