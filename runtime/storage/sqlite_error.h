// What SQLite's result codes mean, in words: for the Worker whose SQL was wrong, and for the people
// whose file is.
//
// Thread: any that may use the connection.
#pragma once

#include <string>

#include "isolane/result.h"

struct sqlite3;

namespace isolane::storage {

// Whose storage it is, for errors.
struct StorageName {
  std::string owner;  // "Durable Object 3f2a... of class Counter"
  std::string path;   // empty: in memory
};

// An error of a statement's own, which needs no hint.
Error SqlError(std::string message);

// "near "selec": syntax error at offset 0: SQLITE_ERROR", of the call that failed last with `code`.
// workerd's form.
std::string SqlErrorMessage(sqlite3* db, int code);

// True when the fault is not that of the statement but of the file, the disk or the memory: nothing
// can be said about the database any more.
bool IsFatal(sqlite3* db, int code);

// The error for a code that is fatal: names owner and file, the cause, and a way out. `what` is
// what was tried: "open", "write to". `error_number` is the operating system's, 0 if it said
// nothing.
Error StorageError(const StorageName& name, const char* what, int code, int error_number);

}  // namespace isolane::storage
