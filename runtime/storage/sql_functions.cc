#include "runtime/storage/sql_functions.h"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/percent.h"

namespace isolane::storage {

namespace {

// The version that has the last of them.
constexpr int kComplete = 3'044'000;

// As text, also of a number; empty for NULL.
std::string_view TextOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_value_bytes(value))};
}

bool IsNull(sqlite3_value* value) { return sqlite3_value_type(value) == SQLITE_NULL; }

void ReturnText(sqlite3_context* context, const std::string& text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

std::string Join(std::string_view separator, int count, sqlite3_value** values) {
  std::string joined;
  bool first = true;
  for (int i = 0; i < count; i++) {
    if (IsNull(values[i])) continue;
    if (!first) joined += separator;
    first = false;
    joined += TextOf(values[i]);
  }
  return joined;
}

// https://sqlite.org/lang_corefunc.html#concat
void Concat(sqlite3_context* context, int count, sqlite3_value** values) {
  ReturnText(context, Join("", count, values));
}

// https://sqlite.org/lang_corefunc.html#concat_ws
void ConcatWithSeparator(sqlite3_context* context, int count, sqlite3_value** values) {
  if (IsNull(values[0])) return;
  ReturnText(context, Join(TextOf(values[0]), count - 1, values + 1));
}

// https://sqlite.org/lang_corefunc.html#octet_length
void OctetLength(sqlite3_context* context, int, sqlite3_value** values) {
  if (IsNull(values[0])) return;
  // Of a number: that of its text.
  if (sqlite3_value_type(values[0]) != SQLITE_BLOB) (void)sqlite3_value_text(values[0]);
  sqlite3_result_int64(context, sqlite3_value_bytes(values[0]));
}

// https://sqlite.org/lang_corefunc.html#unhex: NULL for what is no hexadecimal. Between the digits
// of one byte nothing is passed over.
void Unhex(sqlite3_context* context, int count, sqlite3_value** values) {
  if (IsNull(values[0]) || (count > 1 && IsNull(values[1]))) return;
  const std::string_view text = TextOf(values[0]);
  const std::string_view passed_over = count > 1 ? TextOf(values[1]) : std::string_view();
  std::string bytes;
  for (size_t i = 0; i < text.size();) {
    const int high = base::HexDigit(text[i]);
    if (high < 0) {
      if (passed_over.find(text[i]) == std::string_view::npos) return;
      i++;
      continue;
    }
    const int low = i + 1 < text.size() ? base::HexDigit(text[i + 1]) : -1;
    if (low < 0) return;
    bytes += static_cast<char>(high * 16 + low);
    i += 2;
  }
  sqlite3_result_blob64(context, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(),
                        SQLITE_TRANSIENT);
}

// https://sqlite.org/lang_aggfunc.html#group_concat, of which string_agg is another name.
struct Aggregate {
  std::string* joined;
};

void AggregateStep(sqlite3_context* context, int, sqlite3_value** values) {
  auto* aggregate = static_cast<Aggregate*>(sqlite3_aggregate_context(context, sizeof(Aggregate)));
  if (aggregate == nullptr || IsNull(values[0])) return;
  if (aggregate->joined == nullptr) {
    aggregate->joined = new std::string;
  } else {
    *aggregate->joined += TextOf(values[1]);
  }
  *aggregate->joined += TextOf(values[0]);
  if (aggregate->joined->size() >
      static_cast<size_t>(
          sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1))) {
    sqlite3_result_error_toobig(context);
  }
}

void AggregateFinal(sqlite3_context* context) {
  auto* aggregate = static_cast<Aggregate*>(sqlite3_aggregate_context(context, 0));
  if (aggregate == nullptr || aggregate->joined == nullptr) return;
  const std::unique_ptr<std::string> joined(aggregate->joined);
  ReturnText(context, *joined);
}

using Scalar = void (*)(sqlite3_context*, int, sqlite3_value**);

struct Function {
  const char* name;
  int arguments;  // -1: any number
  Scalar scalar;
};

constexpr Function kFunctions[] = {
    {"concat", -1, Concat},
    {"concat_ws", -1, ConcatWithSeparator},
    {"octet_length", 1, OctetLength},
    {"unhex", 1, Unhex},
    {"unhex", 2, Unhex},
};

constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

}  // namespace

int AddSqlFunctions(sqlite3* db) {
  if (sqlite3_libversion_number() >= kComplete) return SQLITE_OK;
  for (const auto& [name, arguments, scalar] : kFunctions) {
    const int code = sqlite3_create_function_v2(db, name, arguments, kFlags, nullptr, scalar,
                                                nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return code;
  }
  return sqlite3_create_function_v2(db, "string_agg", 2, kFlags, nullptr, nullptr, AggregateStep,
                                    AggregateFinal, nullptr);
}

}  // namespace isolane::storage
