#include "runtime/worker/loader.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "runtime/worker/dispatcher.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

// What V8 is told that a stub holds beside the code, so that its collector runs in time where one
// invocation lives long and loads again and again.
constexpr size_t kStubBytes = size_t{256} << 10;

std::string KeyOf(const std::string& binding, const std::string& name) {
  return binding + "\n" + name;
}

// What calls are told of code that does not run.
RemoteError StartFailure(const LoadedWorker& loaded, const Error& error) {
  // What V8 did not say itself is an Error.
  const bool plain = error.message.starts_with("No such module");
  std::string text =
      "Failed to start Worker:\nUncaught " + (plain ? "Error: " + error.message : error.message);
  if (!error.where.empty()) text += "\n  at " + error.where;
  std::string hint = error.hint;
  // A configuration's way to them is of no use here.
  if (error.message.starts_with("No such module \"node:")) {
    hint = "Code that is loaded brings the modules of Node.js along: bundle it.";
  }
  hint.insert(0, "(it is \"" + loaded.name + "\"" + (hint.empty() ? "" : ": "));
  return {"Error", std::move(text), {}, false, hint + ")"};
}

}  // namespace

Loader::Loader(Worker& maker) : maker_(maker), dispatcher_(maker.dispatcher()) {
  dispatcher_.AddLoader(*this);
}

Loader::~Loader() {
  dispatcher_.RemoveLoader(*this);
  for (const auto& handle : handles_) {
    if (handle->entrypoint == nullptr) continue;
    maker_.FreeLoadedChannel(handle->entrypoint->channel,
                             "The isolate of Worker \"" + maker_.name() + "\" that had loaded \"" +
                                 handle->worker->name + "\" was ended. Send the request again.");
  }
  for (const auto& [number, loaded] : loaded_) {
    Retire(*loaded);
    dispatcher_.StartAgain(std::move(loaded->waiting));
  }
}

LoadedWorker* Loader::Find(const std::string& binding, const std::string& name) {
  const auto found = names_.find(KeyOf(binding, name));
  return found == names_.end() ? nullptr : found->second;
}

LoadedWorker* Loader::At(uint32_t number) {
  const auto found = loaded_.find(number);
  return found == loaded_.end() ? nullptr : found->second.get();
}

LoadedWorker& Loader::Open(uint32_t maker, const std::string& binding, const std::string* name) {
  auto owned = std::make_unique<LoadedWorker>();
  LoadedWorker& loaded = *owned;
  loaded.number = ++last_;
  loaded.maker = maker;
  loaded.name = maker_.name() + "/" + binding;
  if (name != nullptr) {
    loaded.name += ":" + *name;
    loaded.key = KeyOf(binding, *name);
    loaded.named = true;
    names_[loaded.key] = &loaded;
  }
  loaded_.emplace(loaded.number, std::move(owned));
  return loaded;
}

void Loader::Give(LoadedWorker& loaded, WorkerSpec spec, std::shared_ptr<LoadedParts> parts,
                  size_t code_bytes) {
  loaded.state = LoadedWorker::State::kReady;
  spec.name = loaded.name;
  spec.display_root = loaded.name + "/";
  spec.limits = maker_.spec().limits;
  spec.frozen_clock = maker_.spec().frozen_clock;
  loaded.spec = std::move(spec);
  loaded.parts = std::move(parts);
  if (loaded.key.empty()) TellV8(loaded, kStubBytes + code_bytes);
  dispatcher_.StartAgain(std::exchange(loaded.waiting, {}));
}

void Loader::Fail(LoadedWorker& loaded, RemoteError error) {
  loaded.state = LoadedWorker::State::kFailed;
  loaded.failure = std::move(error);
  ForgetName(loaded);
  dispatcher_.StartAgain(std::exchange(loaded.waiting, {}));
}

Loader::Handle& Loader::AddHandle(LoadedWorker& loaded, v8::Local<v8::Object> token) {
  auto owned = std::make_unique<Handle>();
  Handle& handle = *owned;
  handle.worker = &loaded;
  handle.some_are_gone = &some_are_gone_;
  handle.token.Reset(v8::Isolate::GetCurrent(), token);
  handle.token.SetWeak(
      &handle,
      [](const v8::WeakCallbackInfo<Handle>& info) {
        info.GetParameter()->token.Reset();
        *info.GetParameter()->some_are_gone = true;
      },
      v8::WeakCallbackType::kParameter);
  handles_.push_back(std::move(owned));
  loaded.stubs++;
  return handle;
}

void Loader::Hold(LoadedWorker& loaded, v8::Local<v8::Object> token) { AddHandle(loaded, token); }

int Loader::HoldEntrypoint(LoadedWorker& loaded, v8::Local<v8::Object> token, std::string name,
                           std::unique_ptr<RpcMessage> props) {
  const int number = maker_.TakeLoadedChannel();
  Channel& channel = maker_.channels()[static_cast<size_t>(number)];
  channel.binding = loaded.name.substr(maker_.name().size() + 1);
  channel.entrypoint = name.empty() ? "default" : name;
  Handle& handle = AddHandle(loaded, token);
  handle.entrypoint.reset(
      new LoadedEntrypoint{*this, loaded, std::move(name), number, std::move(props)});
  channel.loaded = handle.entrypoint.get();
  return number;
}

