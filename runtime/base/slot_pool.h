// Pooled records addressed by small integers that JavaScript can hold: slot and generation in 31
// bits.
//
// Loop thread. A record's address never changes; it is reset, not destroyed, when its slot is
// freed, so its strings and vectors keep their memory. A stale id (one whose record was freed) is
// recognised by its generation, which wraps after 8191 uses of a slot. An id is never 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace isolane::base {

// `Record` is default constructible, has `uint32_t id = 0`, and `void Reset()`.
template <typename Record>
class SlotPool {
 public:
  static constexpr uint32_t kSlotBits = 18;  // the JavaScript half has the same mask
  static constexpr uint32_t kSlotMask = (1u << kSlotBits) - 1;
  static constexpr uint32_t kGenerations = 1u << (31 - kSlotBits);

  // A fresh record, or nullptr when all 262,144 slots are taken.
  Record* Take() {
    uint32_t slot;
    if (!free_.empty()) {
      slot = free_.back();
      free_.pop_back();
    } else {
      if (slots_ > kSlotMask) return nullptr;
      slot = slots_++;
      if (slot % kChunk == 0) chunks_.push_back(std::make_unique<Entry[]>(kChunk));
    }
    Entry& entry = At(slot);
    entry.record.id = entry.generation << kSlotBits | slot;
    live_++;
    return &entry.record;
  }

  void Free(Record* record) {
    const uint32_t slot = record->id & kSlotMask;
    Entry& entry = At(slot);
    record->Reset();
    record->id = 0;
    entry.generation = entry.generation == kGenerations - 1 ? 1 : entry.generation + 1;
    free_.push_back(slot);
    live_--;
  }

  // The live record with this id, or nullptr.
  Record* Find(uint32_t id) {
    const uint32_t slot = id & kSlotMask;
    if (slot >= slots_ || id == 0) return nullptr;
    Record& record = At(slot).record;
    return record.id == id ? &record : nullptr;
  }

  size_t live() const { return live_; }

  // Calls `function(record)` for each live record; it frees none.
  template <typename Function>
  void ForEach(Function&& function) {
    for (uint32_t slot = 0; slot < slots_; slot++) {
      Record& record = At(slot).record;
      if (record.id != 0) function(record);
    }
  }

 private:
  // OPTIMIZATION: a record is looked for at every step of a request. Its id, which is 0 while the
  // record is free, is all that Find reads, and a chunk is found by a shift.
  static constexpr uint32_t kChunk = 32;

  struct Entry {
    uint32_t generation = 1;
    Record record;
  };

  Entry& At(uint32_t slot) { return chunks_[slot / kChunk][slot % kChunk]; }

  std::vector<std::unique_ptr<Entry[]>> chunks_;
  uint32_t slots_ = 0;
  std::vector<uint32_t> free_;
  size_t live_ = 0;
};

}  // namespace isolane::base
