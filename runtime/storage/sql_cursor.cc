#include "runtime/storage/sql_cursor.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "runtime/storage/database.h"
#include "runtime/storage/interruptible.h"
#include "runtime/storage/store.h"

namespace isolane::storage {

namespace {

SqlValue ReadColumn(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return SqlValue::Integer(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return SqlValue::Real(sqlite3_column_double(statement, column));
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return SqlValue::Text({text, static_cast<size_t>(sqlite3_column_bytes(statement, column))});
    }
    case SQLITE_BLOB: {
      // A blob without bytes has no address.
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
      const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
      return SqlValue::Blob(size == 0 ? std::string_view() : std::string_view(bytes, size));
    }
    default:
      return SqlValue::Null();
  }
}

// SQLite counts steps of full scans here, and those of other loops under a number without a name.
int64_t CountSteps(sqlite3_stmt* statement) {
  return sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0) +
         sqlite3_stmt_status(statement, 0, 0);
}

}  // namespace

SqlCursor::SqlCursor(Database& database, std::unique_ptr<SqlStatement> statement)
    : database_(&database), statement_(std::move(statement)), text_(statement_->text()) {
  database_->cursors_.push_back(this);
  sqlite3_stmt_status(statement_->get(), SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
  sqlite3_stmt_status(statement_->get(), 0, 1);
}

SqlCursor::~SqlCursor() { End(); }

int64_t SqlCursor::steps() const {
  return statement_ != nullptr ? CountSteps(statement_->get()) : steps_;
}

SqlValue SqlCursor::Column(size_t column) const {
  if (statement_ != nullptr) return ReadColumn(statement_->get(), static_cast<int>(column));
  const KeptValue& kept = kept_[kept_row_][column];
  SqlValue value = kept.value;
  value.bytes = kept.bytes;
  return value;
}

// A statement that was compiled earlier may get other columns with its first step, which compiles
// it again if the schema has changed.
void SqlCursor::ReadColumnNames() {
  const int columns = sqlite3_column_count(statement_->get());
  column_names_.reserve(static_cast<size_t>(columns));
  for (int i = 0; i < columns; i++) {
    const char* name = sqlite3_column_name(statement_->get(), i);
    column_names_.emplace_back(name == nullptr ? "" : name);
  }
}

Status SqlCursor::Start() {
  if (sqlite3_stmt_readonly(statement_->get()) != 0) return Step(First::kYes);
  sqlite3* db = database_->store_->db();
  const int64_t before = sqlite3_total_changes64(db);
  ISOLANE_TRY(Step(First::kYes));
  while (has_row_) {
    std::vector<KeptValue>& row = kept_.emplace_back();
    for (size_t i = 0; i < column_names_.size(); i++) {
      const SqlValue value = Column(i);
      row.push_back({value, std::string(value.bytes)});
    }
    ISOLANE_TRY(Step(First::kNo));
  }
  changes_ = sqlite3_total_changes64(db) - before;
  has_row_ = !kept_.empty();
  return Ok{};
}

Status SqlCursor::Step(First first) {
  int code;
  {
    // A change of the schema makes SQLite compile the statement again.
    const Authorizer::WorkerScope worker(database_->store_->authorizer);
    code = sqlite3_step(statement_->get());
  }
  if (first == First::kYes) ReadColumnNames();
  has_row_ = code == SQLITE_ROW;
  if (has_row_) return Ok{};
  // Before the statement is reset, which would end the message with it.
  Status status = code == SQLITE_DONE ? Status(Ok{}) : database_->Fail(code, "write to");
  End();
  return status;
}

bool SqlCursor::NextKept() {
  if (kept_row_ + 1 >= kept_.size()) return false;
  kept_row_++;
  return true;
}

Status SqlCursor::Next() {
  if (canceled_ != nullptr) return SqlError(canceled_);
  if (statement_ == nullptr) {
    has_row_ = has_row_ && NextKept();
    return Ok{};
  }
  ISOLANE_TRY(database_->Ready());
  const Database::Interruptible interruptible(*database_);
  return Step(First::kNo);
}

void SqlCursor::End() {
  if (statement_ == nullptr) return;
  steps_ = CountSteps(statement_->get());
  sqlite3_reset(statement_->get());
  sqlite3_clear_bindings(statement_->get());
  std::vector<SqlCursor*>& all = database_->cursors_;
  all.erase(std::find(all.begin(), all.end(), this));
  if (database_->store_ != nullptr) database_->store_->statements.Put(std::move(statement_));
  statement_ = nullptr;
  database_ = nullptr;
}

void SqlCursor::Cancel(const char* reason) {
  canceled_ = reason;
  has_row_ = false;
  End();
}

}  // namespace isolane::storage
