#include "runtime/http/write_queue.h"

#include <algorithm>
#include <utility>

namespace isolane::http {

void WriteQueue::Append(base::Chunk chunk) {
  if (chunk.size() < kHoldFrom) {
    open_.bytes.Append(chunk.view());
    return;
  }
  open_.held_bytes += chunk.size();
  open_.held.push_back({open_.bytes.size(), std::move(chunk)});
}

void WriteQueue::Consume(size_t count) {
  consumed_ += count;
  open_.Consume(sealed_.Consume(count));
}

void WriteQueue::Seal() {
  if (sealed_.size() == 0) std::swap(open_, sealed_);
}

void WriteQueue::Clear() {
  open_.Clear();
  sealed_.Clear();
}

void WriteQueue::Release() {
  open_.Release();
  sealed_.Release();
}

size_t WriteQueue::Run::Consume(size_t count) {
  while (count > 0 && size() > 0) {
    const bool chunk_next = next_held < held.size() && position == held[next_held].at;
    if (!chunk_next) {
      const size_t end = next_held < held.size() ? held[next_held].at : bytes.size();
      const size_t step = std::min(count, end - position);
      position += step;
      count -= step;
      continue;
    }
    Held& front = held[next_held];
    const size_t step = std::min(count, front.chunk.size() - held_position);
    held_position += step;
    held_bytes -= step;
    count -= step;
    if (held_position == front.chunk.size()) {
      front.chunk = {};
      next_held++;
      held_position = 0;
    }
  }
  if (size() == 0) Clear();
  return count;
}

void WriteQueue::Run::Clear() {
  bytes.Clear();
  held.clear();
  position = held_position = next_held = held_bytes = 0;
}

void WriteQueue::Run::Release() {
  bytes.Release();
  held = {};
}

}  // namespace isolane::http
