#include "runtime/storage/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "runtime/storage/sql_functions.h"

namespace isolane::storage {

namespace {

// How often a statement asks whether it should end: some 10,000 instructions of SQLite's machine
// take 100 us.
constexpr int kInstructionsPerCheck = 10'000;

// workerd's limits. A value or a row of the Worker's own tables ends at 4 MiB; those of put() have
// a lower one of their own.
constexpr struct {
  int limit;
  int value;
} kLimits[] = {
    {SQLITE_LIMIT_LENGTH, 4 * 1024 * 1024},
    {SQLITE_LIMIT_SQL_LENGTH, 100'000},
    {SQLITE_LIMIT_COLUMN, 100},
    {SQLITE_LIMIT_EXPR_DEPTH, 100},
    {SQLITE_LIMIT_COMPOUND_SELECT, 5},
    {SQLITE_LIMIT_VDBE_OP, 25'000},
    {SQLITE_LIMIT_FUNCTION_ARG, 127},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 100},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 10},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

// All databases of the process together. Past the first, SQLite gives back cached pages; past the
// second a statement fails that wants more.
constexpr int64_t kSoftHeapBytes = 128ll << 20;
constexpr int64_t kHardHeapBytes = 512ll << 20;

// A frame of the log is a page with a header.
constexpr int64_t kFrameBytes = 4096 + 24;

int LastError(sqlite3_file* file) {
  int error_number = 0;
  if (file != nullptr && file->pMethods != nullptr) {
    file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error_number);
  }
  return error_number;
}

// Why a file that SQLite could not open cannot be opened: it tries again without writing, and keeps
// the error of that.
int WhyNotOpened(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return errno;
  close(file);
  return 0;
}

// Makes the directories above `path`. Those that got an entry are added to `changed`.
int MakeDirectories(const std::string& path, std::vector<std::string>* changed) {
  const std::string directory = path.substr(0, path.rfind('/'));
  if (directory.empty() || access(directory.c_str(), F_OK) == 0) return 0;
  if (const int error = MakeDirectories(directory, changed); error != 0) return error;
  if (mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) return errno;
  const std::string above = directory.substr(0, directory.rfind('/'));
  changed->push_back(above.empty() ? "/" : above);
  return 0;
}

int SyncDirectory(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return errno;
  // Some file systems cannot sync a directory, and say so with EINVAL.
  const int error = fsync(file) != 0 && errno != EINVAL ? errno : 0;
  close(file);
  return error;
}

}  // namespace

void Store::Close::operator()(sqlite3* db) const { sqlite3_close(db); }

Result<std::unique_ptr<Store>> Store::Open(const StorageName& name) {
  static std::once_flag limits;
  std::call_once(limits, [] {
    sqlite3_soft_heap_limit64(kSoftHeapBytes);
    sqlite3_hard_heap_limit64(kHardHeapBytes);
  });

  std::unique_ptr<Store> store(new Store(name.path));
  if (!store->in_memory()) {
    if (const int error = MakeDirectories(name.path, &store->changed_directories_); error != 0) {
      return StorageError(name, "open", SQLITE_CANTOPEN, error);
    }
  }
  sqlite3* db = nullptr;
  const char* path = store->in_memory() ? ":memory:" : name.path.c_str();
  int code = sqlite3_open_v2(
      path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  store->db_.reset(db);
  if (code == SQLITE_OK) code = store->Configure();
  if (code == SQLITE_OK) return store;
  int error_number = store->SystemError(code);
  if (error_number == ENOENT) error_number = WhyNotOpened(name.path);
  return StorageError(name, "open", code, error_number);
}

int Store::Configure() {
  sqlite3* db = db_.get();
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  // Closing must not copy the log without a sync; Fold does it in order.
  sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  for (const auto& [limit, value] : kLimits) sqlite3_limit(db, limit, value);
  authorizer.Install(db);
  if (const int code = AddSqlFunctions(db); code != SQLITE_OK) return code;
  sqlite3_progress_handler(
      db, kInstructionsPerCheck,
      [](void* self) {
        const auto* store = static_cast<const Store*>(self);
        return store->interrupt != nullptr && store->interrupt(store->interrupt_context) ? 1 : 0;
      },
      this);
  // A page cache of 1 MiB is filled only as far as pages are used. Deleted content need not be
  // overwritten: Debian's default, which doubles the pages that a delete writes.
  if (const int code = Execute("PRAGMA cache_size = -1024; PRAGMA secure_delete = OFF");
      code != SQLITE_OK) {
    return code;
  }
  if (in_memory()) return SQLITE_OK;

  // Exclusive, so that the index of the log is in memory instead of in a file of its own, a
  // transaction takes no locks, and a second process is refused. The log keeps its place on the
  // disk when it starts again, because to sync what is overwritten takes half as long as to sync
  // what is appended; after a transaction larger than the limit it gives the rest back.
  int code = Execute(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; PRAGMA journal_size_limit = "
      "8388608");
  if (code != SQLITE_OK) return code;
  struct stat log;
  if (stat((path_ + "-wal").c_str(), &log) == 0) log_pages_ = log.st_size / kFrameBytes;
  // Reads the file, takes the lock, and copies nothing: what a killed process left in the log is
  // found in it.
  sqlite3_stmt* mode = nullptr;
  code = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &mode, nullptr);
  if (code == SQLITE_OK) {
    code = sqlite3_step(mode);
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(mode, 0));
    const bool wal = code == SQLITE_ROW && text != nullptr && std::string_view(text) == "wal";
    sqlite3_finalize(mode);
    if (code == SQLITE_ROW) code = wal ? SQLITE_OK : SQLITE_CANTOPEN;
  }
  if (code != SQLITE_OK) return code;
  sqlite3_wal_hook(
      db,
      [](void* self, sqlite3*, const char*, int pages) {
        auto* store = static_cast<Store*>(self);
        store->log_pages_ = pages;
        store->written_ = true;
        return SQLITE_OK;
      },
      this);
  // A damaged schema shows now, and not at some later statement.
  return Execute("SELECT count(*) FROM sqlite_schema");
}

