// The SQL of a Worker: the half of Database that compiles and runs it.
#include <sqlite3.h>

#include "runtime/storage/database.h"
#include "runtime/storage/interruptible.h"
#include "runtime/storage/store.h"

namespace isolane::storage {

namespace {

constexpr char kTransactionRefused[] =
    "To execute a transaction, please use the state.storage.transaction() or "
    "state.storage.transactionSync() APIs instead of the SQL BEGIN TRANSACTION or SAVEPOINT "
    "statements. The JavaScript API is safer because it will automatically roll back on "
    "exceptions, and because it interacts correctly with Durable Objects' automatic atomic write "
    "coalescing.";

constexpr std::string_view kSpace = " \t\n\v\f\r";

// Nothing but space, comments and semicolons.
bool IsBlank(std::string_view sql) {
  while (!sql.empty()) {
    size_t skip = 1;
    if (sql.starts_with("--")) {
      skip = sql.find('\n');
    } else if (sql.starts_with("/*")) {
      skip = sql.find("*/", 2);
      if (skip != std::string_view::npos) skip += 2;
    } else if (sql[0] != ';' && kSpace.find(sql[0]) == std::string_view::npos) {
      return false;
    }
    sql.remove_prefix(std::min(skip, sql.size()));
  }
  return true;
}

int Bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  // An empty view may have no address, which SQLite would take for NULL.
  const char* bytes = value.bytes.empty() ? "" : value.bytes.data();
  switch (value.kind) {
    case SqlValue::Kind::kNull:
      return sqlite3_bind_null(statement, index);
    case SqlValue::Kind::kInteger:
      return sqlite3_bind_int64(statement, index, value.integer);
    case SqlValue::Kind::kReal:
      return sqlite3_bind_double(statement, index, value.real);
    case SqlValue::Kind::kText:
      return sqlite3_bind_text64(statement, index, bytes, value.bytes.size(), SQLITE_TRANSIENT,
                                 SQLITE_UTF8);
    case SqlValue::Kind::kBlob:
      return sqlite3_bind_blob64(statement, index, bytes, value.bytes.size(), SQLITE_TRANSIENT);
  }
  return SQLITE_MISUSE;
}

}  // namespace

Result<std::unique_ptr<SqlStatement>> Database::Compile(std::string_view* sql) {
  if (std::unique_ptr<SqlStatement> cached = store_->statements.Take(*sql)) {
    *sql = "";
    return cached;
  }
  sqlite3_stmt* compiled = nullptr;
  const char* rest = nullptr;
  int code;
  {
    const Authorizer::WorkerScope worker(store_->authorizer);
    code = sqlite3_prepare_v3(store_->db(), sql->data(), static_cast<int>(sql->size()), 0,
                              &compiled, &rest);
  }
  if (code == SQLITE_AUTH && store_->authorizer.refused_transaction()) {
    return SqlError(kTransactionRefused);
  }
  if (code != SQLITE_OK) return Fail(code, "read");
  if (compiled == nullptr) return std::unique_ptr<SqlStatement>();
  const auto length = static_cast<size_t>(rest - sql->data());
  const std::string_view text = sql->substr(0, length);
  const std::string_view remaining = sql->substr(length);
  const bool whole = IsBlank(remaining);
  // What renames is watched while it runs, and is not run often.
  const bool reusable = whole && !store_->authorizer.alters_table();
  auto statement = std::make_unique<SqlStatement>(
      compiled, whole ? *sql : text,
      reusable ? SqlStatement::Reuse::kYes : SqlStatement::Reuse::kNo);
  // Offsets in errors are those in the statement.
  const size_t space = remaining.find_first_not_of(kSpace);
  *sql = whole ? "" : remaining.substr(space);
  return statement;
}

Result<std::unique_ptr<SqlCursor>> Database::Execute(std::string_view sql,
                                                     std::span<const SqlValue> bindings) {
  ISOLANE_TRY(Ready());
  const Interruptible interruptible(*this);
  for (;;) {
    ISOLANE_ASSIGN(std::unique_ptr<SqlStatement> statement, Compile(&sql));
    if (statement == nullptr) {
      return SqlError("SQL code did not contain a statement.");
    }
    if (sql.empty()) return Run(std::move(statement), bindings);
    if (sqlite3_bind_parameter_count(statement->get()) != 0) {
      return SqlError(
          "When executing multiple SQL statements in a single call, only the last "
          "statement can have parameters.");
    }
    // Its first step does all that it writes; rows it may give are for nobody.
    ISOLANE_TRY(Run(std::move(statement), {}));
  }
}

Result<std::unique_ptr<SqlCursor>> Database::Run(std::unique_ptr<SqlStatement> statement,
                                                 std::span<const SqlValue> bindings) {
  sqlite3_stmt* compiled = statement->get();
  if (static_cast<size_t>(sqlite3_bind_parameter_count(compiled)) != bindings.size()) {
    return SqlError("Wrong number of parameter bindings for SQL query.");
  }
  if (sqlite3_stmt_readonly(compiled) == 0) ISOLANE_TRY(ReadyToWrite());
  const bool alters_table = !statement->reusable() && store_->authorizer.alters_table();
  std::unique_ptr<SqlCursor> cursor(new SqlCursor(*this, std::move(statement)));
  for (size_t i = 0; i < bindings.size(); i++) {
    ISOLANE_TRY(Check(Bind(compiled, static_cast<int>(i) + 1, bindings[i]), "read"));
  }
  ISOLANE_TRY(alters_table ? RunRenaming(*cursor) : cursor->Start());
  return cursor;
}

// SQLite does not tell the authorizer the new name of a table, so one that begins with _cf_ is
// found afterwards, and taken back.
Status Database::RunRenaming(SqlCursor& cursor) {
  const auto count_reserved = [this] {
    Statement::Run run(store_->db(), store_->reserved_names);
    return run.Step() == SQLITE_ROW ? run.IntegerAt(0) : -1;
  };
  const int64_t before = count_reserved();
  ISOLANE_TRY(BeginSavepoint(Savepoint::kSync));
  Status done = cursor.Start();
  if (done.ok() && count_reserved() == before) return ReleaseSavepoint();
  if (!broken_) ISOLANE_TRY(RollBackSavepoint());
  if (!done.ok()) return done;
  return SqlError("not authorized: SQLITE_AUTH");
}

SqlEffort Database::Effort(std::string_view sql) {
  if (store_ == nullptr || !Ready().ok()) return {};
  return ExplainEffort(store_->db(), sql);
}

Result<int64_t> Database::Size() {
  ISOLANE_TRY(Ready());
  Statement::Run run(store_->db(), store_->size);
  const int code = run.Step();
  if (code != SQLITE_ROW) return Fail(code, "read");
  return run.IntegerAt(0);
}

void Database::SetInterrupt(bool (*interrupt)(void* context), void* context) {
  interrupt_ = interrupt;
  interrupt_context_ = context;
}

}  // namespace isolane::storage
