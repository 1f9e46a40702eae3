// Who holds what of whom over RPC: exports (objects of an invocation that others hold stubs of) and
// imports (the stubs of an invocation).
//
// An export lives while stubs of it exist, in an invocation or in a message under way, and holds
// its invocation open (Invocation::exports), so that a callee may answer and still be called back.
// All stubs of an invocation are let go when it ends. JavaScript holds the numbers; the objects
// themselves are kept by the invocation's IoContext (builtins/workers/rpc_target.js).
//
// Loop thread. Owned by the Dispatcher.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "runtime/base/slot_pool.h"
#include "runtime/worker/records.h"
#include "runtime/worker/run_queue.h"

namespace isolane::worker {

struct ExportRecord {
  uint32_t id = 0;
  uint32_t owner = 0;  // invocation; 0 once it has ended
  // Not 0: it stands for the object that another process knows by `number` (RemoteCalls).
  uint32_t link = 0;
  uint32_t number = 0;
  uint32_t next = 0;  // the owner's list
  uint32_t previous = 0;
  int references = 0;         // stubs and messages; at 0 it waits for its owner to be told
  bool has_disposer = false;  // Symbol.dispose is to be called when the last stub is gone

  void Reset() {
    owner = link = number = next = previous = 0;
    references = 0;
    has_disposer = false;
  }
};

struct ImportRecord {
  uint32_t id = 0;
  uint32_t holder = 0;  // invocation
  uint32_t target = 0;  // export
  uint32_t site = 0;    // where it was received, see Worker::AddCallSite; 0: nobody need dispose it
  uint32_t next = 0;    // the holder's list
  uint32_t previous = 0;

  void Reset() { holder = target = site = next = previous = 0; }
};

class RemoteCalls;
class RpcTable;

// One reference to an export, held by a message on its way. Move-only; letting go of the last
// reference tells the owner.
class StubReference {
 public:
  StubReference() = default;
  StubReference(RpcTable* table, uint32_t target) : table_(table), target_(target) {}
  StubReference(StubReference&& other) noexcept
      : table_(std::exchange(other.table_, nullptr)), target_(other.target_) {}
  StubReference& operator=(StubReference&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(target_, other.target_);
    return *this;
  }
  ~StubReference();

  uint32_t target() const { return target_; }
  bool held() const { return table_ != nullptr; }
  // The reference is somebody else's from now on.
  uint32_t Release() {
    table_ = nullptr;
    return target_;
  }

 private:
  RpcTable* table_ = nullptr;
  uint32_t target_ = 0;
};

class RpcTable {
 public:
  RpcTable(RunQueue& queue, base::SlotPool<Invocation>& invocations)
      : queue_(queue), invocations_(invocations) {}

  // A new object of `owner` that is about to be sent. Nothing held if there are too many.
  StubReference Export(Invocation& owner, bool has_disposer);
  // A stub in `holder` that takes over the reference. 0 if there are too many.
  uint32_t Import(Invocation& holder, StubReference reference);
  // Who is told when nobody holds an object of another process any more; null: there is none.
  void set_remote_calls(RemoteCalls* remote) { remote_ = remote; }
  // An object of another process. Nothing held if there are too many.
  StubReference ExportRemote(uint32_t link, uint32_t number);
  // One more reference to an object. Nothing held if it is gone.
  StubReference Reference(uint32_t target);
  // One more reference to what the stub points to.
  StubReference Duplicate(const ImportRecord& stub);
  // The stub is gone; what it held may go too.
  void Dispose(ImportRecord& stub);

  ImportRecord* FindImport(uint32_t id) { return imports_.Find(id); }
  ExportRecord* FindExport(uint32_t id) { return exports_.Find(id); }

  // Lets go of all stubs that `holder` has. Their number.
  size_t DisposeAllOf(Invocation& holder);
  // The owner is being told that nobody holds a stub of its object any more: it is forgotten.
  void Forget(Invocation& owner, uint32_t target);
  // `owner` has ended: stubs of its objects stay, but lead nowhere.
  void AbandonExportsOf(Invocation& owner);

  // How many references to objects of `owner` there are outside of its pipeline: stubs, and
  // messages on their way.
  int HeldElsewhere(const Invocation& owner);

  size_t live() const { return exports_.live() + imports_.live(); }

 private:
  friend class StubReference;
  void Drop(uint32_t target);

  RunQueue& queue_;
  base::SlotPool<Invocation>& invocations_;
  base::SlotPool<ExportRecord> exports_;
  base::SlotPool<ImportRecord> imports_;
  RemoteCalls* remote_ = nullptr;
};

}  // namespace isolane::worker
