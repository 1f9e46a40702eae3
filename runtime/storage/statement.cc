#include "runtime/storage/statement.h"

#include <sqlite3.h>

namespace isolane::storage {

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Run::Run(sqlite3* db, Statement& statement) : code_(SQLITE_OK) {
  if (statement.statement_ == nullptr) {
    code_ = sqlite3_prepare_v3(db, statement.sql_, -1, SQLITE_PREPARE_PERSISTENT,
                               &statement.statement_, nullptr);
  }
  statement_ = statement.statement_;
}

Statement::Run::~Run() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  // What was bound is borrowed.
  if (bound_ > 0) sqlite3_clear_bindings(statement_);
}

void Statement::Run::Note(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}

// An empty view may have no address, which SQLite would take for NULL.
Statement::Run& Statement::Run::Text(std::string_view text) {
  if (statement_ != nullptr) {
    Note(sqlite3_bind_text64(statement_, ++bound_, text.empty() ? "" : text.data(), text.size(),
                             SQLITE_STATIC, SQLITE_UTF8));
  }
  return *this;
}

Statement::Run& Statement::Run::Blob(std::string_view bytes) {
  if (statement_ != nullptr) {
    Note(sqlite3_bind_blob64(statement_, ++bound_, bytes.empty() ? "" : bytes.data(), bytes.size(),
                             SQLITE_STATIC));
  }
  return *this;
}

Statement::Run& Statement::Run::Integer(int64_t value) {
  if (statement_ != nullptr) Note(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

Statement::Run& Statement::Run::Null() {
  if (statement_ != nullptr) Note(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

int Statement::Run::Step() { return code_ != SQLITE_OK ? code_ : sqlite3_step(statement_); }

int Statement::Run::Finish() {
  int code = Step();
  while (code == SQLITE_ROW) code = Step();
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

bool Statement::Run::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t Statement::Run::IntegerAt(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::Run::BytesAt(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {bytes == nullptr ? "" : bytes,
          static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace isolane::storage
