#include "runtime/worker/binding.h"

#include <algorithm>
#include <vector>

namespace isolane::worker {

namespace {

std::vector<BindingKind*>& Kinds() {
  static std::vector<BindingKind*> kinds;
  return kinds;
}

}  // namespace

void RegisterBindingKind(BindingKind& kind) {
  if (std::find(Kinds().begin(), Kinds().end(), &kind) == Kinds().end()) Kinds().push_back(&kind);
}

Result<v8::MaybeLocal<v8::Value>> MakeBinding(Worker& worker, const BindingSpec& spec) {
  for (BindingKind* kind : Kinds()) {
    auto made = kind->Make(worker, spec);
    if (!made.ok() || !made->IsEmpty()) return made;
  }
  return Error{
      "binding " + spec.name + " is of a kind that this program does not know", {}, spec.where, {}};
}

}  // namespace isolane::worker