int Store::Execute(const char* sql) {
  return sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
}

void Store::PrepareSync() {
  sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file_);
  sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log_);
}

// SQLite's own file object is synced, not a descriptor of ours: to close a second descriptor of the
// database would drop the process's locks on it. xSync only calls fdatasync, and fsync for the
// directory of a new log, so it does not get in the way of reads and writes of the loop thread.
Store::Failure Store::SyncFile(sqlite3_file* file) {
  if (file == nullptr || file->pMethods == nullptr) return {};
  const int code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  if (code == SQLITE_OK) return {};
  return {code, LastError(file)};
}

int Store::SystemError(int code) {
  const int primary = code & 0xff;
  if (primary != SQLITE_CANTOPEN && primary != SQLITE_IOERR) return 0;
  // The connection knows the error only of some calls, a file that of its last one that failed.
  for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(db_.get(), "main", which, &file);
    if (const int error_number = LastError(file); error_number != 0) return error_number;
  }
  return sqlite3_system_errno(db_.get());
}

Store::Failure Store::Sync() {
  if (in_memory()) return {};
  if (!file_synced_) {
    // A log without its database is ignored, so the first page of a new file has to be there.
    if (const Failure failure = SyncFile(file_); !failure.ok()) return failure;
    for (const std::string& directory : changed_directories_) {
      if (const int error = SyncDirectory(directory); error != 0) {
        return {SQLITE_IOERR_DIR_FSYNC, error};
      }
    }
    changed_directories_.clear();
    file_synced_ = true;
  }
  return SyncFile(log_);
}

Store::Failure Store::Fold(After after) {
  if (in_memory()) return {};
  // For directories and for a new log's entry in its own, of which a check-point knows nothing.
  if (!file_synced_) {
    if (const Failure failure = Sync(); !failure.ok()) return failure;
  }
  int code = SQLITE_OK;
  // The owner went in the middle of something.
  if (sqlite3_get_autocommit(db_.get()) == 0) code = Execute("ROLLBACK");
  if (code == SQLITE_OK) code = Execute("PRAGMA synchronous = NORMAL");
  if (code == SQLITE_OK) {
    code =
        sqlite3_wal_checkpoint_v2(db_.get(), "main", SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  }
  if (code == SQLITE_OK && after == After::kUse) {
    // The first frame of a log that starts again must not reach the disk before the log's new
    // header: with the old header, what is left of the old frames would be valid. SQLite syncs the
    // header for that. It is written together with a frame; so that this happens here and not on
    // the loop thread, something is written that changes nothing.
    sqlite3_stmt* version = nullptr;
    code = sqlite3_prepare_v2(db_.get(), "PRAGMA user_version", -1, &version, nullptr);
    if (code == SQLITE_OK) {
      code = sqlite3_step(version) == SQLITE_ROW ? SQLITE_OK : SQLITE_ERROR;
      const std::string same =
          "PRAGMA user_version = " + std::to_string(sqlite3_column_int(version, 0));
      sqlite3_finalize(version);
      if (code == SQLITE_OK) code = Execute(same.c_str());
    }
    written_ = false;
  }
  if (code == SQLITE_OK && after == After::kClose) {
    DeleteLogWhenClosed();
    return {};
  }
  const int off = Execute("PRAGMA synchronous = OFF");
  if (code == SQLITE_OK) code = off;
  return {code, SystemError(code)};
}

void Store::DeleteLogWhenClosed() {
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

int Store::DropAll() {
  sqlite3* db = db_.get();
  key_value.ForgetSchema();
  metadata.ForgetSchema();
  statements.Clear();
  // VACUUM attaches the new, empty database while it replaces the old one.
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 1);
  sqlite3_db_config(db, SQLITE_DBCONFIG_RESET_DATABASE, 1, nullptr);
  const int code = Execute("VACUUM");
  sqlite3_db_config(db, SQLITE_DBCONFIG_RESET_DATABASE, 0, nullptr);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  return code;
}

}  // namespace isolane::storage
