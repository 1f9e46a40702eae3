#include "runtime/worker/bodies.h"

#include <utility>

namespace isolane::worker {

void BodyRecord::OnReadable() { table->Notify(*this); }

void BodyRecord::OnWritable() { table->Notify(*this); }

void BodyRecord::OnEmpty() {
  // If nothing is left that could write more, the dispatcher's look at the pipeline finds it hung.
  const Invocation* owner = table->invocations_.Find(invocation);
  if (owner == nullptr || owner->pipeline->queued_for_check) return;
  owner->pipeline->queued_for_check = true;
  table->queue_.Push(EventKind::kPipeline, owner->pipeline->id);
}

void BodyRecord::OnCancel() {
  cancelled = true;
  // Told even if nobody waits: the stream behind the pipe is to be cancelled now.
  waiting = true;
  table->Notify(*this);
}

void BodyRecord::Reset() {
  invocation = next = previous = 0;
  role = Role::kReader;
  waiting = collecting = touched = cancelled = failed = false;
  body = base::Body();
  pipe.reset();
  collected.clear();
  collected_size = 0;
  failure = base::PipeError();
}

void Bodies::Notify(BodyRecord& record) {
  if (record.collecting) {
    if (!Collect(record)) return;
  }
  if (!record.waiting) return;
  record.waiting = false;
  queue_.Push(EventKind::kNews, record.invocation, record.id);
}

void Bodies::Link(Invocation& owner, BodyRecord& record) {
  record.table = this;
  record.invocation = owner.id;
  record.previous = 0;
  record.next = owner.first_body;
  if (BodyRecord* first = pool_.Find(owner.first_body)) first->previous = record.id;
  owner.first_body = record.id;
}

int32_t Bodies::Add(Invocation& owner, base::Body body) {
  if (body.none()) return -1;
  BodyRecord* record = pool_.Take();
  if (record == nullptr) return -1;
  record->body = std::move(body);
  Link(owner, *record);
  if (record->body.kind == base::Body::Kind::kPipe) record->body.pipe->set_reader(record);
  return static_cast<int32_t>(record->id);
}

void Bodies::Free(BodyRecord& record) {
  if (record.body.kind == base::Body::Kind::kPipe && record.body.pipe != nullptr) {
    record.body.pipe->set_reader(nullptr);
    record.body.pipe->Cancel();
  }
  if (record.pipe != nullptr) {
    // The writer went away with its invocation before it had closed.
    record.pipe->set_writer(nullptr);
    record.pipe->Fail({"Error", "Network connection lost."});
  }
  Invocation* owner = invocations_.Find(record.invocation);
  if (BodyRecord* previous = pool_.Find(record.previous)) {
    previous->next = record.next;
  } else if (owner != nullptr) {
    owner->first_body = record.next;
  }
  if (BodyRecord* next = pool_.Find(record.next)) next->previous = record.previous;
  if (record.role == BodyRecord::Role::kWriter && owner != nullptr) owner->pumps--;
  pool_.Free(&record);
}

void Bodies::FreeIfUntouched(uint32_t id) {
  BodyRecord* record = pool_.Find(id);
  if (record != nullptr && !record->touched) Free(*record);
}

void Bodies::FreeAllOf(Invocation& owner) {
  while (owner.first_body != 0) {
    BodyRecord* record = pool_.Find(owner.first_body);
    if (record == nullptr) break;
    Free(*record);
  }
  owner.first_body = 0;
}

base::Body Bodies::Take(uint32_t id) {
  BodyRecord* record = pool_.Find(id);
  if (record == nullptr || record->role != BodyRecord::Role::kReader) return base::Body::None();
  base::Body body = std::move(record->body);
  if (body.kind == base::Body::Kind::kPipe) body.pipe->set_reader(nullptr);
  record->body = base::Body();
  Free(*record);
  return body;
}

BodyRecord* Bodies::OpenPipe(Invocation& owner, int64_t expected_length) {
  BodyRecord* record = pool_.Take();
  if (record == nullptr) return nullptr;
  record->role = BodyRecord::Role::kWriter;
  record->pipe = std::make_shared<base::Pipe>();
  if (expected_length >= 0) record->pipe->expected_length = static_cast<uint64_t>(expected_length);
  // A Durable Object feeds it, which waits for its disk, its timers, or other people's calls.
  record->pipe->outside = owner.actor != nullptr;
  Link(owner, *record);
  record->pipe->set_writer(record);
  owner.pumps++;
  return record;
}

void Bodies::ClosePipe(BodyRecord& record) {
  if (record.pipe == nullptr) return;
  record.pipe->set_writer(nullptr);
  record.pipe->Close();
  record.pipe.reset();
}

bool Bodies::Collect(BodyRecord& record) {
  base::Pipe& pipe = *record.body.pipe;
  while (auto chunk = pipe.Read()) {
    record.collected_size += chunk->size();
    record.collected.push_back(std::move(*chunk));
  }
  switch (pipe.state()) {
    case base::Pipe::State::kOpen:
      return false;
    case base::Pipe::State::kErrored:
      record.failed = true;
      record.failure = pipe.error();
      break;
    case base::Pipe::State::kCancelled:
    case base::Pipe::State::kClosed:
      break;
  }
  record.collecting = false;
  // From here on it is like any complete body.
  base::Chunk whole;
  if (record.collected.size() == 1) {
    whole = std::move(record.collected.front());
  } else if (!record.collected.empty()) {
    auto memory = std::make_shared_for_overwrite<char[]>(record.collected_size);
    size_t at = 0;
    for (const base::Chunk& chunk : record.collected) {
      std::memcpy(memory.get() + at, chunk.data(), chunk.size());
      at += chunk.size();
    }
    const char* data = memory.get();
    whole = base::Chunk(data, record.collected_size, std::move(memory));
  }
  pipe.set_reader(nullptr);
  record.collected.clear();
  record.body = base::Body::Bytes(std::move(whole));
  return true;
}

Bodies::Waits Bodies::WaitsOf(const Invocation& owner) {
  Waits waits;
  for (BodyRecord* record = pool_.Find(owner.first_body); record != nullptr;
       record = pool_.Find(record->next)) {
    if (record->waiting) (record->role == BodyRecord::Role::kWriter ? waits.writes : waits.reads)++;
  }
  return waits;
}

bool Bodies::WaitsOutside(const Invocation& owner) {
  for (uint32_t link = owner.first_body; link != 0;) {
    BodyRecord* record = pool_.Find(link);
    if (record == nullptr) return false;
    if (record->waiting) {
      const base::Pipe* pipe =
          record->role == BodyRecord::Role::kWriter ? record->pipe.get() : record->body.pipe.get();
      if (pipe != nullptr && pipe->outside) return true;
    }
    link = record->next;
  }
  return false;
}

int32_t Bodies::Tee(Invocation& owner, BodyRecord& record) {
  if (record.body.kind == base::Body::Kind::kBytes) return Add(owner, record.body);
  if (record.body.kind == base::Body::Kind::kNone) return -1;
  record.body.pipe->set_reader(nullptr);
  auto [first, second] = TeePipe(std::move(record.body.pipe));
  record.body = base::Body::Stream(std::move(first));
  record.body.pipe->set_reader(&record);
  return Add(owner, base::Body::Stream(std::move(second)));
}

}  // namespace isolane::worker
