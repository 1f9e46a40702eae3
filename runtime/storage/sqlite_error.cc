#include "runtime/storage/sqlite_error.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace isolane::storage {

namespace {

struct CodeName {
  int code;
  const char* name;
};

#define ISOLANE_CODE(name) \
  { name, #name }

constexpr CodeName kPrimary[] = {
    ISOLANE_CODE(SQLITE_ERROR),    ISOLANE_CODE(SQLITE_INTERNAL), ISOLANE_CODE(SQLITE_PERM),
    ISOLANE_CODE(SQLITE_ABORT),    ISOLANE_CODE(SQLITE_BUSY),     ISOLANE_CODE(SQLITE_LOCKED),
    ISOLANE_CODE(SQLITE_NOMEM),    ISOLANE_CODE(SQLITE_READONLY), ISOLANE_CODE(SQLITE_INTERRUPT),
    ISOLANE_CODE(SQLITE_IOERR),    ISOLANE_CODE(SQLITE_CORRUPT),  ISOLANE_CODE(SQLITE_NOTFOUND),
    ISOLANE_CODE(SQLITE_FULL),     ISOLANE_CODE(SQLITE_CANTOPEN), ISOLANE_CODE(SQLITE_PROTOCOL),
    ISOLANE_CODE(SQLITE_SCHEMA),   ISOLANE_CODE(SQLITE_TOOBIG),   ISOLANE_CODE(SQLITE_CONSTRAINT),
    ISOLANE_CODE(SQLITE_MISMATCH), ISOLANE_CODE(SQLITE_MISUSE),   ISOLANE_CODE(SQLITE_NOLFS),
    ISOLANE_CODE(SQLITE_AUTH),     ISOLANE_CODE(SQLITE_FORMAT),   ISOLANE_CODE(SQLITE_RANGE),
    ISOLANE_CODE(SQLITE_NOTADB),
};

// Those that a statement can lead to. The rest of SQLite's are details of files, which StorageError
// words with the operating system's own error.
constexpr CodeName kExtended[] = {
    ISOLANE_CODE(SQLITE_ABORT_ROLLBACK),        ISOLANE_CODE(SQLITE_CONSTRAINT_CHECK),
    ISOLANE_CODE(SQLITE_CONSTRAINT_COMMITHOOK), ISOLANE_CODE(SQLITE_CONSTRAINT_DATATYPE),
    ISOLANE_CODE(SQLITE_CONSTRAINT_FOREIGNKEY), ISOLANE_CODE(SQLITE_CONSTRAINT_FUNCTION),
    ISOLANE_CODE(SQLITE_CONSTRAINT_NOTNULL),    ISOLANE_CODE(SQLITE_CONSTRAINT_PINNED),
    ISOLANE_CODE(SQLITE_CONSTRAINT_PRIMARYKEY), ISOLANE_CODE(SQLITE_CONSTRAINT_ROWID),
    ISOLANE_CODE(SQLITE_CONSTRAINT_TRIGGER),    ISOLANE_CODE(SQLITE_CONSTRAINT_UNIQUE),
    ISOLANE_CODE(SQLITE_CONSTRAINT_VTAB),       ISOLANE_CODE(SQLITE_CORRUPT_VTAB),
    ISOLANE_CODE(SQLITE_ERROR_MISSING_COLLSEQ), ISOLANE_CODE(SQLITE_LOCKED_VTAB),
};

#undef ISOLANE_CODE

template <size_t count>
const char* NameOf(const CodeName (&names)[count], int code) {
  for (const CodeName& name : names) {
    if (name.code == code) return name.name;
  }
  return nullptr;
}

std::string PrimaryName(int code) {
  const char* name = NameOf(kPrimary, code & 0xff);
  return name != nullptr ? name : "SQLITE_UNKNOWN_ERROR_CODE(" + std::to_string(code) + ")";
}

struct Cause {
  std::string message;
  std::string hint;  // the way out
};

Cause FindCause(int code, int error_number) {
  const std::string system = error_number != 0 ? std::strerror(error_number) : "";
  const std::string suffix = system.empty() ? "" : ": " + system;
  if (error_number == EMFILE || error_number == ENFILE) {
    return {"too many files are open",
            "Each object in use takes two: raise the limit (ulimit -n)."};
  }
  if (error_number == ENOSPC || error_number == EDQUOT) code = SQLITE_FULL;
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return {"the file is not a SQLite database", "Move it away to let the object start empty."};
    case SQLITE_CORRUPT:
      return {"the file is damaged",
              "Restore it, try \"sqlite3 FILE .recover\", or move it away to let the object "
              "start empty."};
    case SQLITE_BUSY:
    case SQLITE_PROTOCOL:
      return {"the file is in use by another process",
              "Is another isolane, wrangler or sqlite3 running on the same state? Stop it, "
              "or give this one a directory of its own."};
    case SQLITE_FULL:
      return {"the disk is full" + suffix,
              "Make room; the object starts again with what was stored before."};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {"the file may not be written" + suffix,
              "Check the permissions of the file and of its directory."};
    case SQLITE_CANTOPEN:
      return {"the file cannot be opened" + suffix,
              "Check the permissions of the file and of its directory."};
    case SQLITE_NOMEM:
      return {"out of memory", ""};
    case SQLITE_INTERRUPT:
      return {"the writing was interrupted", ""};
    default:
      return {"the disk failed" + suffix, ""};
  }
}

}  // namespace

Error SqlError(std::string message) {
  Error error;
  error.message = std::move(message);
  return error;
}

std::string SqlErrorMessage(sqlite3* db, int code) {
  std::string message = sqlite3_errmsg(db);
  if (const int offset = sqlite3_error_offset(db); offset >= 0) {
    message += " at offset " + std::to_string(offset);
  }
  message += ": " + PrimaryName(code);
  const int extended = sqlite3_extended_errcode(db);
  if (const char* name = NameOf(kExtended, extended)) {
    message += std::string(" (extended: ") + name + ")";
  }
  return message;
}

bool IsFatal(sqlite3* db, int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
      // A virtual table that a Worker has made inconsistent is no fault of the file.
      return sqlite3_extended_errcode(db) != SQLITE_CORRUPT_VTAB;
    case SQLITE_NOTADB:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_BUSY:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
      return true;
    default:
      return false;
  }
}

Error StorageError(const StorageName& name, const char* what, int code, int error_number) {
  Cause cause = FindCause(code, error_number);
  Error error;
  error.message = name.owner + ": cannot " + what + " its storage: " + cause.message + " (" +
                  PrimaryName(code) + ")";
  error.hint = std::move(cause.hint);
  error.where = name.path.empty() ? "memory" : name.path;
  return error;
}

}  // namespace isolane::storage
