// Ends transactions at the end of a turn, and makes them durable without the loop waiting for the
// disk.
//
// Loop thread. One for all databases of a runtime, which it outlives. `CommitAll` commits each
// database that was written, once, whatever the number of writes: a write() to its log, which stays
// in the kernel's memory but survives the end of the process. Then a job on libuv's thread pool
// syncs the log, so that it survives a loss of power as well. A database has one job at a time;
// what is committed meanwhile waits for the next one, so that however many turns there are during
// one sync, they share the next.
//
// A log that has become long is folded into the database by a job, which needs the database for
// itself (Database::folding).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace isolane::loop {
class Loop;
}

namespace isolane::storage {

class Database;
class Store;

class Committer {
 public:
  // The loop outlives the Committer.
  explicit Committer(loop::Loop& loop);
  // Waits for the jobs under way. All databases are gone.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // At the end of a turn: commits, starts jobs, and tells the listeners what is durable or broken.
  // They may write again, which is for the next call; they do not call this.
  void CommitAll();
  // Something was written since the last CommitAll.
  bool pending() const { return !listed_.empty(); }
  // No job is under way. Until then the loop has something to wait for.
  bool idle() const { return jobs_.empty(); }

  // Called after a job from the loop has told a listener, which may want something done.
  void set_after_job(void (*after_job)(void*), void* context) {
    after_job_ = after_job;
    after_job_context_ = context;
  }
  // Called on the job's thread before each sync and fold; gives the system's error number with
  // which that fails, or 0.
  void set_disk_for_test(std::function<int()> disk) { disk_for_test_ = std::move(disk); }

 private:
  friend class Database;
  struct Job;

  // `database` has something for the next CommitAll.
  void List(Database& database);
  void Unlist(Database& database);
  // Starts the job that the database needs, if it has none under way.
  void Start(Database& database);
  void Run(std::unique_ptr<Job> job);
  void Finish(Job* job);
  // Blocks until the job's thread is done; Finish follows later.
  static void Await(Job& job);
  // The job's thread uses the store, and nobody else may.
  static bool HasStoreToItself(const Job& job);
  // For the loop thread: blocks while the above holds.
  static void TakeStore(Job& job);
  // Closes the store of a database that is going, now or when its job is done.
  void Close(Database& database);
  void CloseStore(std::unique_ptr<Store> store, std::string path);
  // Blocks until an earlier database of this file is closed.
  void AwaitClosed(const std::string& path);
  void Tell(Database& database);

  loop::Loop& loop_;
  std::vector<Database*> listed_;
  std::vector<Database*> telling_;  // while CommitAll goes over them; null: gone meanwhile
  std::unordered_map<Job*, std::unique_ptr<Job>> jobs_;
  void (*after_job_)(void*) = nullptr;
  void* after_job_context_ = nullptr;
  std::function<int()> disk_for_test_;
  size_t databases_ = 0;
  int folds_ = 0;
};

}  // namespace isolane::storage
