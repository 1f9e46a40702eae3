// Pooled records addressed by small integers that JavaScript can hold: slot and generation in 31
// bits.
//
// Loop thread. A record's address never changes; it is reset, not destroyed, when its slot is
// freed, so its strings and vectors keep their memory. A stale id (one whose record was freed) is
// recognised by its generation, which wraps after 8191 uses of a slot. An id is never 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
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
      if (entries_.size() > kSlotMask) return nullptr;
      slot = static_cast<uint32_t>(entries_.size());
      entries_.emplace_back();
    }
    Entry& entry = entries_[slot];
    entry.record.id = entry.generation << kSlotBits | slot;
    entry.live = true;
    live_++;
    return &entry.record;
  }

  void Free(Record* record) {
    const uint32_t slot = record->id & kSlotMask;
    Entry& entry = entries_[slot];
    record->Reset();
    entry.live = false;
    entry.generation = entry.generation == kGenerations - 1 ? 1 : entry.generation + 1;
    free_.push_back(slot);
    live_--;
  }

  // The live record with this id, or nullptr.
  Record* Find(uint32_t id) {
    const uint32_t slot = id & kSlotMask;
    if (slot >= entries_.size()) return nullptr;
    Entry& entry = entries_[slot];
    return entry.live && entry.record.id == id ? &entry.record : nullptr;
  }

  size_t live() const { return live_; }

  // Calls `function(record)` for each live record; it frees none.
  template <typename Function>
  void ForEach(Function&& function) {
    for (Entry& entry : entries_) {
      if (entry.live) function(entry.record);
    }
  }

 private:
  struct Entry {
    Record record;
    uint32_t generation = 1;
    bool live = false;
  };

  std::deque<Entry> entries_;
  std::vector<uint32_t> free_;
  size_t live_ = 0;
};

}  // namespace isolane::base
