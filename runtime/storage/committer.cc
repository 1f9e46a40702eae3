#include "runtime/storage/committer.h"

#include <sqlite3.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/work.h"
#include "runtime/storage/database.h"
#include "runtime/storage/store.h"

namespace isolane::storage {

namespace {

// A log of 1,000 pages (4 MB) is folded: SQLite's own measure. To fold it takes some 5 ms on a disk
// that syncs in one, during which the object waits; to read it again after a crash takes as long.
// Smaller ones would write pages that change often more often, larger ones keep more on the disk
// twice. What one transaction writes is in the log as a whole, whatever its size.
constexpr int64_t kFoldPages = 1'000;
// A query that was left open keeps the log from being folded. When it has grown to 16 MB, the query
// is ended.
constexpr int64_t kPatiencePages = 4 * kFoldPages;

constexpr char kQueryInTheWay[] =
    "The query was ended because it was left open while the Durable Object wrote many megabytes. "
    "Read its rows first, for example with toArray().";

}  // namespace

struct Committer::Job {
  enum class Kind { kSync, kFold, kClose };
  Kind kind;
  Database* database = nullptr;  // null: gone
  Store* store = nullptr;
  std::unique_ptr<Store> owned;  // of a database that is gone
  std::string path;              // of one that is gone
  uint64_t commit = 0;           // durable if the job succeeds
  Store::Failure failure;
  loop::WorkHandle work;

  // Of a kFold, which may wait for a thread for long: whoever comes first has the store. When it is
  // the loop thread that wants to use it, the job does no more than a sync.
  enum class Holder { kNobody, kJob, kLoop };
  std::atomic<Holder> holder = Holder::kNobody;
  bool Hold(Holder who) {
    Holder before = Holder::kNobody;
    return holder.compare_exchange_strong(before, who) || before == who;
  }

