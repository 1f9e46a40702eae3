#include "runtime/worker/peers/object_class.h"

#include "runtime/worker/actor.h"
#include "runtime/worker/actor_names.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

ActorClass* FindObjectClass(Worker& worker, const std::string& name) {
  if (!IsActorClassName(name)) return nullptr;
  if (worker.held()) return &worker.AddActorClass(name);
  ActorClass* const found = worker.FindActorClass(name);
  return found != nullptr && found->exported ? found : nullptr;
}

std::string NoObjectClassText(const std::string& worker, const std::string& name) {
  const ActorKey key(worker, name);
  if (key.is_workflow()) {
    return "Worker \"" + worker + "\" has no " + key.Describe() + " with the class " +
           key.exported() + ": declare it in its configuration, too ([[workflows]]).";
  }
  return "Worker \"" + worker + "\" has no class of Durable Objects called \"" + name +
         "\" (durable_objects, migrations or exports of its configuration).";
}

}  // namespace isolane::worker
