// What the SQL of a Worker may do, and what only isolane's own may: SQLite asks while it compiles a
// statement, and again when a change of the schema makes it compile one anew.
//
// Belongs to one connection. Nothing is remembered between statements except by whom the current
// one is.
#pragma once

struct sqlite3;

namespace isolane::storage {

class Authorizer {
 public:
  // For as long as it lives, statements are the Worker's. Not nested.
  class WorkerScope {
   public:
    explicit WorkerScope(Authorizer& authorizer);
    ~WorkerScope();
    WorkerScope(const WorkerScope&) = delete;
    WorkerScope& operator=(const WorkerScope&) = delete;

   private:
    Authorizer& authorizer_;
  };

  // Outlives the connection.
  void Install(sqlite3* db);

  // Of the statements of the last WorkerScope. A transaction by SQL was refused, which has an error
  // text of its own.
  bool refused_transaction() const { return refused_transaction_; }
  // A table may be renamed. SQLite does not say to what, so that has to be looked at afterwards.
  bool alters_table() const { return alters_table_; }

 private:
  bool Allows(int action, const char* first, const char* second, const char* database);

  bool worker_ = false;
  bool refused_transaction_ = false;
  bool alters_table_ = false;
};

}  // namespace isolane::storage
