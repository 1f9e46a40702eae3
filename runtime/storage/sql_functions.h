// Functions that newer versions of SQLite than Debian's have, workerd's among them: concat,
// concat_ws, octet_length, string_agg, unhex.
#pragma once

struct sqlite3;

namespace isolane::storage {

// Nothing is done for a library that has them. Gives SQLite's result code; SQLITE_OK is 0.
int AddSqlFunctions(sqlite3* db);

}  // namespace isolane::storage
