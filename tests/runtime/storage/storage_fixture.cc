#include "tests/runtime/storage/storage_fixture.h"

#include <fstream>
#include <sstream>

namespace isolane::storage {

std::string ListOf(Database& database, const KeyRangeOptions& range, ListOrder order,
                   int64_t limit) {
  std::string list;
  const Status status = database.List(MakeKeyRange(range), order, limit,
                                      [&list](std::string_view key, std::string_view value) {
                                        if (!list.empty()) list += " ";
                                        list += std::string(key) + "=" + std::string(value);
                                        return true;
                                      });
  return status.ok() ? list : "error: " + status.error().ToString();
}

namespace {

std::string Show(const SqlValue& value) {
  std::ostringstream text;
  switch (value.kind) {
    case SqlValue::Kind::kNull:
      return "null";
    case SqlValue::Kind::kInteger:
      return std::to_string(value.integer);
    case SqlValue::Kind::kReal:
      text << value.real;
      return text.str();
    case SqlValue::Kind::kText:
      return std::string(value.bytes);
    case SqlValue::Kind::kBlob:
      text << "x'" << std::hex;
      for (const char byte : value.bytes) text << (static_cast<int>(byte) & 0xff) << ".";
      return text.str();
  }
  return "?";
}

}  // namespace

std::string Rows(Database& database, std::string_view sql, std::vector<SqlValue> bindings) {
  Result<std::unique_ptr<SqlCursor>> executed = database.Execute(sql, bindings);
  if (!executed.ok()) return "error: " + executed.error().ToString();
  SqlCursor& cursor = **executed;
  std::string rows;
  while (cursor.has_row()) {
    if (!rows.empty()) rows += "|";
    for (size_t i = 0; i < cursor.column_names().size(); i++) {
      if (i > 0) rows += ",";
      rows += Show(cursor.Column(i));
    }
    const Status next = cursor.Next();
    if (!next.ok()) return rows + " error: " + next.error().ToString();
  }
  return rows;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace isolane::storage
