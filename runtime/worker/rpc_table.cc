#include "runtime/worker/rpc_table.h"

#include "runtime/worker/remote_calls.h"

namespace isolane::worker {

StubReference::~StubReference() {
  if (table_ != nullptr) table_->Drop(target_);
}

StubReference RpcTable::Export(Invocation& owner, bool has_disposer) {
  ExportRecord* record = exports_.Take();
  if (record == nullptr) return {};
  record->owner = owner.id;
  record->references = 1;
  record->has_disposer = has_disposer;
  record->next = owner.first_export;
  if (ExportRecord* first = exports_.Find(owner.first_export)) first->previous = record->id;
  owner.first_export = record->id;
  owner.exports++;
  if (has_disposer) owner.pipeline->disposers++;
  return {this, record->id};
}

StubReference RpcTable::ExportRemote(uint32_t link, uint32_t number) {
  ExportRecord* record = exports_.Take();
  if (record == nullptr) return {};
  record->link = link;
  record->number = number;
  record->references = 1;
  return {this, record->id};
}

uint32_t RpcTable::Import(Invocation& holder, StubReference reference) {
  ImportRecord* record = imports_.Take();
  if (record == nullptr) return 0;
  record->holder = holder.id;
  record->target = reference.Release();
  record->next = holder.first_import;
  if (ImportRecord* first = imports_.Find(holder.first_import)) first->previous = record->id;
  holder.first_import = record->id;
  return record->id;
}

StubReference RpcTable::Duplicate(const ImportRecord& stub) { return Reference(stub.target); }

StubReference RpcTable::Reference(uint32_t target) {
  ExportRecord* record = exports_.Find(target);
  if (record == nullptr) return {};
  record->references++;
  return {this, record->id};
}

void RpcTable::Dispose(ImportRecord& stub) {
  Invocation* holder = invocations_.Find(stub.holder);
  if (ImportRecord* previous = imports_.Find(stub.previous)) {
    previous->next = stub.next;
  } else if (holder != nullptr) {
    holder->first_import = stub.next;
  }
  if (ImportRecord* next = imports_.Find(stub.next)) next->previous = stub.previous;
  const uint32_t target = stub.target;
  imports_.Free(&stub);
  Drop(target);
}

void RpcTable::Drop(uint32_t target) {
  ExportRecord* record = exports_.Find(target);
  if (record == nullptr || --record->references > 0) return;
  if (record->link != 0) {
    const uint32_t link = record->link;
    const uint32_t number = record->number;
    exports_.Free(record);
    if (remote_ != nullptr) remote_->DropObject(link, number);
    return;
  }
  const Invocation* owner = invocations_.Find(record->owner);
  if (owner == nullptr) {
    exports_.Free(record);
    return;
  }
  // It holds its owner open until its disposer has run.
  if (record->has_disposer) owner->pipeline->dropped++;
  queue_.Push(EventKind::kDropped, owner->id, target);
}

void RpcTable::Forget(Invocation& owner, uint32_t target) {
  ExportRecord* record = exports_.Find(target);
  if (record == nullptr) return;
  owner.exports--;
  if (record->has_disposer) {
    owner.pipeline->disposers--;
    owner.pipeline->dropped--;
  }
  if (ExportRecord* previous = exports_.Find(record->previous)) {
    previous->next = record->next;
  } else {
    owner.first_export = record->next;
  }
  if (ExportRecord* next = exports_.Find(record->next)) next->previous = record->previous;
  exports_.Free(record);
}

size_t RpcTable::DisposeAllOf(Invocation& holder) {
  size_t count = 0;
  for (; holder.first_import != 0; count++) Dispose(*imports_.Find(holder.first_import));
  return count;
}

void RpcTable::AbandonExportsOf(Invocation& owner) {
  for (uint32_t link = owner.first_export; link != 0;) {
    ExportRecord* record = exports_.Find(link);
    link = record->next;
    const bool dropped = record->references == 0;
    if (record->has_disposer) {
      owner.pipeline->disposers--;
      if (dropped) owner.pipeline->dropped--;
    }
    record->owner = record->next = record->previous = 0;
    if (dropped) exports_.Free(record);
  }
  owner.first_export = 0;
  owner.exports = 0;
}

int RpcTable::HeldElsewhere(const Invocation& owner) {
  int references = 0;
  for (const ExportRecord* record = exports_.Find(owner.first_export); record != nullptr;
       record = exports_.Find(record->next)) {
    references += record->references;
  }
  for (const Invocation* one = owner.pipeline->invocations; one != nullptr; one = one->next) {
    for (const ImportRecord* stub = imports_.Find(one->first_import); stub != nullptr;
         stub = imports_.Find(stub->next)) {
      const ExportRecord* target = exports_.Find(stub->target);
      if (target != nullptr && target->owner == owner.id) references--;
    }
  }
  return references;
}

}  // namespace isolane::worker
