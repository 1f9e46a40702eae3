// What a statement costs for each row it changes, read from its program. Plain data.
#pragma once

#include <string_view>

struct sqlite3;

namespace isolane::storage {

struct SqlEffort {
  int writes_per_change = 1;  // the row, and its entries in indexes
  int first_reads = 0;        // a look for a first row, which no step is counted for
};

// Compiles the first statement in `sql` once more, as EXPLAIN. One that does not compile, or is an
// EXPLAIN itself, costs nothing special.
SqlEffort ExplainEffort(sqlite3* db, std::string_view sql);

}  // namespace isolane::storage
