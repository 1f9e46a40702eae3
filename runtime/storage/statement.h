// A statement of isolane's own: compiled at its first use, kept, and reset after each.
//
// Belongs to one connection, and is gone before it.
#pragma once

#include <cstdint>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace isolane::storage {

class Statement {
 public:
  // `sql` is a literal.
  explicit Statement(const char* sql) : sql_(sql) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // One execution. What it binds is borrowed until it ends, what it reads until the next Step.
  class Run {
   public:
    Run(sqlite3* db, Statement& statement);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Run& Text(std::string_view text);
    Run& Blob(std::string_view bytes);
    Run& Integer(int64_t value);
    Run& Null();

    // SQLITE_ROW, SQLITE_DONE, or what failed: now, at a binding, or at the compilation.
    int Step();
    // To the end. SQLITE_OK, or what failed.
    int Finish();

    bool IsNull(int column) const;
    int64_t IntegerAt(int column) const;
    std::string_view BytesAt(int column) const;  // text or blob

   private:
    void Note(int code);

    sqlite3_stmt* statement_ = nullptr;
    int code_;
    int bound_ = 0;
  };

 private:
  const char* sql_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace isolane::storage
