// The storage of one Durable Object: keys and values, SQL, transactions, in a SQLite file or in
// memory.
//
// Loop thread. Owned by the object. The file is opened by the first use that needs it, so an object
// that stores nothing has none. A use that fails because of the file (it is damaged, locked, not
// ours, the disk is full) breaks this Database: it fails with the same error from then on, and a
// new one for the same file starts with what was committed.
//
// What is written is in one implicit transaction, which the Committer ends together with the turn
// (committer.h); then it is made durable while the loop goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isolane/result.h"
#include "runtime/storage/committer.h"
#include "runtime/storage/key_value.h"
#include "runtime/storage/metadata.h"
#include "runtime/storage/sql_cursor.h"
#include "runtime/storage/sql_effort.h"
#include "runtime/storage/sql_value.h"
#include "runtime/storage/sqlite_error.h"

namespace isolane::storage {

class Store;

class Database {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // Every commit up to `commit` survives the end of the process and a loss of power. Called from
    // Committer::CommitAll or from the loop.
    virtual void OnDurable(uint64_t commit) = 0;
    // What was not durable is lost, and the database is broken. Once.
    virtual void OnBroken(const Error& error) = 0;
  };

  // `name.path` is absolute, or empty for a database in memory, which is gone with this object; no
  // other Database has the same. Committer and listener outlive the Database; a listener may
  // destroy it.
  Database(Committer& committer, StorageName name, Listener& listener);
  // Undoes what was not committed. A file that was written is folded and closed on another thread.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // --- Keys and values. Keys are UTF-8.

  Result<std::optional<std::string>> Get(std::string_view key);
  Status Put(std::string_view key, std::string_view value);
  // All or none.
  using Entry = std::pair<std::string, std::string>;
  Status PutAll(std::span<const Entry> entries);
  // Whether the key was there.
  Result<bool> Delete(std::string_view key);
  // Up to `limit` entries (-1: all), in the order of the keys. `each` may end it by giving false,
  // and does not use the database.
  Status List(const KeyRange& range, ListOrder order, int64_t limit, const KeyValue::Visitor& each);
  // Drops all that is stored, the Worker's tables as well. How many keys there were. Not within a
  // transaction; what this turn wrote is part of what is dropped.
  enum class Alarm { kKeep, kDelete };
  Result<int64_t> DeleteAll(Alarm alarm);

  Result<AlarmTime> GetAlarm();
  Status SetAlarm(AlarmTime alarm);

  // --- SQL of the Worker

  // Runs the statements in `sql`; `bindings`, borrowed, are for the last one, whose first row the
  // cursor stands at. Errors are worded as workerd words them.
  Result<std::unique_ptr<SqlCursor>> Execute(std::string_view sql,
                                             std::span<const SqlValue> bindings);
  // What one statement costs (SqlCursor::text); for nobody but those who ask.
  SqlEffort Effort(std::string_view sql);
  // Bytes in use, free pages not counted.
  Result<int64_t> Size();
  // Asked now and then while a statement or a List runs; true ends it with an error. What a writing
  // statement had done in this turn is lost then, and breaks the database.
  void SetInterrupt(bool (*interrupt)(void* context), void* context);

  // --- Transactions, within the implicit one

  enum class Savepoint {
    kSync,   // ends within the turn
    kAsync,  // may stay open over turns, so that nothing is committed until it ends
  };
  // Nests. An asynchronous one that is the first commits what was written before.
  Status BeginSavepoint(Savepoint kind);
  // Ends the innermost savepoint and keeps, or undoes, what was written in it.
  Status ReleaseSavepoint();
  Status RollBackSavepoint();
  size_t savepoints() const { return savepoints_; }
  // Undoes all that was not committed, and ends cursors and savepoints. A database in memory works
  // again, if it was broken: there is no other way to what was committed in it.
  void Abandon();

  // --- Commits

  // The number of the commit that what was written until now is part of. Answers that depend on it
  // wait for OnDurable with it.
  uint64_t latest_commit() const { return committed_ + (dirty_ ? 1 : 0); }
  uint64_t durable_commit() const { return durable_; }
  // Something was written since the last commit.
  bool dirty() const { return dirty_; }
  // Set when the database is broken.
  const std::optional<Error>& broken() const { return broken_; }
  // The log is being folded in on another thread. Any use now would hold up the loop until that is
  // done, for some milliseconds: better wait for OnDurable, which follows.
  bool folding() const;

 private:
  friend class Committer;
  friend class SqlCursor;

  // Opens the file, and waits for the end of a fold.
  Status Ready();
  // And begins the implicit transaction.
  Status ReadyToWrite();
  Status Commit();
  // Turns a code of SQLite's into an error. Breaks the database if that is more than a statement's
  // fault.
  Error Fail(int code, const char* what);
  Status Check(int code, const char* what);
  void Break(Error error);
  bool CanFold() const;
  void CancelCursors(const char* reason);
  // The next statement in `*sql`, of which it leaves the rest; null if there is none.
  Result<std::unique_ptr<SqlStatement>> Compile(std::string_view* sql);
  Result<std::unique_ptr<SqlCursor>> Run(std::unique_ptr<SqlStatement> statement,
                                         std::span<const SqlValue> bindings);
  Status RunRenaming(SqlCursor& cursor);
  bool FileIsMissing();
  void ForgetSchema();
  class Interruptible;

  Committer& committer_;
  StorageName name_;
  Listener& listener_;
  std::unique_ptr<Store> store_;  // null: not opened
  std::optional<Error> broken_;
  bool missing_ = false;  // there was no file when it was looked for, so nothing is stored
  bool dirty_ = false;    // an implicit transaction is open
  size_t savepoints_ = 0;
  uint64_t committed_ = 0;
  uint64_t durable_ = 0;
  std::vector<SqlCursor*> cursors_;  // those with a statement under way
  bool (*interrupt_)(void* context) = nullptr;
  void* interrupt_context_ = nullptr;
  // Of the Committer.
  Committer::Job* job_ = nullptr;
  bool listed_ = false;
  bool tell_broken_ = false;
  uint64_t told_durable_ = 0;
};

}  // namespace isolane::storage
