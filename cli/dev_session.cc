#include "cli/dev_session.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <utility>

#include "cli/dev_worker.h"
#include "cli/messages.h"
#include "cli/project_build.h"
#include "runtime/config/files.h"
#include "runtime/loop/file_watch.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/timer.h"

namespace isolane::cli {

namespace {

using Clock = std::chrono::steady_clock;

// So long nothing must happen before it is looked what has changed: an editor truncates a file
// before it writes it, and `git checkout` writes many. But it is looked after so many ms in any
// case.
constexpr uint64_t kQuietMs = 5;
constexpr auto kMostPatience = std::chrono::milliseconds(100);

std::string Indented(const std::string& text) {
  std::string result = "  ";
  for (char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  return result;
}

// For those who read it elsewhere than on the terminal.
std::string WithoutColours(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '\x1b') {
      plain += text[i];
      continue;
    }
    i = text.find('m', i);
    if (i == std::string::npos) break;
  }
  return plain;
}

// What is said of a Worker that V8 cannot compile.
std::string BuildFailure(const Error& error) {
  return "Build failed with 1 error:\n\n" + Indented(error.ToString());
}

}  // namespace

class DevSession::State {
 public:
  State(const CliOptions& options, wrangler::ProjectOptions project_options, Hooks hooks)
      : options_(options),
        project_options_(std::move(project_options)),
        hooks_(std::move(hooks)),
        builder_(std::make_unique<wrangler::Builder>(BuilderOptionsOf(options))) {}

  std::unique_ptr<Runtime> Load(wrangler::LoadedProject loaded, int64_t began,
                                RuntimeOptions runtime_options);
  void Watch(Runtime& runtime, loop::Loop& loop);
  void ReloadAll();
  void End();

 private:
  // What is to be loaded, in order: a Worker whose build failed, which was told, is among them, but
  // its modules give an error. None: a build failed that no edit can repair.
  std::vector<WorkerSpec> Begin(wrangler::LoadedProject loaded, int64_t began);
  void OnBroken(const std::string& name);
  using WorkerList = std::vector<DevWorker*>;

  void OnChange(const std::string& tree, const std::string& path);
  void Notice();
  void Look();
  bool ConfigChanged() const;
  void ReadConfig();
  void TakeConfig(wrangler::LoadedProject loaded);
  void TakeInputs(const wrangler::LoadedProject& loaded, int64_t began);
  void StartBuilds();
  void OnBuilt(uint32_t id, const wrangler::BuildResult& result);
  void Apply();
  Status Try(const WorkerList& workers);
  void Settle(DevWorker& worker, const Status& placed);
  void WatchInputs();
  void TellFailure(DevWorker& worker, const std::string& text);
  void PrintLine(const std::string& line);

  const CliOptions options_;
  const wrangler::ProjectOptions project_options_;
  const Hooks hooks_;
  std::vector<std::unique_ptr<DevWorker>> workers_;
  uint32_t last_id_ = 0;
  FileStamps explored_;
  std::vector<std::string> orphans_;  // names of Workers that are configured no more
  std::string told_config_;           // what was said of the configuration last
  std::vector<std::string> notes_;    // what there was to be noted of it
  bool table_changed_ = false;
  Runtime* runtime_ = nullptr;
  loop::Loop* loop_ = nullptr;
  std::unique_ptr<loop::FileWatch> watch_;
  loop::Handle<loop::Timer> quiet_;
  std::set<std::string> unwatched_;  // why something cannot be watched; each is told once
  Clock::time_point noticed_;        // when the first of what is being taken was noticed
  bool noticing_ = false;
  // What other threads post looks whether the session is still there.
  std::shared_ptr<State*> self_ = std::make_shared<State*>(this);
  std::unique_ptr<wrangler::Builder> builder_;
};

// --- the first time ---

std::vector<WorkerSpec> DevSession::State::Begin(wrangler::LoadedProject loaded, int64_t began) {
  const int64_t build_began = FileTime();
  const std::vector<wrangler::BuildResult> results = builder_->BuildAll(loaded.project.builds, {});
  std::vector<WorkerSpec> specs;
  for (size_t i = 0; i < results.size(); i++) {
    auto worker = std::make_unique<DevWorker>();
    worker->id = ++last_id_;
    worker->spec = std::move(loaded.project.workers[i]);
    if (hooks_.complete) hooks_.complete(worker->spec);
    worker->plan = std::move(loaded.project.builds[i]);
    worker->began = build_began;
    PrintBuild(results[i], options_.log_level);
    worker->TakeBuild(results[i]);
    if (worker->next) {
      specs.push_back(std::move(worker->next->spec));
      worker->next.reset();
    } else {
      if (!results[i].may_recover) return {};
      worker->told = results[i].error;
      specs.push_back(worker->spec);
      specs.back().modules =
          [text = WithoutColours(results[i].error)](const std::string&) -> Result<ModuleSource> {
        return Error{text, {}, {}, {}};
      };
    }
    workers_.push_back(std::move(worker));
  }
  TakeInputs(loaded, began);
  return specs;
}

