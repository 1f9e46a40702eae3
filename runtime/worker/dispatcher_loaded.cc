// Calls on Workers that other Workers have loaded (loader.h).
#include <algorithm>
#include <utility>

#include "runtime/base/nearest_name.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/loader.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

std::string EntrypointsOf(const Worker& worker) {
  std::vector<std::string> names;
  for (const std::string& name : worker.entrypoints()) {
    if (!name.empty()) names.push_back(name);
  }
  return names.empty() ? "no entrypoint" : base::ListNames(names);
}

}  // namespace

void Dispatcher::AddLoader(Loader& loader) { loaders_.push_back(&loader); }

void Dispatcher::RemoveLoader(Loader& loader) { std::erase(loaders_, &loader); }

void Dispatcher::RetireLoaded(std::unique_ptr<Worker> worker) {
  worker->LeaveService();
  retired_loaded_.push_back(std::move(worker));
}

std::vector<std::unique_ptr<Worker>> Dispatcher::TakeRetiredLoaded() {
  return std::exchange(retired_loaded_, {});
}

bool Dispatcher::TidyLoaders() {
  for (Loader* loader : loaders_) loader->Tidy();
  return !queue_.empty();
}

std::unordered_set<const Channel*> Dispatcher::CalledChannels() {
  std::unordered_set<const Channel*> called;
  calls_.ForEach([&](const Call& call) { called.insert(call.channel); });
  return called;
}

void Dispatcher::StartAgain(std::vector<uint32_t> calls) {
  for (uint32_t id : calls) {
    Call* call = calls_.Find(id);
    if (call == nullptr) continue;
    if (std::exchange(call->on_actor, false) && !call->cancelled) {
      if (Invocation* caller = invocations_.Find(call->caller)) caller->actor_calls--;
    }
    queue_.Push(EventKind::kStart, id);
  }
}

void Dispatcher::StartOnLoaded(Pipeline& pipeline, Call& call) {
  const LoadedEntrypoint& entrypoint = *call.channel->loaded;
  LoadedWorker& loaded = entrypoint.worker;
  if (loaded.state == LoadedWorker::State::kLoading) {
    const Invocation* maker = invocations_.Find(loaded.maker);
    Invocation* caller = invocations_.Find(call.caller);
    // Another request is to bring the code: this one does not hang.
    if (caller != nullptr && maker != nullptr && maker->pipeline != &pipeline) {
      call.on_actor = true;
      caller->actor_calls++;
    }
    loaded.waiting.push_back(call.id);
    return;
  }
  RemoteError failure = loaded.failure;
  Worker* worker = nullptr;
  if (loaded.state == LoadedWorker::State::kReady) {
    worker = entrypoint.loader.Start(loaded, pipeline.cpu, failure);
  }
  if (worker == nullptr) {
    ReplyWithError(call, std::move(failure));
    return;
  }
  const int number = worker->EntrypointOf(entrypoint.name);
  if (number < 0) {
    ReplyWithError(call,
                   {"Error",
                    entrypoint.name.empty() ? "Worker has no default entrypoint."
                                            : "Worker has no such entrypoint: " + entrypoint.name,
                    {},
                    false,
                    "(\"" + loaded.name + "\" has " + EntrypointsOf(*worker) + ")"});
    return;
  }
  entrypoint.loader.ChannelOf(entrypoint).entrypoint_number = number;
  // They are read where they are kept: PropsOf in dispatcher_calls.cc.
  if (entrypoint.props != nullptr) call.props = "kept";
  call.target = worker;
  Start(call.id);
}

}  // namespace isolane::worker
