// What one Durable Object has stored, as its actor sees it: the database, the queries that are
// open, and which commit what leaves the actor waits for.
//
// Loop thread. Owned by the actor's class. In a file it lasts as long as the actor, in memory as
// long as the class.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <isolane/result.h>

#include "runtime/storage/database.h"

namespace isolane::worker {

class Dispatcher;
struct Actor;

class ActorStorage final : public storage::Database::Listener {
 public:
  // Both outlive it.
  ActorStorage(Dispatcher& dispatcher, storage::Committer& committer, storage::StorageName name);
  ~ActorStorage() override;

  // The actor that uses it now, or null. Without one, what was not committed is undone.
  void Attach(Actor* actor);
  bool in_memory() const { return in_memory_; }
  storage::Database& database() { return database_; }
  const storage::Database& database() const { return database_; }

  // What was written until now must be durable before anything leaves the actor. But what is
  // written in a transaction holds nothing before the end of that, which may wait for answers
  // itself.
  void HoldAnswers();
  // A transaction that may last over turns begins, or has ended (and what it wrote holds answers).
  void BeginTransaction() { transactions_++; }
  void EndTransaction();
  // The number of the commit that is to become durable, or 0 if all are; then the actor is told (as
  // news about 0) when the next one has become so.
  uint64_t AwaitDurable();

  // A query whose rows are not all read. The oldest of too many ends with an error.
  struct Query {
    std::unique_ptr<storage::SqlCursor> cursor;
    std::optional<Error> failed;  // found ahead of the row that was asked for
  };
  uint32_t Keep(Query query);
  Query* Find(uint32_t id);
  void Drop(uint32_t id) { queries_.erase(id); }

  void OnDurable(uint64_t commit) override;
  void OnBroken(const Error& error) override;

 private:
  Dispatcher& dispatcher_;
  const bool in_memory_;
  storage::Database database_;
  Actor* actor_ = nullptr;
  std::map<uint32_t, Query> queries_;
  uint32_t last_query_ = 0;
  bool awaited_ = false;
  int transactions_ = 0;
};

// In one line, for an exception.
std::string StorageMessage(const Error& error);

}  // namespace isolane::worker
