#include "runtime/storage/metadata.h"

#include <sqlite3.h>

#include <algorithm>

namespace isolane::storage {

namespace {

constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;
// The end of what nanoseconds can say, in the year 2262.
constexpr int64_t kLastMillisecond = INT64_MAX / kNanosecondsPerMillisecond;

}  // namespace

int Metadata::GetAlarm(sqlite3* db, AlarmTime* alarm) {
  *alarm = std::nullopt;
  if (!cached_) {
    alarm_ = std::nullopt;
    int code = table_ ? SQLITE_ROW : Statement::Run(db, find_table_).Step();
    if (code == SQLITE_ROW) {
      Statement::Run run(db, get_alarm_);
      code = run.Step();
      if (code == SQLITE_ROW && !run.IsNull(0)) {
        alarm_ = run.IntegerAt(0) / kNanosecondsPerMillisecond;
      }
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) return code;
    cached_ = true;
  }
  *alarm = alarm_;
  return SQLITE_OK;
}

int Metadata::SetAlarm(sqlite3* db, AlarmTime alarm) {
  if (alarm) alarm = std::min(*alarm, kLastMillisecond);
  if (!table_) {
    if (const int code = Statement::Run(db, make_table_).Finish(); code != SQLITE_OK) return code;
    table_ = true;
  }
  Statement::Run run(db, set_alarm_);
  if (alarm) {
    run.Integer(*alarm * kNanosecondsPerMillisecond);
  } else {
    run.Null();
  }
  const int code = run.Finish();
  if (code != SQLITE_OK) return code;
  cached_ = true;
  alarm_ = alarm;
  return SQLITE_OK;
}

}  // namespace isolane::storage
