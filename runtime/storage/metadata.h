// What isolane keeps about an object beside its data: the time of its alarm. A table of workerd's
// shape.
//
// Belongs to one connection. Methods give SQLite's result codes; SQLITE_OK is 0.
#pragma once

#include <cstdint>
#include <optional>

#include "runtime/storage/statement.h"

namespace isolane::storage {

// Milliseconds since 1970; none: no alarm is set.
using AlarmTime = std::optional<int64_t>;

class Metadata {
 public:
  int GetAlarm(sqlite3* db, AlarmTime* alarm);
  int SetAlarm(sqlite3* db, AlarmTime alarm);

  // After a rollback, and when all tables were dropped: what was read may not hold any more.
  void ForgetSchema() {
    table_ = false;
    cached_ = false;
  }

 private:
  bool table_ = false;   // it exists; false: it may
  bool cached_ = false;  // alarm_ is what the table says
  AlarmTime alarm_;
  Statement find_table_{
      "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_cf_METADATA'"};
  Statement make_table_{
      "CREATE TABLE IF NOT EXISTS _cf_METADATA (key INTEGER PRIMARY KEY, value BLOB)"};
  // The rows' numbers and the unit, nanoseconds, are workerd's.
  Statement get_alarm_{"SELECT value FROM _cf_METADATA WHERE key = 1"};
  Statement set_alarm_{
      "INSERT INTO _cf_METADATA VALUES (1, ?) ON CONFLICT DO UPDATE SET value = excluded.value"};
};

}  // namespace isolane::storage
