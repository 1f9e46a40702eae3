#include "runtime/worker/native_registry.h"

#include <vector>

#include "runtime/web/natives.h"

namespace isolane::worker {

js::NativeTable AllNatives() {
  static const std::vector<js::NativeFunction> all = [] {
    std::vector<js::NativeFunction> functions;
    for (js::NativeTable part :
         {web::Natives(), CallNatives(), BodyNatives(), ContextNatives(), RpcNatives(),
          WebSocketNatives(), ActorNatives(), HibernationNatives(), StorageNatives(),
          EventNatives(), BindingNatives(), ConnectNatives(), LoaderNatives()}) {
      functions.insert(functions.end(), part.begin(), part.end());
    }
    return functions;
  }();
  return all;
}

}  // namespace isolane::worker
