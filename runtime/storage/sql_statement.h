// A compiled statement of a Worker, and the cache of those that it has used before.
//
// Belongs to one connection, and is gone before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace isolane::storage {

class SqlStatement {
 public:
  enum class Reuse { kNo, kYes };

  // Takes over what was compiled from `text`.
  SqlStatement(sqlite3_stmt* statement, std::string_view text, Reuse reuse)
      : statement_(statement), text_(text), reuse_(reuse) {}
  ~SqlStatement();
  SqlStatement(const SqlStatement&) = delete;
  SqlStatement& operator=(const SqlStatement&) = delete;

  sqlite3_stmt* get() const { return statement_; }
  const std::string& text() const { return text_; }
  bool reusable() const { return reuse_ == Reuse::kYes; }

 private:
  sqlite3_stmt* statement_;
  std::string text_;
  Reuse reuse_;
};

// Statements that nobody is using, by their text. Bounded: what was used least lately goes.
class SqlStatementCache {
 public:
  // The statement for exactly this text, which the caller then has for itself; or null.
  std::unique_ptr<SqlStatement> Take(std::string_view text);
  // For the next one, if it is of use. The statement has been reset.
  void Put(std::unique_ptr<SqlStatement> statement);
  void Clear();
  size_t size() const { return entries_.size(); }

 private:
  // A compiled statement takes some 5 KB. A Worker has tens of them; one that puts values into the
  // text has no end of them.
  static constexpr size_t kStatements = 100;
  // Texts that are longer are those of migrations, which run once.
  static constexpr size_t kTextBytes = 16 * 1024;

  using Entries = std::list<std::unique_ptr<SqlStatement>>;
  Entries entries_;  // the one used last comes first
  std::unordered_map<std::string_view, Entries::iterator> by_text_;  // the statement's own text
};

}  // namespace isolane::storage
