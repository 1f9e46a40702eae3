#include "runtime/worker/actor_storage.h"

#include <utility>

#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

// Nobody reads so many at a time; code that begins queries and forgets them would keep them for
// ever.
constexpr size_t kQueries = 100;

}  // namespace

std::string StorageMessage(const Error& error) {
  std::string text = error.message;
  if (!error.where.empty()) text += " (" + error.where + ").";
  if (!error.hint.empty()) text += " " + error.hint;
  return text;
}

ActorStorage::ActorStorage(Dispatcher& dispatcher, storage::Committer& committer,
                           storage::StorageName name)
    : dispatcher_(dispatcher),
      in_memory_(name.path.empty()),
      database_(committer, std::move(name), *this) {
  database_.SetInterrupt(
      [](void* watchdog) { return static_cast<js::Watchdog*>(watchdog)->Overdue(); },
      &dispatcher.watchdog());
}

ActorStorage::~ActorStorage() = default;

void ActorStorage::Attach(Actor* actor) {
  actor_ = actor;
  if (actor != nullptr) return;
  awaited_ = false;
  transactions_ = 0;
  queries_.clear();
  database_.Abandon();
}

void ActorStorage::HoldAnswers() {
  if (transactions_ > 0) return;
  const uint64_t commit = database_.latest_commit();
  if (commit > database_.durable_commit()) actor_->unconfirmed = commit;
}

void ActorStorage::EndTransaction() {
  transactions_--;
  HoldAnswers();
}

uint64_t ActorStorage::AwaitDurable() {
  // What a transaction has written is no commit yet.
  const uint64_t commit = database_.latest_commit() - (transactions_ > 0 ? 1 : 0);
  if (commit <= database_.durable_commit()) return 0;
  awaited_ = true;
  return commit;
}

uint32_t ActorStorage::Keep(Query query) {
  if (queries_.size() >= kQueries) {
    // Whoever still holds it is told by Find that it has ended.
    queries_.erase(queries_.begin());
  }
  queries_.emplace(++last_query_, std::move(query));
  return last_query_;
}

ActorStorage::Query* ActorStorage::Find(uint32_t id) {
  const auto found = queries_.find(id);
  return found == queries_.end() ? nullptr : &found->second;
}

void ActorStorage::OnDurable(uint64_t commit) {
  if (actor_ == nullptr) return;
  if (std::exchange(awaited_, false)) dispatcher_.TellActor(*actor_, 0);
  dispatcher_.ConfirmActor(*actor_, commit);
}

void ActorStorage::OnBroken(const Error& error) {
  if (actor_ == nullptr) return;
  const std::string message = StorageMessage(error);
  dispatcher_.BreakActor(*actor_, {"Error", message, {}, false}, message);
}

}  // namespace isolane::worker
