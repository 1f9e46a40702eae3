#include "runtime/storage/key_value.h"

#include <sqlite3.h>

namespace isolane::storage {

bool KeyValue::HasTable(sqlite3* db, int* code) {
  *code = SQLITE_OK;
  if (table_ == Table::kUnknown) {
    Statement::Run run(db, find_table_);
    const int step = run.Step();
    if (step == SQLITE_ROW) {
      table_ = Table::kExists;
    } else if (step == SQLITE_DONE) {
      table_ = Table::kMissing;
    } else {
      *code = step;
    }
  }
  return table_ == Table::kExists;
}

int KeyValue::MakeTable(sqlite3* db) {
  if (table_ == Table::kExists) return SQLITE_OK;
  const int code = Statement::Run(db, make_table_).Finish();
  if (code == SQLITE_OK) table_ = Table::kExists;
  return code;
}

int KeyValue::Get(sqlite3* db, std::string_view key, std::string* value, bool* found) {
  *found = false;
  int code;
  if (!HasTable(db, &code)) return code;
  Statement::Run run(db, get_);
  code = run.Text(key).Step();
  if (code == SQLITE_DONE) return SQLITE_OK;
  if (code != SQLITE_ROW) return code;
  *found = true;
  value->assign(run.BytesAt(0));
  return SQLITE_OK;
}

int KeyValue::Put(sqlite3* db, std::string_view key, std::string_view value) {
  if (const int code = MakeTable(db); code != SQLITE_OK) return code;
  return Statement::Run(db, put_).Text(key).Blob(value).Finish();
}

int KeyValue::Delete(sqlite3* db, std::string_view key, bool* found) {
  *found = false;
  int code;
  if (!HasTable(db, &code)) return code;
  code = Statement::Run(db, delete_).Text(key).Finish();
  *found = code == SQLITE_OK && sqlite3_changes(db) > 0;
  return code;
}

int KeyValue::Count(sqlite3* db, int64_t* count) {
  *count = 0;
  int code;
  if (!HasTable(db, &code)) return code;
  Statement::Run run(db, count_);
  code = run.Step();
  if (code != SQLITE_ROW) return code;
  *count = run.IntegerAt(0);
  return SQLITE_OK;
}

int KeyValue::List(sqlite3* db, const KeyRange& range, ListOrder order, int64_t limit,
                   const Visitor& each) {
  int code;
  if (range.empty || !HasTable(db, &code)) return range.empty ? SQLITE_OK : code;
  const bool reverse = order == ListOrder::kReverse;
  Statement::Run run(db, range.end ? (reverse ? list_end_reverse_ : list_end_)
                                   : (reverse ? list_reverse_ : list_));
  run.Text(range.start);
  if (range.end) run.Text(*range.end);
  run.Integer(limit);
  while ((code = run.Step()) == SQLITE_ROW) {
    if (!each(run.BytesAt(0), run.BytesAt(1))) return SQLITE_OK;
  }
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

}  // namespace isolane::storage
