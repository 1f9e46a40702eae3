// The rows of one query, one at a time.
//
// Loop thread. Made by Database::Execute; may outlive the database, and then says so. A query that
// is not at its end holds its place while other statements run, and keeps the log from being folded
// in, so it should not be kept for long.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "isolane/result.h"
#include "runtime/storage/sql_statement.h"
#include "runtime/storage/sql_value.h"

namespace isolane::storage {

class Database;

class SqlCursor {
 public:
  ~SqlCursor();
  SqlCursor(const SqlCursor&) = delete;
  SqlCursor& operator=(const SqlCursor&) = delete;

  // As the query names them; there may be duplicates.
  const std::vector<std::string>& column_names() const { return column_names_; }

  // Of the one statement that the rows are of; the last in what was executed.
  const std::string& text() const { return text_; }

  // Whether there is a current row.
  bool has_row() const { return has_row_; }
  // Of the current row. Borrowed until Next.
  SqlValue Column(size_t column) const;
  // To the next row, if there is one. An error ends the query.
  Status Next();

  // Rows changed so far, those of triggers included, and steps to a next row in a table or an
  // index. What rows were read and written follows from them together with the statement's
  // SqlEffort.
  int64_t changes() const { return changes_; }
  int64_t steps() const;

 private:
  friend class Database;
  SqlCursor(Database& database, std::unique_ptr<SqlStatement> statement);

  // Steps to the first row. What writes is run to its end, and its rows are kept: until it has
  // ended, nothing can be committed.
  Status Start();
  enum class First { kNo, kYes };
  Status Step(First first);
  void ReadColumnNames();
  // Gives the statement back.
  void End();
  // As End; a later Next fails with `reason` unless the query was at its end.
  void Cancel(const char* reason);

  struct KeptValue {
    SqlValue value;
    std::string bytes;
  };
  bool NextKept();

  Database* database_;  // null: the query has ended
  std::unique_ptr<SqlStatement> statement_;
  std::string text_;
  std::vector<std::string> column_names_;
  bool has_row_ = false;
  const char* canceled_ = nullptr;
  std::vector<std::vector<KeptValue>> kept_;
  size_t kept_row_ = 0;
  int64_t changes_ = 0;
  int64_t steps_ = 0;  // when the query has ended
};

}  // namespace isolane::storage
