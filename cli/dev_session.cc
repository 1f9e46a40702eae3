#include "cli/dev_session.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "cli/dev_log.h"
#include "cli/dev_worker.h"
#include "cli/project_build.h"
#include "cli/slow_builds.h"
#include "runtime/base/check.h"
#include "runtime/config/files.h"
#include "runtime/loop/file_watch.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/timer.h"
#include "wrangler-compat/build/build_failure.h"
#include "wrangler-compat/build/project_loader.h"

namespace isolane::cli {

namespace {

using Clock = std::chrono::steady_clock;

// So long nothing must happen before it is looked what has changed: an editor truncates a file
// before it writes it, and `git checkout` writes many. But it is looked after so many ms in any
// case.
constexpr uint64_t kQuietMs = 5;
constexpr auto kMostPatience = std::chrono::milliseconds(100);

// What is said of a Worker that V8 cannot compile.
std::string BuildFailureOf(const Error& error) {
  return wrangler::BuildFailure(1, error.ToString());
}

}  // namespace

class DevSession::State {
 public:
  State(const CliOptions& options, wrangler::ProjectOptions project_options, Hooks hooks)
      : options_(options),
        project_options_(std::move(project_options)),
        hooks_(std::move(hooks)),
        log_(options, hooks_.before_print),
        builder_(std::make_unique<wrangler::Builder>(BuilderOptionsOf(options))) {
    // That ends a start, but no session: nothing here tells when the file is gone.
    project_options_.refuses_large_assets = false;
  }

  std::unique_ptr<Runtime> Load(wrangler::LoadedProject loaded, int64_t began,
                                RuntimeOptions runtime_options);
  void Watch(Runtime& runtime, loop::Loop& loop);
  void ReloadAll();
  void End();

 private:
  using WorkerList = std::vector<DevWorker*>;
  struct Refused {
    DevWorker* worker;
    Error why;
  };

  bool BuildFirst(wrangler::Project project, const wrangler::BuildRequest& request);
  std::unique_ptr<Runtime> LoadWhole(const wrangler::LoadedProject& loaded, int64_t began,
                                     const RuntimeOptions& runtime_options);
  std::vector<WorkerSpec> FirstVersions();
  void OnBroken(const std::string& name, const Error& error);
  bool BundleBroken();

  void OnChange(const std::string& tree, const std::string& path);
  void Notice();
  void Look();
  bool ConfigChanged() const;
  void ReadConfig();
  void TakeConfig(wrangler::LoadedProject loaded);
  void TakeInputs(const wrangler::LoadedProject& loaded, int64_t began);
  void StartBuilds();
  void OnBuilt(size_t index, const wrangler::BuildResult& result);
  void Apply();
  WorkerList Waiting() const;
  Status Try(const WorkerList& workers);
  std::vector<Refused> Place(WorkerList workers);
  void OnRefused(DevWorker& worker, const Error& why);
  void OnFailed(DevWorker& worker, const std::string& error);
  void WatchInputs();
  void TellFailure(DevWorker& worker, const std::string& text);

