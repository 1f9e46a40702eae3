#include "runtime/storage/authorizer.h"

#include <sqlite3.h>
#include <strings.h>

#include <charconv>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace isolane::storage {

namespace {

// Functions that tell about SQLite itself, or that reach beyond the database, are not here.
constexpr std::string_view kFunctions =
    // Scalars
    "abs changes char coalesce concat concat_ws format glob hex ifnull iif instr last_insert_rowid "
    "length like likelihood likely lower ltrim nullif octet_length printf quote random randomblob "
    "replace round rtrim sign soundex substr substring total_changes trim typeof unhex unicode "
    "unlikely upper zeroblob "
    // Dates
    "date time datetime julianday unixepoch strftime timediff current_date current_time "
    "current_timestamp "
    // Aggregates and windows
    "avg count group_concat max min string_agg sum total row_number rank dense_rank percent_rank "
    "cume_dist ntile lag lead first_value last_value nth_value "
    // Mathematics
    "acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 "
    "log2 mod pi pow power radians sin sinh sqrt tan tanh trunc "
    // JSON
    "json json_array json_array_length json_error_position json_extract -> ->> json_insert "
    "json_object json_patch json_remove json_replace json_set json_type json_valid json_quote "
    "json_group_array json_group_object json_each json_tree jsonb jsonb_array jsonb_extract "
    "jsonb_insert jsonb_object jsonb_patch jsonb_remove jsonb_replace jsonb_set jsonb_group_array "
    "jsonb_group_object "
    // Full-text search, R*Tree
    "match highlight bm25 snippet rtreecheck "
    // What ALTER TABLE is made of
    "sqlite_rename_column sqlite_rename_table sqlite_rename_test sqlite_drop_column "
    "sqlite_rename_quotefix";

bool IsKnownFunction(const char* name) {
  static const std::unordered_set<std::string_view> known = [] {
    std::unordered_set<std::string_view> names;
    std::string_view rest = kFunctions;
    while (!rest.empty()) {
      const size_t end = rest.find(' ');
      if (end != 0) names.insert(rest.substr(0, end));
      rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
    }
    return names;
  }();
  return known.contains(name);
}

bool IsOneOf(const char* name, std::initializer_list<const char*> names) {
  for (const char* candidate : names) {
    if (strcasecmp(name, candidate) == 0) return true;
  }
  return false;
}

// isolane's own tables, which begin with _cf_ as workerd's do.
bool IsFree(const char* name) { return name != nullptr && strncasecmp(name, "_cf_", 4) != 0; }

bool IsNumber(std::string_view text) {
  int value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool IsBoolean(std::string_view text) {
  if (text.size() >= 2 && (text[0] == '\'' || text[0] == '"') && text.back() == text[0]) {
    text = text.substr(1, text.size() - 2);
  }
  const std::string value(text);
  return IsOneOf(value.c_str(), {"true", "false", "yes", "no", "on", "off", "1", "0"});
}

// Pragmas that ask, and those that change how the statements of this object behave; none that
// changes how the database is kept.
bool AllowsPragma(const char* name, const char* argument) {
  if (IsOneOf(name, {"table_list"})) return true;
  if (IsOneOf(name, {"data_version", "page_size"})) return argument == nullptr;
  if (IsOneOf(name, {"case_sensitive_like", "foreign_keys", "defer_foreign_keys",
                     "ignore_check_constraints", "legacy_alter_table", "recursive_triggers",
                     "reverse_unordered_selects"})) {
    return argument == nullptr || IsBoolean(argument);
  }
  if (IsOneOf(name, {"table_info", "table_xinfo", "foreign_key_list", "index_info", "index_list",
                     "index_xinfo"})) {
    return IsFree(argument);
  }
  if (IsOneOf(name, {"foreign_key_check"})) return argument == nullptr || IsFree(argument);
  if (IsOneOf(name, {"quick_check"})) {
    return argument == nullptr || IsNumber(argument) || IsFree(argument);
  }
  if (IsOneOf(name, {"optimize"})) return argument == nullptr || IsNumber(argument);
  return false;
}

}  // namespace

Authorizer::WorkerScope::WorkerScope(Authorizer& authorizer) : authorizer_(authorizer) {
  authorizer_.worker_ = true;
  authorizer_.refused_transaction_ = false;
  authorizer_.alters_table_ = false;
}

Authorizer::WorkerScope::~WorkerScope() { authorizer_.worker_ = false; }

void Authorizer::Install(sqlite3* db) {
  sqlite3_set_authorizer(
      db,
      [](void* self, int action, const char* first, const char* second, const char* database,
         const char*) {
        return static_cast<Authorizer*>(self)->Allows(action, first, second, database)
                   ? SQLITE_OK
                   : SQLITE_DENY;
      },
      this);
}

bool Authorizer::Allows(int action, const char* first, const char* second, const char* database) {
  if (!worker_) return true;
  // These two name the database first.
  if (action == SQLITE_ALTER_TABLE || action == SQLITE_DETACH) {
    database = std::exchange(first, second);
    second = nullptr;
  }
  if (database != nullptr && std::strcmp(database, "main") != 0) {
    // SQLite looks for names in the temporary schema, which stays empty.
    return std::strcmp(database, "temp") == 0 &&
           (action == SQLITE_READ || action == SQLITE_UPDATE) && IsFree(first);
  }
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
      return true;
    case SQLITE_ANALYZE:
      // PRAGMA optimize analyses every table; what it writes down are sizes.
      return true;
    case SQLITE_READ:
      // Tables that show SQLite's own state. They exist without having been made.
      return IsFree(first) && !IsOneOf(first, {"dbstat", "sqlite_stmt", "sqlite_dbpage"});
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_VIEW:
    case SQLITE_DROP_TABLE:
    case SQLITE_DROP_VIEW:
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_REINDEX:
      return IsFree(first);
    case SQLITE_ALTER_TABLE:
      alters_table_ = true;
      return IsFree(first);
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_DROP_INDEX:
    case SQLITE_DROP_TRIGGER:
      return IsFree(first) && IsFree(second);
    case SQLITE_CREATE_VTABLE:
    case SQLITE_DROP_VTABLE:
      return second != nullptr && IsFree(first) &&
             IsOneOf(second, {"fts5", "fts5vocab", "rtree", "rtree_i32"});
    case SQLITE_FUNCTION:
      return second != nullptr && IsKnownFunction(second);
    case SQLITE_PRAGMA:
      return first != nullptr && AllowsPragma(first, second);
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      refused_transaction_ = true;
      return false;
    default:
      // ATTACH, DETACH, temporary objects, and what SQLite may add.
      return false;
  }
}

}  // namespace isolane::storage
