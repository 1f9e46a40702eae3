// Gathers the streamed body of a request to a service written in C++, which takes it complete.
//
// Loop thread. Owned by the dispatcher from the call's start until the service is called.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "runtime/base/pipe.h"
#include "runtime/worker/run_queue.h"

namespace isolane::worker {

class StubBody final : public base::PipeReader {
 public:
  // `queue` outlives this; gets a kStart for `call` when the body is complete.
  StubBody(RunQueue& queue, uint32_t call, std::shared_ptr<base::Pipe> pipe)
      : queue_(queue), call_(call), pipe_(std::move(pipe)) {
    pipe_->set_reader(this);
  }
  ~StubBody() override {
    pipe_->set_reader(nullptr);
    pipe_->Cancel();
  }

  // Reads what is there. True at the end, or after an error.
  bool Gather() {
    while (auto chunk = pipe_->Read()) bytes_ += chunk->view();
    return pipe_->state() != base::Pipe::State::kOpen;
  }
  void OnReadable() override {
    if (Gather()) queue_.Push(EventKind::kStart, call_);
  }

  bool outside() const { return pipe_->outside; }
  bool failed() const { return pipe_->state() == base::Pipe::State::kErrored; }
  const base::PipeError& error() const { return pipe_->error(); }
  const std::string& bytes() const { return bytes_; }

 private:
  RunQueue& queue_;
  const uint32_t call_;
  std::shared_ptr<base::Pipe> pipe_;
  std::string bytes_;
};

}  // namespace isolane::worker
