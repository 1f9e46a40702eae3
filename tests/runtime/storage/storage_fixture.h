// What tests of the storage share: a directory of their own, a loop with a Committer, and databases
// that write down what they are told.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/loop/loop.h"
#include "runtime/storage/committer.h"
#include "runtime/storage/database.h"
#include "tests/support/temporary_directory.h"

namespace isolane::storage {

using testing::TemporaryDirectory;

struct Log : Database::Listener {
  void OnDurable(uint64_t commit) override {
    CHECK(commit > durable);
    durable = commit;
    if (on_durable) on_durable();
  }
  void OnBroken(const Error& error) override { broken.push_back(error.ToString()); }

  uint64_t durable = 0;
  std::vector<std::string> broken;
  std::function<void()> on_durable;
};

struct Disk {
  loop::Loop loop;
  Committer committer{loop};

  // The end of a turn, and of all that it started.
  void Settle() {
    committer.CommitAll();
    Wait();
  }
  void Wait() {
    while (!committer.idle()) loop.Wait();
  }
  ~Disk() {
    loop.Run();
    CHECK(committer.idle());
    CHECK(loop.IsEmpty());
  }
};

// An object that is there as long as this is.
struct Object {
  Object(Disk& disk, const std::string& path)
      : database(std::make_unique<Database>(disk.committer, StorageName{"object of Counter", path},
                                            log)) {}
  Database* operator->() { return database.get(); }
  Database& operator*() { return *database; }

  Log log;
  std::unique_ptr<Database> database;
};

template <typename T>
T Value(Result<T> result) {
  REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().ToString()));
  return std::move(result).value();
}

inline std::string GetOrNone(Database& database, const std::string& key) {
  Result<std::optional<std::string>> value = database.Get(key);
  if (!value.ok()) return "error: " + value.error().ToString();
  return value->value_or("none");
}

inline void MustPut(Database& database, const std::string& key, const std::string& value) {
  const Status put = database.Put(key, value);
  REQUIRE_MESSAGE(put.ok(), (put.ok() ? "" : put.error().ToString()));
}

// "a=1 b=2", or what failed.
std::string ListOf(Database& database, const KeyRangeOptions& range = {},
                   ListOrder order = ListOrder::kForward, int64_t limit = -1);

// The rows of a query: "1,x|2,y"; null is "null", a blob is in hex behind "x'". Or "error: ...".
std::string Rows(Database& database, std::string_view sql, std::vector<SqlValue> bindings = {});

std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& text);

}  // namespace isolane::storage
