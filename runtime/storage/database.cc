#include "runtime/storage/database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/base/check.h"
#include "runtime/storage/interruptible.h"
#include "runtime/storage/store.h"

namespace isolane::storage {

Database::Database(Committer& committer, StorageName name, Listener& listener)
    : committer_(committer), name_(std::move(name)), listener_(listener) {
  ISOLANE_CHECK(name_.path.empty() || name_.path[0] == '/');
  committer_.databases_++;
}

Database::~Database() {
  CancelCursors("The storage of this Durable Object was closed.");
  committer_.Unlist(*this);
  committer_.Close(*this);
  committer_.databases_--;
}

// --- Errors

void Database::Break(Error error) {
  if (broken_) return;
  broken_ = std::move(error);
  tell_broken_ = true;
  committer_.List(*this);
}

Error Database::Fail(int code, const char* what) {
  sqlite3* db = store_->db();
  // Some errors undo the whole transaction, and with it what other calls of this turn wrote.
  const bool undone = dirty_ && sqlite3_get_autocommit(db) != 0;
  if (!undone && !IsFatal(db, code)) return SqlError(SqlErrorMessage(db, code));
  Break(StorageError(name_, what, code, store_->SystemError(code)));
  return *broken_;
}

Status Database::Check(int code, const char* what) {
  if (code == SQLITE_OK) return Ok{};
  return Fail(code, what);
}

// --- Opening

Status Database::Ready() {
  if (broken_) return *broken_;
  if (job_ != nullptr) Committer::TakeStore(*job_);
  if (store_ != nullptr) return Ok{};
  if (!name_.path.empty()) committer_.AwaitClosed(name_.path);
  Result<std::unique_ptr<Store>> opened = Store::Open(name_);
  if (!opened.ok()) {
    Break(std::move(opened.error()));
    return *broken_;
  }
  store_ = std::move(opened).value();
  missing_ = false;
  return Ok{};
}

Status Database::ReadyToWrite() {
  ISOLANE_TRY(Ready());
  if (dirty_) return Ok{};
  ISOLANE_TRY(Check(Statement::Run(store_->db(), store_->begin).Finish(), "write to"));
  dirty_ = true;
  committer_.List(*this);
  return Ok{};
}

// Nobody else makes the file, so it is looked for once.
bool Database::FileIsMissing() {
  if (store_ != nullptr || broken_) return false;
  if (!missing_) missing_ = name_.path.empty() || access(name_.path.c_str(), F_OK) != 0;
  return missing_;
}

bool Database::folding() const { return job_ != nullptr && Committer::HasStoreToItself(*job_); }

void Database::ForgetSchema() {
  store_->key_value.ForgetSchema();
  store_->metadata.ForgetSchema();
}

// --- Keys and values

Result<std::optional<std::string>> Database::Get(std::string_view key) {
  if (FileIsMissing()) return std::optional<std::string>();
  ISOLANE_TRY(Ready());
  std::optional<std::string> value(std::in_place);
  bool found;
  ISOLANE_TRY(Check(store_->key_value.Get(store_->db(), key, &*value, &found), "read"));
  if (!found) value.reset();
  return value;
}

Status Database::Put(std::string_view key, std::string_view value) {
  ISOLANE_TRY(ReadyToWrite());
  return Check(store_->key_value.Put(store_->db(), key, value), "write to");
}

Status Database::PutAll(std::span<const Entry> entries) {
  ISOLANE_TRY(BeginSavepoint(Savepoint::kSync));
  for (const auto& [key, value] : entries) {
    Status put = Put(key, value);
    if (put.ok()) continue;
    if (!broken_) ISOLANE_TRY(RollBackSavepoint());
    return put;
  }
  return ReleaseSavepoint();
}

Result<bool> Database::Delete(std::string_view key) {
  if (FileIsMissing()) return false;
  ISOLANE_TRY(ReadyToWrite());
  bool found;
  ISOLANE_TRY(Check(store_->key_value.Delete(store_->db(), key, &found), "write to"));
  return found;
}

Status Database::List(const KeyRange& range, ListOrder order, int64_t limit,
                      const KeyValue::Visitor& each) {
  if (FileIsMissing()) return Ok{};
  ISOLANE_TRY(Ready());
  const Interruptible interruptible(*this);
  return Check(store_->key_value.List(store_->db(), range, order, limit, each), "read");
}

Result<int64_t> Database::DeleteAll(Alarm alarm) {
  if (savepoints_ > 0) return SqlError("Cannot call deleteAll() within a transaction");
  if (FileIsMissing()) return int64_t{0};
  ISOLANE_TRY(Ready());
  int64_t count;
  ISOLANE_TRY(Check(store_->key_value.Count(store_->db(), &count), "read"));
  AlarmTime time;
  ISOLANE_TRY(Check(store_->metadata.GetAlarm(store_->db(), &time), "read"));
  CancelCursors("SQLite query was canceled because the database was deleted.");
  // What this turn wrote goes, too; its commit is this one.
  if (dirty_) {
    ISOLANE_TRY(Check(Statement::Run(store_->db(), store_->rollback).Finish(), "write to"));
    dirty_ = false;
  }
  ISOLANE_TRY(Check(store_->DropAll(), "write to"));
  committed_++;
  committer_.List(*this);
  if (time && alarm == Alarm::kKeep) ISOLANE_TRY(SetAlarm(time));
  return count;
}

Result<AlarmTime> Database::GetAlarm() {
  if (FileIsMissing()) return AlarmTime();
  ISOLANE_TRY(Ready());
  AlarmTime alarm;
  ISOLANE_TRY(Check(store_->metadata.GetAlarm(store_->db(), &alarm), "read"));
  return alarm;
}

Status Database::SetAlarm(AlarmTime alarm) {
  ISOLANE_ASSIGN(const AlarmTime current, GetAlarm());
  if (alarm == current) return Ok{};
  ISOLANE_TRY(ReadyToWrite());
  return Check(store_->metadata.SetAlarm(store_->db(), alarm), "write to");
}

// --- Transactions

Status Database::Commit() {
  ISOLANE_TRY(Check(Statement::Run(store_->db(), store_->commit).Finish(), "write to"));
  dirty_ = false;
  committed_++;
  return Ok{};
}

Status Database::BeginSavepoint(Savepoint kind) {
  ISOLANE_TRY(Ready());
  if (kind == Savepoint::kAsync && savepoints_ == 0 && dirty_) ISOLANE_TRY(Commit());
  ISOLANE_TRY(ReadyToWrite());
  ISOLANE_TRY(Check(Statement::Run(store_->db(), store_->savepoint).Finish(), "write to"));
  savepoints_++;
  return Ok{};
}

Status Database::ReleaseSavepoint() {
  if (broken_) return *broken_;
  ISOLANE_CHECK(savepoints_ > 0);
  ISOLANE_TRY(Check(Statement::Run(store_->db(), store_->release).Finish(), "write to"));
  if (--savepoints_ == 0) committer_.List(*this);
  return Ok{};
}

Status Database::RollBackSavepoint() {
  if (broken_) return *broken_;
  ISOLANE_CHECK(savepoints_ > 0);
  ForgetSchema();
  ISOLANE_TRY(Check(Statement::Run(store_->db(), store_->rollback_to).Finish(), "write to"));
  return ReleaseSavepoint();
}

void Database::Abandon() {
  CancelCursors("The Durable Object that ran this query was reset.");
  savepoints_ = 0;
  if (store_ == nullptr) return;
  if (store_->in_memory()) {
    broken_.reset();
    tell_broken_ = false;
  }
  if (!std::exchange(dirty_, false) || broken_) return;
  ForgetSchema();
  if (sqlite3_get_autocommit(store_->db()) != 0) return;
  (void)Check(Statement::Run(store_->db(), store_->rollback).Finish(), "write to");
}

void Database::CancelCursors(const char* reason) {
  while (!cursors_.empty()) cursors_.back()->Cancel(reason);
}

bool Database::CanFold() const {
  return store_ != nullptr && !dirty_ && cursors_.empty() && !broken_;
}

}  // namespace isolane::storage