  const CliOptions options_;
  wrangler::ProjectOptions project_options_;
  const Hooks hooks_;
  DevLog log_;
  // As the configurations, which are as many as they were at the start.
  std::vector<std::unique_ptr<DevWorker>> workers_;
  FileStamps explored_;
  std::string told_config_;         // what was said of the configuration last
  std::vector<std::string> notes_;  // what there was to be noted of it
  bool table_changed_ = false;
  Runtime* runtime_ = nullptr;
  loop::Loop* loop_ = nullptr;
  std::unique_ptr<loop::FileWatch> watch_;
  loop::Handle<loop::Timer> quiet_;
  std::unique_ptr<SlowBuilds> slow_;
  std::set<std::string> unwatched_;  // why something cannot be watched; each is told once
  Clock::time_point noticed_;        // when the first of what is being taken was noticed
  bool noticing_ = false;
  // What other threads post looks whether the session is still there.
  std::shared_ptr<State*> self_ = std::make_shared<State*>(this);
  std::unique_ptr<wrangler::Builder> builder_;
};

// --- the first time ---

// False: a build failed that no edit of a module can repair.
bool DevSession::State::BuildFirst(wrangler::Project project,
                                   const wrangler::BuildRequest& request) {
  workers_.clear();
  const auto results = BuildAndPrint(*builder_, project.builds, request, options_.log_level);
  for (size_t i = 0; i < results.size(); i++) {
    DevWorker& worker = *workers_.emplace_back(std::make_unique<DevWorker>());
    worker.spec = std::move(project.workers[i]);
    if (hooks_.complete) hooks_.complete(worker.spec);
    worker.plan = std::move(project.builds[i]);
    log_.Record(worker.spec.name, results[i]);
    worker.TakeBuild(results[i], hooks_.built);
    worker.told = results[i].error;
    if (results[i].ok()) continue;
    if (hooks_.on_failed_start) {
      hooks_.on_failed_start(worker.spec.name, Error{results[i].error, {}, {}, {}});
      return false;
    }
    if (!results[i].may_recover) return false;
  }
  return true;
}

// What is to be loaded, in order. A Worker whose build failed is among them, but cannot be loaded.
std::vector<WorkerSpec> DevSession::State::FirstVersions() {
  std::vector<WorkerSpec> specs;
  for (const auto& worker : workers_) {
    worker->runs = worker->next.has_value();
    specs.push_back(worker->runs ? std::move(*worker->next)
                                 : BrokenVersion(worker->spec, worker->told));
    worker->next.reset();
  }
  return specs;
}

std::unique_ptr<Runtime> DevSession::State::Load(wrangler::LoadedProject loaded, int64_t began,
                                                 RuntimeOptions runtime_options) {
  notes_ = loaded.notes;
  if (hooks_.on_failed_start) return LoadWhole(loaded, began, runtime_options);
  if (!BuildFirst(loaded.project, {})) return nullptr;
  TakeInputs(loaded, began);
  runtime_options.on_broken = [this](const std::string& worker, const Error& error) {
    OnBroken(worker, error);
  };
  auto runtime = Runtime::LoadSpecs(FirstVersions(), runtime_options);
  if (!runtime.ok()) {
    log_.Fail(runtime.error().ToString());
    return nullptr;
  }
  runtime_ = runtime->get();
  if (!BundleBroken()) return nullptr;
  return std::move(*runtime);
}

// All of it or nothing. What V8 does not understand esbuild may.
std::unique_ptr<Runtime> DevSession::State::LoadWhole(const wrangler::LoadedProject& loaded,
                                                      int64_t began,
                                                      const RuntimeOptions& runtime_options) {
  for (const bool bundle : {false, true}) {
    if (!BuildFirst(loaded.project, {.run_custom = !bundle, .always_bundle = bundle})) break;
    TakeInputs(loaded, began);
    auto runtime = Runtime::LoadSpecs(FirstVersions(), runtime_options);
    if (runtime.ok()) {
      runtime_ = runtime->get();
      return std::move(*runtime);
    }
    const bool may_help = std::any_of(workers_.begin(), workers_.end(), [](const auto& worker) {
      return wrangler::MayBeBundled(worker->plan, worker->bundled);
    });
    if (!bundle && may_help && runtime.error().kind == ErrorKind::kBuild) continue;
    log_.Flush();
    hooks_.on_failed_start({}, runtime.error());
    break;
  }
  return nullptr;
}

void DevSession::State::OnBroken(const std::string& name, const Error& error) {
  for (const auto& worker : workers_) {
    if (worker->spec.name != name) continue;
    worker->runs = false;
    // The build has said it already.
    if (!worker->told.empty()) continue;
    worker->needs_bundle = wrangler::MayBeBundled(worker->plan, worker->bundled);
    if (!worker->needs_bundle) TellFailure(*worker, BuildFailureOf(error));
  }
}

// Has esbuild make what it can of the Workers that V8 has refused, before anybody asks them. False:
// one of them failed when it ran, which was told.
bool DevSession::State::BundleBroken() {
  WorkerList broken;
  std::vector<wrangler::BuildPlan> plans;
  for (const auto& worker : workers_) {
    if (!worker->needs_bundle) continue;
    static_cast<void>(worker->TakeRequest());
    broken.push_back(worker.get());
    plans.push_back(worker->plan);
  }
  const auto results = BuildAndPrint(*builder_, plans, {.run_custom = false, .always_bundle = true},
                                     options_.log_level);
  for (size_t i = 0; i < results.size(); i++) {
    DevWorker& worker = *broken[i];
    log_.Record(worker.spec.name, results[i]);
    worker.TakeBuild(results[i], hooks_.built);
    worker.told = results[i].error;
    if (!results[i].ok()) OnFailed(worker, results[i].error);
  }
  for (const Refused& refused : Place(Waiting())) {
    if (refused.why.kind != ErrorKind::kBuild) {
      log_.Fail(refused.why.ToString());
      return false;
    }
    OnRefused(*refused.worker, refused.why);
  }
  return true;
}

void DevSession::State::Watch(Runtime& runtime, loop::Loop& loop) {
  runtime_ = &runtime;
  loop_ = &loop;
  watch_ = std::make_unique<loop::FileWatch>(
      loop.uv(),
      [](void* self, const std::string& tree, const std::string& path) {
        static_cast<State*>(self)->OnChange(tree, path);
      },
      this);
  quiet_ = loop::Timer::Create(
      loop.uv(), [](void* self) { static_cast<State*>(self)->Look(); }, this);
  slow_ = std::make_unique<SlowBuilds>(loop, [this](std::chrono::seconds passed) {
    std::vector<std::string> names;
    for (const auto& worker : workers_) {
      if (worker->building) names.push_back(worker->spec.name);
    }
    log_.Building(names, passed);
  });
  for (const auto& worker : workers_) worker->TakeStamps();
  WatchInputs();
  // What has changed since it was read.
  Notice();
}

void DevSession::State::End() {
  // Its threads post to the loop.
  builder_.reset();
  self_.reset();
  watch_.reset();
  quiet_.reset();
  slow_.reset();
}

// --- what changed ---

void DevSession::State::OnChange(const std::string& tree, const std::string& path) {
  if (!tree.empty()) {
    for (const auto& worker : workers_) {
      const auto& all = worker->directories;
      if (std::find(all.begin(), all.end(), tree) != all.end()) worker->NoteChange(path);
    }
  }
  Notice();
}

void DevSession::State::Notice() {
  const auto now = Clock::now();
  if (!noticing_) {
    noticing_ = true;
    noticed_ = now;
  }
  if (quiet_->active() && now - noticed_ > kMostPatience) return;
  quiet_->Start(kQuietMs);
}

void DevSession::State::ReloadAll() {
  for (const auto& worker : workers_) worker->NeedAll();
  Notice();
}

bool DevSession::State::ConfigChanged() const {
  return explored_.Changed() ||
         std::any_of(workers_.begin(), workers_.end(), [](const auto& worker) {
           return worker->config_changed || worker->config.Changed();
         });
}

void DevSession::State::Look() {
  if (ConfigChanged()) ReadConfig();
  for (const auto& worker : workers_) {
    if (!worker->needs_build && worker->sources.Changed()) worker->needs_build = true;
  }
  const bool any = std::any_of(workers_.begin(), workers_.end(),
                               [](const auto& worker) { return worker->needs_build; });
  if (any) {
    StartBuilds();
  } else {
    noticing_ = false;
    WatchInputs();
  }
}

// --- the configuration ---

void DevSession::State::ReadConfig() {
  const bool explored = explored_.Changed();
  for (const auto& worker : workers_) {
    if (explored || worker->config.Changed()) worker->config_changed = true;
  }
  const int64_t began = config::FileTime();
  if (hooks_.elsewhere) project_options_.elsewhere = hooks_.elsewhere();
  wrangler::LoadedProject loaded =
      hooks_.load ? hooks_.load() : wrangler::LoadProject(project_options_);
  using wrangler::Severity;
  const std::string said = wrangler::RenderDiagnostics(loaded.diagnostics, Severity::kWarning, {}) +
                           wrangler::RenderDiagnostics(loaded.diagnostics, Severity::kError, {});
  if (said != told_config_) {
    log_.Tell(loaded.diagnostics);
    told_config_ = said;
  }
  if (loaded.ok() && loaded.notes != notes_) {
    for (const std::string& note : loaded.notes) log_.Note(note);
    notes_ = loaded.notes;
  }
  TakeInputs(loaded, began);
  if (loaded.ok()) TakeConfig(std::move(loaded));
}

void DevSession::State::TakeInputs(const wrangler::LoadedProject& loaded, int64_t began) {
  explored_.Take(loaded.explored, began);
  for (size_t i = 0; i < workers_.size(); i++) {
    // What was read of a configuration that is wrong may be less than what a right one needs.
    config::FileUses uses = loaded.ok() ? config::FileUses{} : workers_[i]->config.uses();
    if (i < loaded.inputs.size()) uses.Add(loaded.inputs[i]);
    workers_[i]->config.Take(uses, began);
  }
}

void DevSession::State::TakeConfig(wrangler::LoadedProject loaded) {
  if (hooks_.on_config) hooks_.on_config(loaded.project);
  std::vector<WorkerSpec>& specs = loaded.project.workers;
  ISOLANE_CHECK(specs.size() == workers_.size());
  table_changed_ = true;
  for (size_t i = 0; i < specs.size(); i++) {
    DevWorker& worker = *workers_[i];
    if (!std::exchange(worker.config_changed, false)) continue;
    if (worker.spec.name != specs[i].name && worker.replaces.empty()) {
      worker.replaces = worker.spec.name;
    }
    if (worker.replaces == specs[i].name) worker.replaces.clear();
    worker.spec = std::move(specs[i]);
    if (hooks_.complete) hooks_.complete(worker.spec);
    if (worker.plan.custom != loaded.project.builds[i].custom) worker.needs_custom = true;
    worker.plan = std::move(loaded.project.builds[i]);
    worker.needs_build = true;
  }
}

// --- builds ---

void DevSession::State::StartBuilds() {
  for (size_t i = 0; i < workers_.size(); i++) {
    DevWorker& worker = *workers_[i];
    if (!worker.needs_build) continue;
    const wrangler::BuildRequest request = worker.TakeRequest();
    slow_->Begin();
    builder_->Start(
        worker.plan, request,
        [loop = loop_, i, self = std::weak_ptr<State*>(self_)](wrangler::BuildResult result) {
          auto shared = std::make_shared<wrangler::BuildResult>(std::move(result));
          loop->Post([i, self, shared] {
            if (const auto state = self.lock()) (*state)->OnBuilt(i, *shared);
          });
        });
  }
}

void DevSession::State::OnBuilt(size_t index, const wrangler::BuildResult& result) {
  DevWorker& worker = *workers_[index];
  worker.TakeBuild(result, hooks_.built);
  log_.Built(worker.spec.name, result);
  if (!result.ok()) {
    worker.TakeStamps();
    // What was read may have been half written.
    if (!worker.sources.Changed()) OnFailed(worker, result.error);
  }
  const auto builds = [](const auto& one) { return one->building; };
  if (std::none_of(workers_.begin(), workers_.end(), builds)) slow_->End();
  const auto waits = [](const auto& one) { return one->building || one->needs_build; };
  if (std::none_of(workers_.begin(), workers_.end(), waits)) Apply();
}

void DevSession::State::OnFailed(DevWorker& worker, const std::string& error) {
  TellFailure(worker, error);
  if (worker.runs) return;
  // Calls wait, and must be told of this failure. It cannot be loaded, and that is what it is for.
  WorkerChanges changes;
  changes.workers.push_back(BrokenVersion(worker.spec, error));
  static_cast<void>(runtime_->Reload(std::move(changes)));
}

// --- putting in place ---

DevSession::State::WorkerList DevSession::State::Waiting() const {
  WorkerList waiting;
  for (const auto& worker : workers_) {
    if (worker->next) waiting.push_back(worker.get());
  }
  return waiting;
}

Status DevSession::State::Try(const WorkerList& workers) {
  WorkerChanges changes;
  changes.public_worker = workers_.front()->spec.name;
  for (const DevWorker* worker : workers) {
    changes.workers.push_back(*worker->next);
    if (!worker->replaces.empty()) changes.removed.push_back(worker->replaces);
  }
  ISOLANE_TRY(runtime_->Reload(std::move(changes)));
  for (DevWorker* worker : workers) {
    worker->next.reset();
    worker->replaces.clear();
    worker->told.clear();
    worker->runs = true;
    worker->TakeStamps();
  }
  return Ok{};
}

// Those of them that can be put in place are: all at once, else one after the other, as long as
// that helps another one. Gives the others.
std::vector<DevSession::State::Refused> DevSession::State::Place(WorkerList workers) {
  if (workers.empty()) return {};
  Status together = Try(workers);
  if (together.ok()) return {};
  if (workers.size() == 1) return {{workers.front(), std::move(together.error())}};
  std::vector<Refused> refused;
  for (size_t left = workers.size() + 1; workers.size() < left;) {
    left = workers.size();
    refused.clear();
    for (DevWorker* worker : std::exchange(workers, {})) {
      Status alone = Try({worker});
      if (alone.ok()) continue;
      workers.push_back(worker);
      refused.push_back({worker, std::move(alone.error())});
    }
  }
  return refused;
}

void DevSession::State::OnRefused(DevWorker& worker, const Error& why) {
  worker.TakeStamps();
  // A newer text is there already.
  if (worker.sources.Changed()) return;
  if (why.kind != ErrorKind::kBuild) {
    TellFailure(worker, why.ToString());
  } else if (wrangler::MayBeBundled(worker.plan, worker.bundled)) {
    worker.needs_build = worker.needs_bundle = true;
  } else {
    TellFailure(worker, BuildFailureOf(why));
  }
}

void DevSession::State::Apply() {
  const WorkerList waiting = Waiting();
  if (!waiting.empty()) {
    log_.Reloading();
    for (const Refused& refused : Place(waiting)) OnRefused(*refused.worker, refused.why);
    std::vector<std::string> placed;
    for (const DevWorker* worker : waiting) {
      if (!worker->next) placed.push_back(worker->spec.name);
    }
    if (!placed.empty()) {
      const std::chrono::duration<double, std::milli> took = Clock::now() - noticed_;
      if (std::exchange(table_changed_, false) && hooks_.on_workers) {
        std::vector<WorkerSpec> specs;
        for (const auto& worker : workers_) specs.push_back(worker->spec);
        hooks_.on_workers(specs);
      }
      log_.Reloaded(placed, took.count());
    }
  }
  noticing_ = false;
  WatchInputs();
  // What changed before it was watched, or while it was taken.
  const bool more =
      ConfigChanged() || std::any_of(workers_.begin(), workers_.end(), [](const auto& worker) {
        return worker->needs_build || worker->sources.Changed();
      });
  if (more) Notice();
}

void DevSession::State::WatchInputs() {
  std::set<std::string> paths;
  std::set<std::string> trees;
  auto add = [&](const config::FileUses& uses) {
    for (const std::string& path : uses.read) {
      paths.insert(config::AbsolutePath(project_options_.cwd, path));
    }
    for (const std::string& path : uses.sought) {
      paths.insert(config::AbsolutePath(project_options_.cwd, path));
    }
  };
  add(explored_.uses());
  for (const auto& worker : workers_) {
    add(worker->config.uses());
    add(worker->sources.uses());
    trees.insert(worker->directories.begin(), worker->directories.end());
  }
  for (const std::string& why : watch_->Watch(paths, trees)) {
    if (unwatched_.insert(why).second) log_.Warn("Changes will not be noticed: " + why);
  }
}

// --- words ---

void DevSession::State::TellFailure(DevWorker& worker, const std::string& text) {
  if (worker.told == text) return;
  worker.told = text;
  log_.Fail(text);
}

// --- the session ---

DevSession::DevSession(const CliOptions& options, wrangler::ProjectOptions project_options,
                       Hooks hooks)
    : state_(std::make_unique<State>(options, std::move(project_options), std::move(hooks))) {}

DevSession::~DevSession() = default;

std::unique_ptr<Runtime> DevSession::Load(wrangler::LoadedProject loaded, int64_t began,
                                          RuntimeOptions runtime_options) {
  return state_->Load(std::move(loaded), began, std::move(runtime_options));
}

void DevSession::Watch(Runtime& runtime, loop::Loop& loop) { state_->Watch(runtime, loop); }

void DevSession::End() { state_->End(); }

void DevSession::ReloadAll() { state_->ReloadAll(); }

}  // namespace isolane::cli
