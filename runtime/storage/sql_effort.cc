#include "runtime/storage/sql_effort.h"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

namespace isolane::storage {

namespace {

// OPFLAG_ISNOOP of SQLite's instructions.
constexpr int kNothingDone = 0x40;

}  // namespace

SqlEffort ExplainEffort(sqlite3* db, std::string_view sql) {
  static const std::unordered_set<std::string_view> kWriting = {"Insert", "IdxInsert"};
  static const std::unordered_set<std::string_view> kTemporary = {"OpenEphemeral", "OpenAutoindex"};
  static const std::unordered_set<std::string_view> kPositioning = {
      "Rewind", "Last",    "SeekGE",    "SeekGT",   "SeekLE",
      "SeekLT", "VFilter", "SeekRowid", "NotExists"};

  SqlEffort effort;
  const std::string text = "EXPLAIN " + std::string(sql);
  sqlite3_stmt* explain = nullptr;
  if (sqlite3_prepare_v2(db, text.c_str(), static_cast<int>(text.size()), &explain, nullptr) !=
      SQLITE_OK) {
    return effort;
  }
  std::vector<int> written;
  std::unordered_set<int> temporary;
  while (sqlite3_step(explain) == SQLITE_ROW) {
    const auto* opcode = reinterpret_cast<const char*>(sqlite3_column_text(explain, 1));
    if (opcode == nullptr) continue;
    const int cursor = sqlite3_column_int(explain, 2);
    // An insertion that is noted only for hooks: the table is its own index.
    const bool noted = (sqlite3_column_int(explain, 6) & kNothingDone) != 0;
    if (kWriting.contains(opcode) && !noted) written.push_back(cursor);
    if (kTemporary.contains(opcode)) temporary.insert(cursor);
    if (kPositioning.contains(opcode)) effort.first_reads = 1;
  }
  sqlite3_finalize(explain);
  const auto writes = std::count_if(written.begin(), written.end(),
                                    [&](int cursor) { return !temporary.contains(cursor); });
  effort.writes_per_change = std::max(1, static_cast<int>(writes));
  return effort;
}

}  // namespace isolane::storage
