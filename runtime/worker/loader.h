// The Workers that the code of one Worker has made by its Worker Loaders (bindings/worker_loader),
// and who still wants them.
//
// Such a Worker is known to nobody but its maker: calls reach it over channels of the maker, one
// for each stub of an entrypoint. Its isolate comes with the first call, and goes
// - with the invocation that made it, if it has no name;
// - when the maker has kMostIsolates of them and needs another: the one that was called longest
// ago,
//   unless it is at work;
// - with the maker's isolate, so that a reload begins afresh. What runs then goes on to its end.
// A stub that outlives the isolate gets a new one with its next call. What is kept for that, the
// code, goes when no stub is left: V8's garbage collector says so. A name that was never called is
// forgotten then, too.
//
// Loop thread. Owned by the maker, made by its first use; dies before its isolate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <v8.h>

#include <isolane/worker_spec.h>

#include "runtime/js/watchdog.h"
#include "runtime/worker/loaded_parts.h"
#include "runtime/worker/records.h"

namespace isolane::worker {

struct Channel;
class Dispatcher;
class Loader;
class Worker;

struct LoadedWorker {
  enum class State { kLoading, kReady, kFailed };

  uint32_t number = 0;
  std::string name;  // "gateway/LOADER:name", for messages
  // What get() finds it by; empty: nothing does, any more if it is `named`.
  std::string key;
  bool named = false;
  // The invocation that is to give its code, or has.
  uint32_t maker = 0;
  State state = State::kLoading;
  // From kReady on.
  WorkerSpec spec;
  std::shared_ptr<LoadedParts> parts;
  std::unique_ptr<Worker> worker;  // null: no isolate now
  uint64_t used = 0;               // when it was called last, in calls of the Loader
  RemoteError failure;             // of kFailed
  std::vector<uint32_t> waiting;   // calls that came before the code
  int stubs = 0;
  size_t told_v8 = 0;  // bytes that V8 counts as held by its stubs
};

// Behind Channel::loaded: what a stub of an entrypoint leads to.
struct LoadedEntrypoint {
  Loader& loader;
  LoadedWorker& worker;
  std::string name;                   // empty: the default export
  int channel;                        // of the maker
  std::unique_ptr<RpcMessage> props;  // a clone of ctx.props; null: {}
};

class Loader {
 public:
  static constexpr size_t kMostIsolates = 50;

  explicit Loader(Worker& maker);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // The Worker of `name` that the binding has made and still knows; null if there is none.
  LoadedWorker* Find(const std::string& binding, const std::string& name);
  LoadedWorker* At(uint32_t number);
  // A new one, whose code `maker` is about to give. `name` null: it has none.
  LoadedWorker& Open(uint32_t maker, const std::string& binding, const std::string* name);
  // Its code is there, of so many bytes: calls that wait go on. The maker's isolate is entered.
  void Give(LoadedWorker& loaded, WorkerSpec spec, std::shared_ptr<LoadedParts> parts,
            size_t code_bytes);
  // There will be none: all calls on it get the error. Its name is free again.
  void Fail(LoadedWorker& loaded, RemoteError error);

  // `token` is what JavaScript's stub of the Worker holds and nobody else. The maker's isolate is
  // entered.
  void Hold(LoadedWorker& loaded, v8::Local<v8::Object> token);
  // The same for a stub of an entrypoint. Gives the number of the channel behind it, which leads
  // there as long as the token exists.
  int HoldEntrypoint(LoadedWorker& loaded, v8::Local<v8::Object> token, std::string name,
                     std::unique_ptr<RpcMessage> props);

  // The maker's channel that leads to it.
  Channel& ChannelOf(const LoadedEntrypoint& entrypoint);
  // The Worker, started if it is not running, for a request that pays for it by `payer`. Null: it
  // does not run, `failure` says why: for all who call it, or because `payer` has nothing left.
  // `loaded` is ready; no isolate is entered.
  Worker* Start(LoadedWorker& loaded, js::CpuMeter& payer, RemoteError& failure);

  // Lets go of what nobody wants any more. No isolate is entered.
  void Tidy();

  // Calls `function(worker)` for each that has an isolate.
  template <typename Function>
  void ForEachWorker(Function&& function) {
    for (const auto& [number, loaded] : loaded_) {
      if (loaded->worker != nullptr) function(*loaded->worker);
    }
  }
  // How many are known, with an isolate or without.
  size_t size() const { return loaded_.size(); }

 private:
  // A token of JavaScript's.
  struct Handle {
    v8::Global<v8::Object> token;  // empty: gone
    bool* some_are_gone = nullptr;
    LoadedWorker* worker = nullptr;
    std::unique_ptr<LoadedEntrypoint> entrypoint;  // null: a stub of the Worker itself
  };

  void DropHandles();
  Handle& AddHandle(LoadedWorker& loaded, v8::Local<v8::Object> token);
  void ForgetName(LoadedWorker& loaded);
  // Its isolate goes when what runs there is over.
  void Retire(LoadedWorker& loaded);
  void MakeRoom();
  // So much memory of others goes with the stubs of `loaded`.
  void TellV8(LoadedWorker& loaded, size_t bytes);

  Worker& maker_;
  Dispatcher& dispatcher_;
  std::map<uint32_t, std::unique_ptr<LoadedWorker>> loaded_;
  std::unordered_map<std::string, LoadedWorker*> names_;
  std::vector<std::unique_ptr<Handle>> handles_;
  bool some_are_gone_ = false;  // of handles_
  uint32_t last_ = 0;
  uint64_t calls_ = 0;
};

}  // namespace isolane::worker
