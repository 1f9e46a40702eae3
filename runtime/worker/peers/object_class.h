// The class of Durable Objects of a Worker of this process that a peer, or a stub that came from
// one, names.
//
// Loop thread.
#pragma once

#include <string>

namespace isolane::worker {

struct ActorClass;
class Worker;

// Null: it exports none of this name. Of a Worker that waits for a build that works nobody knows
// what it exports, so it has them all: calls wait, and follow to what its next version has.
ActorClass* FindObjectClass(Worker& worker, const std::string& name);

// What those are told who ask for one that is not there.
std::string NoObjectClassText(const std::string& worker, const std::string& name);

}  // namespace isolane::worker
