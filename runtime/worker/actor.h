// Durable Objects at work: actors. An actor is one instance of an exported class, with a pipeline
// and an invocation of its own that last from its first call until it is evicted, so all calls on
// it share one context and its limits start afresh with each. What happens to actors is in
// dispatcher_actors.cc.
//
// Loop thread. Classes are owned by their Worker, actors by the Dispatcher's pool.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/base/message_channel.h"
#include "runtime/worker/actor_id.h"
#include "runtime/worker/actor_key.h"
#include "runtime/worker/actor_storage.h"
#include "runtime/worker/records.h"
#include "runtime/worker/run_queue.h"

namespace isolane::worker {

class Worker;

// The WebSockets that an object has handed over with acceptWebSocket(). They stay open while it has
// no instance, and their messages start one (hibernating_socket.h).
struct ActorSockets {
  std::vector<uint32_t> ids;  // in the order in which they were accepted
  // A text message that is answered without the object, and the answer.
  bool answers = false;
  std::string request;
  std::string response;
};

// A namespace: a class of Durable Objects that a Worker exports, or a Workflow, whose instances are
// such objects of the runtime's own.
struct ActorClass {
  // `persist_to` may be empty.
  ActorClass(Worker& owner, std::string class_name, bool with_sql, const std::string& worker_name,
             const std::string& persist_to)
      : worker(owner),
        name(std::move(class_name)),
        sqlite(with_sql),
        key(worker_name, name),
        ids(key.text()),
        directory(persist_to.empty() ? std::string() : persist_to + key.directory()) {}

  // "Durable Object a of class Counter of Worker "shop"", "Instance a of Workflow orders of ...".
  std::string Describe(const std::string& object) const;

  Worker& worker;
  const std::string name;  // see ActorKey
  const bool sqlite;       // storage.sql may be used
  const ActorKey key;
  const ActorIds ids;
  const std::string directory;  // of the files of its objects, which may not exist; empty: memory
  int number = 0;               // among those of the Worker
  bool exported = false;        // by its modules, once they are loaded
  // The live ones, by id: numbers of the dispatcher's pool.
  std::unordered_map<std::string, uint32_t> live;
  std::unordered_map<std::string, ActorSockets> sockets;
  // What they have stored, by id: of those that have used it, and in memory of those that were.
  std::unordered_map<std::string, std::unique_ptr<ActorStorage>> storages;
};

struct Actor {
  uint32_t id = 0;
  ActorClass* actor_class = nullptr;
  std::string object_id;  // 64 digits
  std::string address;    // the same and what it was derived from, see Call::props
  // Null once it is over: the record goes when the last of what refers to it has been told.
  Pipeline* pipeline = nullptr;
  Invocation* invocation = nullptr;
  // The input gate: how many constructors and blockConcurrencyWhile() callbacks are under way.
  // Calls wait meanwhile, and stay in order.
  int blocks = 0;
  struct Waiting {
    EventKind kind;  // kStart: a call; kSocket: a message of a WebSocket; kTimer: the alarm
    uint32_t id;     // of kTimer: how often it was tried before
  };
  std::deque<Waiting> waiting;
  bool queued = false;  // a kActor event is on its way
  // The output gate: what leaves the actor waits until the writes it may tell of are durable.
  uint64_t unconfirmed = 0;  // number of the newest commit that is not; 0: none
  struct Held {
    EventKind kind;  // kStart, kReply: a call; kSocket: a message
    uint32_t id;
    std::unique_ptr<base::Message> message;  // what is sent; a close too
    uint64_t commit;                         // what it waits for
  };
  std::deque<Held> held;
  ActorStorage* storage = nullptr;  // null until it is used
  // alarm() is running. Until it is done, the alarm's time stays in the storage.
  struct Alarm {
    int64_t scheduled_ms = 0;  // since 1970
    int retries = 0;
    bool changed = false;  // another one was set, or it was deleted, meanwhile
  };
  std::optional<Alarm> alarm;
  // It is to end: what its callers are told.
  std::optional<RemoteError> broken;
  // Its Worker has another version, and what waits waits for the next instance.
  bool leaving = false;
  bool in_idle_queue = false;
  bool used = false;          // something was run since it was last looked at
  bool alarm_marked = false;  // see dispatcher_alarms.cc

  void Reset() { *this = Actor(); }
};

}  // namespace isolane::worker
