#include "runtime/base/pipe.h"

#include <utility>

namespace isolane::base {

bool Pipe::Write(Chunk chunk) {
  if (state_ != State::kOpen) return true;
  if (!chunk.empty()) {
    queued_ += chunk.size();
    if (sum_ != nullptr) *sum_ += chunk.size();
    queue_.push_back(std::move(chunk));
    Notify();
  }
  return queued_ < kHighWaterMark;
}

void Pipe::Close() {
  if (state_ != State::kOpen) return;
  state_ = State::kClosed;
  Notify();
}

void Pipe::Fail(PipeError error) {
  if (state_ != State::kOpen) return;
  state_ = State::kErrored;
  error_ = std::move(error);
  Notify();
}

std::optional<Chunk> Pipe::Read() {
  if (queue_.empty()) return std::nullopt;
  Chunk chunk = std::move(queue_.front());
  queue_.pop_front();
  const bool was_full = queued_ >= kHighWaterMark;
  queued_ -= chunk.size();
  // Were the reader told of what the writer adds now, it would see that before this chunk.
  reading_ = true;
  if (was_full && queued_ < kHighWaterMark && state_ == State::kOpen && writer_ != nullptr) {
    writer_->OnWritable();
  }
  AskWriter();
  reading_ = false;
  return chunk;
}

void Pipe::Cancel() {
  if (state_ == State::kCancelled) return;
  const bool was_open = state_ == State::kOpen;
  queue_.clear();
  queued_ = 0;
  state_ = State::kCancelled;
  if (was_open && writer_ != nullptr) writer_->OnCancel();
}

}  // namespace isolane::base
