// A bounded queue of chunks with one writer and one reader: every body that is not complete when
// its head is known. It is how back-pressure crosses isolates and sockets.
//
// Loop thread. Both ends hold it by shared_ptr; either may let go first. Listeners are called
// synchronously from the other end's call, so they never run JavaScript: they note the event (post
// to the run queue, mark a connection dirty). A reader may Read from within OnReadable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "runtime/base/chunk.h"

namespace isolane::base {

// Why a pipe ended before its end: an error in the words of whoever wrote, ready for another
// isolate.
struct PipeError {
  // The name of a JavaScript error class ("TypeError", "AbortError", "Error").
  std::string type = "Error";
  std::string message;
};

class PipeReader {
 public:
  virtual ~PipeReader() = default;
  // There is data, or the end, or an error to be seen.
  virtual void OnReadable() = 0;
  // False while it holds the pipe but does not ask for more.
  virtual bool awaits() const { return true; }
};

class PipeWriter {
 public:
  virtual ~PipeWriter() = default;
  // Below the high-water mark again.
  virtual void OnWritable() = 0;
  // The reader has taken all there is: whether more can come is worth a look.
  virtual void OnEmpty() {}
  // The reader does not want the rest. Later writes are dropped.
  virtual void OnCancel() = 0;
};

class Pipe {
 public:
  // Bytes that may wait before Write asks the writer to pause.
  static constexpr size_t kHighWaterMark = 64 * 1024;

  enum class State { kOpen, kClosed, kErrored, kCancelled };

  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  // --- writer's end ---
  // At most one writer; it unsets itself (nullptr) before it dies.
  void set_writer(PipeWriter* writer) { writer_ = writer; }
  // False: the chunk was taken, but pause until OnWritable. Dropped unless the state is kOpen.
  bool Write(Chunk chunk);
  void Close();
  // What was written before the error is still read first.
  void Fail(PipeError error);
  bool writable() const { return state_ == State::kOpen && queued_ < kHighWaterMark; }

  // --- reader's end ---
  void set_reader(PipeReader* reader) { reader_ = reader; }
  // The next chunk, or nothing: then state() tells whether more may come. The reader is not told of
  // what the writer does when this makes room: it reads on, or looks at readable(), before it
  // waits.
  std::optional<Chunk> Read();
  // All queued bytes are dropped and the writer is told.
  void Cancel();
  // Tells the writer as if the last chunk had been read just now, when nothing is queued.
  void AskWriter() {
    if (queue_.empty() && state_ == State::kOpen && writer_ != nullptr) writer_->OnEmpty();
  }
  // Somebody takes what comes.
  bool awaited() const { return reader_ != nullptr && reader_->awaits(); }
  bool readable() const { return !queue_.empty() || state_ != State::kOpen; }
  // The end was reached: nothing queued and closed.
  bool at_end() const { return queue_.empty() && state_ == State::kClosed; }

  State state() const { return state_; }
  const PipeError& error() const { return error_; }
  size_t queued() const { return queued_; }

  // Total bytes the writer promised (Content-Length, FixedLengthStream).
  std::optional<uint64_t> expected_length;
  // Adds what is written, and what waits already, to `sum`, which outlives the pipe.
  void CountInto(uint64_t* sum) {
    *sum += queued_;
    sum_ = sum;
  }

  // Fed by a socket or a Durable Object: whoever waits for it waits for the world, not for another
  // worker.
  bool outside = false;

 private:
  void Notify() {
    if (reader_ != nullptr && !reading_) reader_->OnReadable();
  }

  std::deque<Chunk> queue_;
  size_t queued_ = 0;  // bytes
  bool reading_ = false;
  State state_ = State::kOpen;
  PipeError error_;
  uint64_t* sum_ = nullptr;
  PipeWriter* writer_ = nullptr;
  PipeReader* reader_ = nullptr;
};

}  // namespace isolane::base