std::unique_ptr<Runtime> DevSession::State::Load(wrangler::LoadedProject loaded, int64_t began,
                                                 RuntimeOptions runtime_options) {
  notes_ = loaded.notes;
  std::vector<WorkerSpec> specs = Begin(std::move(loaded), began);
  if (specs.empty()) return nullptr;
  runtime_options.on_broken = [this](const std::string& worker, const Error&) { OnBroken(worker); };
  auto runtime = Runtime::LoadSpecs(std::move(specs), runtime_options);
  if (runtime.ok()) return std::move(*runtime);
  if (hooks_.before_print) hooks_.before_print();
  PrintError(runtime.error().ToString());
  return nullptr;
}

void DevSession::State::OnBroken(const std::string& name) {
  for (const auto& worker : workers_) {
    // The build has said it already.
    if (worker->spec.name != name || !worker->told.empty()) continue;
    worker->needs_build = worker->needs_bundle = true;
  }
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
  for (const auto& worker : workers_) worker->TakeStamps();
  WatchInputs();
  StartBuilds();
}

void DevSession::State::End() {
  // Its threads post to the loop.
  builder_.reset();
  self_.reset();
  watch_.reset();
  quiet_.reset();
}

// --- what changed ---

void DevSession::State::OnChange(const std::string& tree, const std::string& path) {
  if (!tree.empty()) {
    for (const auto& worker : workers_) {
      const auto& all = worker->directories;
      if (std::find(all.begin(), all.end(), tree) == all.end()) continue;
      worker->needs_build = true;
      worker->changed = path;
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
  for (const auto& worker : workers_) worker->config_changed = worker->needs_build = true;
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
    if (worker->sources.Changed()) worker->needs_build = true;
  }
  const bool any = std::any_of(workers_.begin(), workers_.end(),
                               [](const auto& worker) { return worker->needs_build; });
  if (any) {
    StartBuilds();
  } else if (!orphans_.empty()) {
    Apply();
  } else {
    noticing_ = false;
    WatchInputs();
  }
}

// --- the configuration ---

void DevSession::State::ReadConfig() {
  for (const auto& worker : workers_) {
    worker->config_changed =
        worker->config_changed || explored_.Changed() || worker->config.Changed();
  }
  const int64_t began = FileTime();
  wrangler::LoadedProject loaded = wrangler::LoadProject(project_options_);
  using wrangler::Severity;
  const std::string said = wrangler::RenderDiagnostics(loaded.diagnostics, Severity::kWarning, {}) +
                           wrangler::RenderDiagnostics(loaded.diagnostics, Severity::kError, {});
  if (said != told_config_) {
    if (hooks_.before_print) hooks_.before_print();
    PrintDiagnostics(loaded.diagnostics, options_.log_level);
    told_config_ = said;
  }
  if (loaded.ok() && loaded.notes != notes_) {
    for (const std::string& note : loaded.notes) PrintLine(note);
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
  std::vector<WorkerSpec>& specs = loaded.project.workers;
  table_changed_ = true;
  while (workers_.size() > specs.size()) {
    orphans_.push_back(workers_.back()->spec.name);
    workers_.pop_back();
  }
  for (size_t i = 0; i < specs.size(); i++) {
    if (i == workers_.size()) {
      workers_.push_back(std::make_unique<DevWorker>());
      workers_.back()->id = ++last_id_;
      workers_.back()->config_changed = true;
    }
    DevWorker& worker = *workers_[i];
    if (!std::exchange(worker.config_changed, false)) continue;
    if (!worker.spec.name.empty() && worker.spec.name != specs[i].name && worker.replaces.empty()) {
      worker.replaces = worker.spec.name;
    }
    if (worker.replaces == specs[i].name) worker.replaces.clear();
    worker.spec = std::move(specs[i]);
    if (hooks_.complete) hooks_.complete(worker.spec);
    worker.plan = std::move(loaded.project.builds[i]);
    worker.needs_build = true;
  }
}

// --- builds ---

void DevSession::State::StartBuilds() {
  if (!noticing_) noticed_ = Clock::now();
  for (const auto& worker : workers_) {
    if (!std::exchange(worker->needs_build, false)) continue;
    worker->building = true;
    worker->began = FileTime();
    wrangler::BuildRequest request;
    request.changed = std::exchange(worker->changed, {});
    request.always_bundle = std::exchange(worker->needs_bundle, false);
    if (request.changed.empty() && !worker->sources.uses().read.empty()) {
      request.changed = *worker->sources.uses().read.begin();
    }
    builder_->Start(worker->plan, request,
                    [loop = loop_, id = worker->id,
                     self = std::weak_ptr<State*>(self_)](wrangler::BuildResult result) {
                      auto shared = std::make_shared<wrangler::BuildResult>(std::move(result));
                      loop->Post([id, self, shared] {
                        if (const auto state = self.lock()) (*state)->OnBuilt(id, *shared);
                      });
                    });
  }
}

void DevSession::State::OnBuilt(uint32_t id, const wrangler::BuildResult& result) {
  const auto found = std::find_if(workers_.begin(), workers_.end(),
                                  [id](const auto& worker) { return worker->id == id; });
  if (found == workers_.end()) return;
  DevWorker& worker = **found;
  // What was read may have been half written.
  worker.TakeBuild(result);
  if (!result.ok()) {
    worker.TakeStamps();
    if (!worker.sources.Changed()) TellFailure(worker, result.error);
  } else {
    if (hooks_.before_print) hooks_.before_print();
    PrintBuild(result, options_.log_level);
  }
  const bool all = std::none_of(workers_.begin(), workers_.end(),
                                [](const auto& one) { return one->building || one->needs_build; });
  if (all) Apply();
}

// --- putting in place ---

Status DevSession::State::Try(const WorkerList& workers) {
  WorkerChanges changes;
  changes.public_worker = workers_.front()->spec.name;
  for (const DevWorker* worker : workers) {
    changes.workers.push_back(worker->next->spec);
    if (!worker->replaces.empty()) changes.removed.push_back(worker->replaces);
  }
  changes.removed.insert(changes.removed.end(), orphans_.begin(), orphans_.end());
  Status placed = runtime_->Reload(std::move(changes));
  if (!placed.ok()) return placed;
  orphans_.clear();
  for (DevWorker* worker : workers) Settle(*worker, placed);
  return placed;
}

void DevSession::State::Settle(DevWorker& worker, const Status& placed) {
  if (placed.ok()) {
    worker.next.reset();
    worker.replaces.clear();
    worker.told.clear();
    worker.TakeStamps();
    return;
  }
  worker.TakeStamps();
  // A newer text is there already.
  if (worker.sources.Changed()) return;
  if (placed.error().kind != ErrorKind::kBuild) {
    TellFailure(worker, placed.error().ToString());
  } else if (worker.next->bundled || !worker.plan.bundle) {
    TellFailure(worker, BuildFailure(placed.error()));
  } else {
    worker.needs_build = worker.needs_bundle = true;
  }
}

void DevSession::State::Apply() {
  WorkerList waiting;
  for (const auto& worker : workers_) {
    if (worker->next) waiting.push_back(worker.get());
  }
  if (!waiting.empty() || !orphans_.empty()) {
    PrintLine("⎔ Reloading local server...");
    std::string placed_names;
    auto note = [&](const DevWorker& worker) {
      placed_names += (placed_names.empty() ? "" : ", ") + worker.spec.name;
    };
    Status placed = Try(waiting);
    if (placed.ok()) {
      for (const DevWorker* worker : waiting) note(*worker);
    } else if (waiting.size() == 1) {
      Settle(*waiting.front(), placed);
    } else {
      // Those that can be put in place are, one after the other, as long as that helps another one.
      std::vector<std::pair<DevWorker*, Status>> failed;
      for (size_t left = waiting.size() + 1; waiting.size() < left;) {
        left = waiting.size();
        failed.clear();
        for (DevWorker* worker : std::exchange(waiting, {})) {
          Status alone = Try({worker});
          if (alone.ok()) {
            note(*worker);
            continue;
          }
          waiting.push_back(worker);
          failed.emplace_back(worker, std::move(alone));
        }
      }
      for (auto& [worker, why] : failed) Settle(*worker, why);
    }
    if (!placed_names.empty() || placed.ok()) {
      const auto took =
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - noticed_).count();
      if (std::exchange(table_changed_, false) && hooks_.describe &&
          options_.log_level >= LogLevel::kInfo && options_.log_format == LogFormat::kText) {
        std::vector<WorkerSpec> specs;
        for (const auto& worker : workers_) specs.push_back(worker->spec);
        std::fputs(hooks_.describe(specs).c_str(), stdout);
      }
      PrintLine(
          "⎔ Local server updated and ready" +
          (placed_names.empty() ? "" : " (" + placed_names + ", " + std::to_string(took) + " ms)"));
      if (hooks_.after_reload) hooks_.after_reload();
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
    if (!unwatched_.insert(why).second || options_.log_level < LogLevel::kWarn) continue;
    wrangler::Diagnostics diagnostics;
    diagnostics.AddGroup({}).Warn("Changes will not be noticed: " + why, {});
    PrintDiagnostics(diagnostics, options_.log_level);
  }
}

// --- words ---

void DevSession::State::TellFailure(DevWorker& worker, const std::string& text) {
  if (worker.told == text) return;
  worker.told = text;
  if (hooks_.before_print) hooks_.before_print();
  PrintError(text);
}

void DevSession::State::PrintLine(const std::string& line) {
  if (options_.log_level < LogLevel::kInfo || options_.log_format == LogFormat::kJson) return;
  if (hooks_.before_print) hooks_.before_print();
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
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
