// Splitting a pipe: request.clone() of a body that is still arriving.
#include <array>
#include <memory>
#include <utility>

#include "runtime/worker/bodies.h"

namespace isolane::worker {

namespace {

// Stands between the source and the two branches. It owns itself: it lives until the source has
// ended or both branches have let go. The branches are held by their readers.
class Tee final : public base::PipeReader {
 public:
  explicit Tee(std::shared_ptr<base::Pipe> source) : source_(std::move(source)) {
    for (Branch& branch : branches_) {
      branch.tee = this;
      branch.pipe = std::make_shared<base::Pipe>();
      branch.pipe->expected_length = source_->expected_length;
      branch.pipe->outside = source_->outside;
      branch.pipe->set_writer(&branch);
    }
    source_->set_reader(this);
  }

  std::shared_ptr<base::Pipe> branch(size_t index) { return branches_[index].pipe; }

  void OnReadable() override { Move(); }
  bool awaits() const override {
    return branches_[0].pipe->awaited() || branches_[1].pipe->awaited();
  }

  // Moves what is there as long as one branch wants it. May delete this object.
  void Move() {
    // A branch that gets a chunk may ask for more at once, from within Write.
    if (moving_) return;
    moving_ = true;
    while (Wanted()) {
      std::optional<base::Chunk> chunk = source_->Read();
      if (!chunk.has_value()) break;
      for (Branch& branch : branches_) branch.pipe->Write(*chunk);
    }
    moving_ = false;
    const bool ended = source_->readable() && source_->queued() == 0;
    if (!ended && !Abandoned()) return;
    for (Branch& branch : branches_) {
      branch.pipe->set_writer(nullptr);
      if (source_->state() == base::Pipe::State::kErrored) {
        branch.pipe->Fail(source_->error());
      } else {
        branch.pipe->Close();
      }
    }
    source_->set_reader(nullptr);
    if (!ended) source_->Cancel();
    delete this;
  }

 private:
  struct Branch final : base::PipeWriter {
    Tee* tee = nullptr;
    std::shared_ptr<base::Pipe> pipe;
    void OnWritable() override { tee->Move(); }
    // What waits for a branch waits for the source.
    void OnEmpty() override { tee->source_->AskWriter(); }
    void OnCancel() override { tee->Move(); }
  };

  bool Wanted() const { return branches_[0].pipe->writable() || branches_[1].pipe->writable(); }
  bool Abandoned() const {
    return branches_[0].pipe->state() == base::Pipe::State::kCancelled &&
           branches_[1].pipe->state() == base::Pipe::State::kCancelled;
  }

  std::shared_ptr<base::Pipe> source_;
  std::array<Branch, 2> branches_;
  bool moving_ = false;
};

}  // namespace

std::pair<std::shared_ptr<base::Pipe>, std::shared_ptr<base::Pipe>> TeePipe(
    std::shared_ptr<base::Pipe> source) {
  auto* tee = new Tee(std::move(source));
  std::pair branches{tee->branch(0), tee->branch(1)};
  // The source may be complete already; then the tee is gone after this.
  tee->Move();
  return branches;
}

}  // namespace isolane::worker
