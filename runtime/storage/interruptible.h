// While it lives, what runs in a database may be interrupted. Internal to runtime/storage.
#pragma once

#include "runtime/storage/database.h"
#include "runtime/storage/store.h"

namespace isolane::storage {

class Database::Interruptible {
 public:
  // `database` is open.
  explicit Interruptible(Database& database) : store_(*database.store_) {
    store_.interrupt = database.interrupt_;
    store_.interrupt_context = database.interrupt_context_;
  }
  ~Interruptible() { store_.interrupt = nullptr; }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  Store& store_;
};

}  // namespace isolane::storage
