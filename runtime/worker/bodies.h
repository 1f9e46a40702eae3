// Bodies as JavaScript knows them: by number. The table of what is being read and written in all
// isolates, and its back-pressure.
//
// Loop thread. A body belongs to one invocation and is freed with it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/body.h"
#include "runtime/base/slot_pool.h"
#include "runtime/worker/records.h"
#include "runtime/worker/run_queue.h"

namespace isolane::worker {

// A body to read, or the writing end of a pipe.
struct BodyRecord final : base::PipeReader, base::PipeWriter {
  enum class Role : uint8_t { kReader, kWriter };

  uint32_t id = 0;
  uint32_t invocation = 0;
  uint32_t next = 0;  // the invocation's list
  uint32_t previous = 0;
  Role role = Role::kReader;
  bool waiting = false;              // JavaScript awaits news
  bool collecting = false;           // everything is gathered in `collected` until the end
  bool touched = false;              // JavaScript has asked for something of it
  bool cancelled = false;            // kWriter: the reader does not want more
  base::Body body;                   // kReader
  std::shared_ptr<base::Pipe> pipe;  // kWriter; shared with the reader's end
  std::vector<base::Chunk> collected;
  size_t collected_size = 0;
  bool failed = false;
  base::PipeError failure;
  class Bodies* table = nullptr;

  void OnReadable() override;
  bool awaits() const override { return waiting; }
  void OnWritable() override;
  void OnEmpty() override;
  void OnCancel() override;
  void Reset();
};

class Bodies {
 public:
  Bodies(RunQueue& queue, base::SlotPool<Invocation>& invocations)
      : queue_(queue), invocations_(invocations) {}

  // Gives `body` a number in `owner`; -1 for none. What a socket writes is marked as outside.
  int32_t Add(Invocation& owner, base::Body body);
  BodyRecord* Find(uint32_t id) { return pool_.Find(id); }
  // Takes the body out of the table, for another isolate or a socket. None if the id is stale.
  base::Body Take(uint32_t id);
  void Free(BodyRecord& record);
  // Frees the body if nothing was read of it.
  void FreeIfUntouched(uint32_t id);
  void FreeAllOf(Invocation& owner);

  // The writing end of a new pipe; its reading end is `pipe` of the record.
  BodyRecord* OpenPipe(Invocation& owner, int64_t expected_length);
  void ClosePipe(BodyRecord& record);

  // A second body with the same content: complete bytes are shared, a pipe is split.
  int32_t Tee(Invocation& owner, BodyRecord& record);

  // Moves what the pipe has into `collected`. True when the end (or an error) was reached.
  bool Collect(BodyRecord& record);

  // How many streams of `owner` JavaScript awaits.
  struct Waits {
    size_t reads = 0;   // for bytes, or for the end
    size_t writes = 0;  // for a reader to take some
  };
  Waits WaitsOf(const Invocation& owner);

  // True while someone in `owner` waits for bytes from a socket.
  bool WaitsOutside(const Invocation& owner);

  size_t live() const { return pool_.live(); }

 private:
  friend struct BodyRecord;
  void Notify(BodyRecord& record);
  void Link(Invocation& owner, BodyRecord& record);

  RunQueue& queue_;
  base::SlotPool<Invocation>& invocations_;
  base::SlotPool<BodyRecord> pool_;
};

// Splits `source` in two. Each branch gets every byte; the source is read as fast as the faster
// branch wants, so a branch that nobody reads does not hold up the other.
std::pair<std::shared_ptr<base::Pipe>, std::shared_ptr<base::Pipe>> TeePipe(
    std::shared_ptr<base::Pipe> source);

}  // namespace isolane::worker
