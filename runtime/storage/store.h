// The open SQLite database of one object, with every statement compiled for it.
//
// Used by one thread at a time: the loop thread, or that of a job which has it to itself
// (committer.h). Its destructor closes the file, and undoes what was not committed.
//
// The loop never waits for the disk: the connection does not sync (PRAGMA synchronous is OFF), and
// it never starts the write-ahead log again from its beginning, which would need a sync before the
// first frame. What is to survive a loss of power is synced by jobs, and only they check-point
// (Fold). What is to survive the end of the process needs no sync at all.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "isolane/result.h"
#include "runtime/storage/authorizer.h"
#include "runtime/storage/key_value.h"
#include "runtime/storage/metadata.h"
#include "runtime/storage/sql_statement.h"
#include "runtime/storage/sqlite_error.h"
#include "runtime/storage/statement.h"

namespace isolane::storage {

class Store {
 public:
  // Opens or makes the file and the directories above it, and reads the schema, so that a file that
  // is of no use is found now. An empty path is a database in memory.
  static Result<std::unique_ptr<Store>> Open(const StorageName& name);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  sqlite3* db() const { return db_.get(); }
  bool in_memory() const { return path_.empty(); }
  const std::string& path() const { return path_; }
  // How many pages the write-ahead log holds since it was last folded in.
  int64_t log_pages() const { return log_pages_; }
  // Whether anything reached the log since this was asked last.
  bool TakeWritten() { return std::exchange(written_, false); }

  // What failed: SQLite's code, and the system's error number where there is one.
  struct Failure {
    int code = SQLITE_OK;
    int error_number = 0;
    bool ok() const { return code == SQLITE_OK; }
  };

  // Before a Sync or a Fold, on the thread that uses the connection.
  void PrepareSync();

  // Makes every commit before PrepareSync survive a loss of power. Any thread, also while the loop
  // thread uses the connection; not twice at a time, and not while it is being closed.
  Failure Sync();

  enum class After { kUse, kClose };
  // Check-point: copies the log into the file, syncing both in the order that keeps them whole, so
  // it does what Sync does, too. For a thread that has the store to itself, without a transaction
  // or a statement under way. Afterwards the log starts again, or will be deleted with the
  // connection.
  Failure Fold(After after);

  // The operating system's error behind a code that came last, or 0.
  int SystemError(int code);

  // The log goes with the connection. It is empty, or all of it is on the disk in the file itself.
  void DeleteLogWhenClosed();

  // Drops all that the database holds, at once or not at all. No transaction or statement is under
  // way.
  int DropAll();

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  // First, so that the statements below are gone before it.
  std::unique_ptr<sqlite3, Close> db_;

 public:
  Authorizer authorizer;
  KeyValue key_value;
  Metadata metadata;
  SqlStatementCache statements;
  Statement begin{"BEGIN"};
  Statement commit{"COMMIT"};
  Statement rollback{"ROLLBACK"};
  // The innermost one is always meant, so they share a name.
  Statement savepoint{"SAVEPOINT _cf_savepoint"};
  Statement release{"RELEASE _cf_savepoint"};
  Statement rollback_to{"ROLLBACK TO _cf_savepoint"};
  Statement size{
      "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, "
      "pragma_freelist_count, pragma_page_size"};
  Statement reserved_names{
      "SELECT count(*) FROM sqlite_schema WHERE lower(substr(name, 1, 4)) = '_cf_'"};

  // While a Worker's statement runs: whether to end it. Null: never.
  bool (*interrupt)(void* context) = nullptr;
  void* interrupt_context = nullptr;

 private:
  explicit Store(std::string path) : path_(std::move(path)) {}
  int Configure();
  int Execute(const char* sql);
  static Failure SyncFile(sqlite3_file* file);

  std::string path_;
  int64_t log_pages_ = 0;
  bool written_ = false;
  sqlite3_file* file_ = nullptr;
  sqlite3_file* log_ = nullptr;
  bool file_synced_ = false;
  // Directories that got a new entry and were not synced since.
  std::vector<std::string> changed_directories_;
};

}  // namespace isolane::storage
