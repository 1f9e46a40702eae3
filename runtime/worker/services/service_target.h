// Who answers for a service, once its name was looked up.
//
// Loop thread. Borrows all it names.
#pragma once

#include "runtime/base/request_router.h"

namespace isolane::worker {

class ChildService;
class Worker;

struct ServiceTarget {
  // At most one of the two. Neither: the router answers for it by itself (files), or nobody does.
  Worker* worker = nullptr;
  ChildService* child = nullptr;
  // The rules that stand before it for callers inside, which know it by `number`; null: none.
  base::RequestRouter* router = nullptr;
  int number = -1;

  bool found() const { return worker != nullptr || child != nullptr || router != nullptr; }
};

}  // namespace isolane::worker
