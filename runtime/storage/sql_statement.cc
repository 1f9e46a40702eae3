#include "runtime/storage/sql_statement.h"

#include <sqlite3.h>

#include <utility>

namespace isolane::storage {

SqlStatement::~SqlStatement() { sqlite3_finalize(statement_); }

std::unique_ptr<SqlStatement> SqlStatementCache::Take(std::string_view text) {
  const auto found = by_text_.find(text);
  if (found == by_text_.end()) return nullptr;
  std::unique_ptr<SqlStatement> statement = std::move(*found->second);
  entries_.erase(found->second);
  by_text_.erase(found);
  return statement;
}

void SqlStatementCache::Put(std::unique_ptr<SqlStatement> statement) {
  if (!statement->reusable() || statement->text().size() > kTextBytes) return;
  // The same text was run again while this one was in use.
  if (by_text_.contains(statement->text())) return;
  entries_.push_front(std::move(statement));
  by_text_.emplace(entries_.front()->text(), entries_.begin());
  if (entries_.size() <= kStatements) return;
  by_text_.erase(entries_.back()->text());
  entries_.pop_back();
}

void SqlStatementCache::Clear() {
  by_text_.clear();
  entries_.clear();
}

}  // namespace isolane::storage