void Loader::TellV8(LoadedWorker& loaded, size_t bytes) {
  if (maker_.isolate() == nullptr) return;
  maker_.isolate()->v8()->AdjustAmountOfExternalAllocatedMemory(
      static_cast<int64_t>(bytes) - static_cast<int64_t>(loaded.told_v8));
  loaded.told_v8 = bytes;
}

Channel& Loader::ChannelOf(const LoadedEntrypoint& entrypoint) {
  return maker_.channels()[static_cast<size_t>(entrypoint.channel)];
}

Worker* Loader::Start(LoadedWorker& loaded, js::CpuMeter& payer, RemoteError& failure) {
  loaded.used = ++calls_;
  // It may have failed to start again after an isolate that was ended.
  if (loaded.worker != nullptr && loaded.worker->isolate() == nullptr) Retire(loaded);
  if (loaded.worker != nullptr) return loaded.worker.get();
  MakeRoom();
  auto worker = std::make_unique<Worker>(loaded.spec, dispatcher_, maker_.ports(),
                                         maker_.develops(), loaded.parts);
  const Status started = worker->Load(&payer);
  if (!started.ok() && payer.spent >= payer.budget) {
    // Another request may have more left.
    failure = {"Error",
               "Worker \"" + loaded.name +
                   "\" was not ready when the request had used up its CPU time. Move work from the "
                   "top level of its module into the handler.",
               {},
               false};
    return nullptr;
  }
  if (!started.ok()) {
    Fail(loaded, StartFailure(loaded, started.error()));
    failure = loaded.failure;
    return nullptr;
  }
  loaded.worker = std::move(worker);
  return loaded.worker.get();
}

void Loader::ForgetName(LoadedWorker& loaded) {
  if (!loaded.key.empty()) names_.erase(loaded.key);
  loaded.key.clear();
}

void Loader::Retire(LoadedWorker& loaded) {
  if (loaded.worker != nullptr) dispatcher_.RetireLoaded(std::move(loaded.worker));
}

void Loader::MakeRoom() {
  std::vector<LoadedWorker*> running;
  std::vector<Worker*> workers;
  for (const auto& [number, loaded] : loaded_) {
    if (loaded->worker == nullptr) continue;
    running.push_back(loaded.get());
    workers.push_back(loaded->worker.get());
  }
  if (running.size() < kMostIsolates) return;
  const std::vector<bool> used = dispatcher_.InUse(workers);
  std::vector<LoadedWorker*> idle;
  for (size_t i = 0; i < running.size(); i++) {
    if (!used[i]) idle.push_back(running[i]);
  }
  // More than there may be were at work at a time, perhaps.
  const size_t too_many = std::min(idle.size(), running.size() - kMostIsolates + 1);
  std::partial_sort(idle.begin(), idle.begin() + static_cast<std::ptrdiff_t>(too_many), idle.end(),
                    [](const auto* a, const auto* b) { return a->used < b->used; });
  idle.resize(too_many);
  for (LoadedWorker* oldest : idle) {
    Retire(*oldest);
    ForgetName(*oldest);
  }
}

void Loader::DropHandles() {
  if (!std::exchange(some_are_gone_, false)) return;
  const std::unordered_set<const Channel*> called = dispatcher_.CalledChannels();
  std::erase_if(handles_, [&](const std::unique_ptr<Handle>& handle) {
    if (!handle->token.IsEmpty()) return false;
    if (handle->entrypoint != nullptr) {
      // A call outlives the stub that it was made on.
      if (called.contains(&ChannelOf(*handle->entrypoint))) {
        some_are_gone_ = true;
        return false;
      }
      maker_.FreeLoadedChannel(handle->entrypoint->channel, {});
    }
    handle->worker->stubs--;
    return true;
  });
}

void Loader::Tidy() {
  DropHandles();
  for (auto next = loaded_.begin(); next != loaded_.end();) {
    LoadedWorker& loaded = *next->second;
    ++next;
    const bool maker_is_over = dispatcher_.FindInvocation(loaded.maker) == nullptr;
    if (loaded.state == LoadedWorker::State::kLoading && maker_is_over) {
      Fail(loaded, {"Error",
                    "The request that was to load the code of Worker \"" + loaded.name +
                        "\" ended before it had. Call get() again.",
                    {},
                    false});
    }
    if (maker_is_over && !loaded.named) Retire(loaded);
    if (loaded.stubs > 0 || !loaded.waiting.empty()) continue;
    const bool may_be_found = !loaded.key.empty() && !(maker_is_over && loaded.worker == nullptr);
    if (may_be_found) continue;
    ForgetName(loaded);
    Retire(loaded);
    TellV8(loaded, 0);
    loaded_.erase(loaded.number);
  }
}

}  // namespace isolane::worker
