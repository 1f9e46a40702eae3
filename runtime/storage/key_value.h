// The keys and values of an object, in a table of workerd's shape, so that state written by
// wrangler can be taken over.
//
// Belongs to one connection. Methods give SQLite's result codes; SQLITE_OK is 0.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/storage/key_range.h"
#include "runtime/storage/statement.h"

namespace isolane::storage {

enum class ListOrder { kForward, kReverse };

class KeyValue {
 public:
  // Whether an entry was there. A table that was never made is empty.
  int Get(sqlite3* db, std::string_view key, std::string* value, bool* found);
  int Put(sqlite3* db, std::string_view key, std::string_view value);
  int Delete(sqlite3* db, std::string_view key, bool* found);
  int Count(sqlite3* db, int64_t* count);

  // Calls `each` for up to `limit` entries, until it gives false. The views end with the call.
  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;
  int List(sqlite3* db, const KeyRange& range, ListOrder order, int64_t limit, const Visitor& each);

  // After a rollback, and when all tables were dropped: the table may be gone.
  void ForgetSchema() { table_ = Table::kUnknown; }

 private:
  enum class Table { kUnknown, kMissing, kExists };

  // False: there is no table, or `*code` says what failed.
  bool HasTable(sqlite3* db, int* code);
  int MakeTable(sqlite3* db);

  Table table_ = Table::kUnknown;
  Statement find_table_{"SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_cf_KV'"};
  Statement make_table_{
      "CREATE TABLE IF NOT EXISTS _cf_KV (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID"};
  Statement get_{"SELECT value FROM _cf_KV WHERE key = ?"};
  Statement put_{
      "INSERT INTO _cf_KV VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"};
  Statement delete_{"DELETE FROM _cf_KV WHERE key = ?"};
  Statement count_{"SELECT count(*) FROM _cf_KV"};
  // A limit of -1 is none.
  Statement list_{"SELECT key, value FROM _cf_KV WHERE key >= ? ORDER BY key LIMIT ?"};
  Statement list_end_{
      "SELECT key, value FROM _cf_KV WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"};
  Statement list_reverse_{"SELECT key, value FROM _cf_KV WHERE key >= ? ORDER BY key DESC LIMIT ?"};
  Statement list_end_reverse_{
      "SELECT key, value FROM _cf_KV WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ?"};
};

}  // namespace isolane::storage