  std::mutex mutex;
  std::condition_variable ended;
  bool has_ended = false;  // guarded by mutex
};

Committer::Committer(loop::Loop& loop) : loop_(loop) {}

Committer::~Committer() {
  ISOLANE_CHECK(databases_ == 0);
  for (const auto& [job, owned] : jobs_) Await(*job);
}

void Committer::List(Database& database) {
  if (database.listed_) return;
  database.listed_ = true;
  listed_.push_back(&database);
}

void Committer::Unlist(Database& database) {
  std::erase(listed_, &database);
  for (Database*& telling : telling_) {
    if (telling == &database) telling = nullptr;
  }
}

void Committer::CommitAll() {
  if (listed_.empty()) return;
  ISOLANE_CHECK(telling_.empty());
  telling_.swap(listed_);
  for (Database* database : telling_) {
    database->listed_ = false;
    // A transaction that stays open lists its database again when it ends. A failure breaks the
    // database, which is told below.
    if (database->dirty_ && database->savepoints_ == 0 && !database->broken_) {
      (void)database->Commit();
    }
    Start(*database);
  }
  // A listener may destroy any database.
  for (size_t i = 0; i < telling_.size(); i++) {
    if (telling_[i] != nullptr) Tell(*telling_[i]);
  }
  telling_.clear();
}

void Committer::Tell(Database& database) {
  Database::Listener& listener = database.listener_;
  const uint64_t durable = database.durable_;
  const bool tell_durable = std::exchange(database.told_durable_, durable) != durable;
  const bool tell_broken = std::exchange(database.tell_broken_, false);
  // A copy: the listener may destroy the database.
  const Error error = tell_broken ? *database.broken_ : Error();
  if (tell_durable) listener.OnDurable(durable);
  if (tell_broken) listener.OnBroken(error);
}

void Committer::Start(Database& database) {
  if (database.job_ != nullptr || database.store_ == nullptr || database.broken_) return;
  Store& store = *database.store_;
  if (!store.TakeWritten()) {
    // Every job before has ended, so all that was ever written is on the disk; or the database is
    // in memory.
    database.durable_ = database.committed_;
    return;
  }
  if (store.log_pages() >= kPatiencePages && !database.dirty_) {
    database.CancelCursors(kQueryInTheWay);
  }
  // One at a time: an object that is used while its log waits for other logs would wait with it.
  const int64_t pages_before_fold = folds_ == 0 ? kFoldPages : kPatiencePages;
  const bool fold = store.log_pages() >= pages_before_fold && database.CanFold();
  if (fold) folds_++;
  auto job = std::make_unique<Job>();
  job->kind = fold ? Job::Kind::kFold : Job::Kind::kSync;
  if (fold && store.log_pages() >= kPatiencePages) job->Hold(Job::Holder::kJob);
  job->database = &database;
  job->store = &store;
  job->commit = database.committed_;
  database.job_ = job.get();
  Run(std::move(job));
}

void Committer::Run(std::unique_ptr<Job> owned) {
  Job* job = owned.get();
  jobs_.emplace(job, std::move(owned));
  job->store->PrepareSync();
  job->work = loop::Work::Start(
      loop_,
      [job, disk = disk_for_test_] {
        const int error_number = disk ? disk() : 0;
        if (error_number != 0) {
          job->failure = {SQLITE_IOERR_FSYNC, error_number};
        } else if (job->kind == Job::Kind::kClose) {
          // What cannot be folded stays in the log, which the next one to open the file reads.
          (void)job->store->Fold(Store::After::kClose);
        } else if (job->kind == Job::Kind::kFold && job->Hold(Job::Holder::kJob)) {
          job->failure = job->store->Fold(Store::After::kUse);
        } else {
          job->failure = job->store->Sync();
        }
        if (job->kind == Job::Kind::kClose) job->owned.reset();
        const std::lock_guard lock(job->mutex);
        job->has_ended = true;
        job->ended.notify_all();
      },
      [this, job] {
        Finish(job);
        if (after_job_ != nullptr) after_job_(after_job_context_);
      });
}

void Committer::Await(Job& job) {
  std::unique_lock lock(job.mutex);
  job.ended.wait(lock, [&job] { return job.has_ended; });
}

bool Committer::HasStoreToItself(const Job& job) {
  return job.kind == Job::Kind::kFold && job.holder == Job::Holder::kJob;
}

void Committer::TakeStore(Job& job) {
  if (job.kind == Job::Kind::kFold && !job.Hold(Job::Holder::kLoop)) Await(job);
}

void Committer::Finish(Job* finished) {
  // The thread may still be letting go of the mutex.
  Await(*finished);
  const std::unique_ptr<Job> job = std::move(jobs_.extract(finished).mapped());
  if (job->kind == Job::Kind::kFold) folds_--;
  Database* database = job->database;
  if (database == nullptr) {
    if (job->owned != nullptr && job->failure.ok()) CloseStore(std::move(job->owned), job->path);
    return;
  }
  database->job_ = nullptr;
  if (job->failure.ok()) {
    database->durable_ = job->commit;
    Start(*database);
  } else {
    database->Break(
        StorageError(database->name_, "sync", job->failure.code, job->failure.error_number));
  }
  Tell(*database);
}

void Committer::Close(Database& database) {
  if (Job* job = std::exchange(database.job_, nullptr)) {
    job->database = nullptr;
    job->owned = std::move(database.store_);
    job->path = database.name_.path;
  } else if (database.store_ != nullptr && !database.broken_) {
    CloseStore(std::move(database.store_), database.name_.path);
  }
}

void Committer::CloseStore(std::unique_ptr<Store> store, std::string path) {
  if (store->log_pages() == 0) {
    // Nothing to fold, nothing to wait for.
    store->DeleteLogWhenClosed();
    return;
  }
  auto job = std::make_unique<Job>();
  job->kind = Job::Kind::kClose;
  job->store = store.get();
  job->owned = std::move(store);
  job->path = std::move(path);
  Run(std::move(job));
}

void Committer::AwaitClosed(const std::string& path) {
  for (;;) {
    Job* closing = nullptr;
    for (const auto& [job, owned] : jobs_) {
      if (job->database == nullptr && job->path == path) closing = job;
    }
    if (closing == nullptr) return;
    Await(*closing);
    // Now and not when the loop tells; it may start the job that closes the file.
    Finish(closing);
  }
}

}  // namespace isolane::storage
