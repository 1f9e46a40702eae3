#include "runtime/process/service_process.h"

#include <unistd.h>
#include <climits>

#include <algorithm>
#include <utility>

#include "runtime/loop/lookup.h"

namespace isolane::process {

using loop::ChildProcess;

namespace {

std::string Seconds(uint64_t milliseconds) {
  return milliseconds % 1000 == 0 ? std::to_string(milliseconds / 1000) + " s"
                                  : std::to_string(milliseconds) + " ms";
}

}  // namespace

std::string ServiceProcess::GuardPath() {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  std::string directory(path, size < 0 ? 0 : static_cast<size_t>(size));
  // Test programs are one directory below.
  for (int up = 0; up < 2; up++) {
    directory = directory.substr(0, std::min(directory.rfind('/'), directory.size()));
    const std::string guard = directory + "/isolane-guard";
    if (access(guard.c_str(), X_OK) == 0) return guard;
  }
  return "isolane-guard";
}

ServiceProcess::ServiceProcess(uv_loop_t* loop, Options options, Listener& listener)
    : loop_(loop),
      options_(std::move(options)),
      listener_(listener),
      timer_(loop::Timer::Create(
          loop, [](void* self) { static_cast<ServiceProcess*>(self)->OnTimer(); }, this)) {}

// The guard kills the tree when its pipe is closed.
ServiceProcess::~ServiceProcess() = default;

void ServiceProcess::Change(State state) {
  state_ = state;
  listener_.OnStateChange();
}

void ServiceProcess::Start() {
  if (state_ == State::kIdle) Launch();
}

void ServiceProcess::Launch() {
  ChildProcess::Options options;
  options.arguments = {GuardPath()};
  if (options_.fence != 0) {
    options.arguments.insert(options.arguments.end(), {"--fence", std::to_string(options_.fence)});
    for (const int port : options_.allowed) {
      options.arguments.insert(options.arguments.end(), {"--allow", std::to_string(port)});
    }
  }
  if (!options_.after.empty()) {
    options.arguments.insert(options.arguments.end(), {"--after", options_.after});
  }
  options.arguments.insert(options.arguments.end(), {"--", "/bin/sh", "-c", options_.command});
  options.environment = options_.environment;
  options.directory = options_.directory;
  auto started = ChildProcess::Start(loop_, options, *this);
  since_ms_ = uv_now(loop_);
  if (!started.ok()) {
    Change(State::kStarting);
    OnGone("could not be started: " + started.error().message);
    return;
  }
  child_ = std::move(*started);
  timer_->Start(options_.times.probe_ms);
  Change(State::kStarting);
}

void ServiceProcess::OnTimer() {
  switch (state_) {
    case State::kStarting:
      if (uv_now(loop_) - since_ms_ < options_.times.start_ms) {
        ProbePort();
        return;
      }
      child_.reset();
      OnGone("did not listen on its port " + std::to_string(options_.port) + " ($PORT) within " +
             Seconds(options_.times.start_ms));
      return;
    case State::kDown:
      Launch();
      return;
    case State::kStopping:
      if (child_ != nullptr) child_->CloseInput();
      return;
    case State::kIdle:
    case State::kUp:
    case State::kFailed:
    case State::kStopped:
      return;
  }
}

void ServiceProcess::ProbePort() {
  sockaddr_storage address{};
  loop::Lookup::ParseAddress(probe_v6_ ? "::1" : "127.0.0.1", options_.port, &address);
  probe_.reset(new Probe(loop_, *this));
  if (probe_->Connect(reinterpret_cast<sockaddr*>(&address)) != 0) OnProbed(false);
}

void ServiceProcess::OnProbed(bool open) {
  probe_.reset();
  if (state_ != State::kStarting) return;
  if (open) {
    host_ = probe_v6_ ? "[::1]" : "127.0.0.1";
    since_ms_ = uv_now(loop_);
    was_up_ = true;
    timer_->Stop();
    Change(State::kUp);
    return;
  }
  probe_v6_ = !probe_v6_;
  timer_->Start(probe_v6_ ? 0 : options_.times.probe_ms);
}

void ServiceProcess::OnOutput(ChildProcess::Output output, std::string_view bytes) {
  lines_[output == ChildProcess::Output::kStderr].Add(
      bytes, [&](std::string_view line) { listener_.OnLine(output, line); });
}

void ServiceProcess::OnExit(int status, int signal) {
  child_.reset();
  for (int i = 0; i < 2; i++) {
    const auto output = i == 0 ? ChildProcess::Output::kStdout : ChildProcess::Output::kStderr;
    lines_[i].Finish([&](std::string_view line) { listener_.OnLine(output, line); });
  }
  OnGone(signal != 0 ? "was ended by signal " + std::to_string(signal)
                     : "exited with code " + std::to_string(status));
}

void ServiceProcess::OnGone(const std::string& how) {
  probe_.reset();
  timer_->Stop();
  if (state_ == State::kStopping) {
    Change(State::kStopped);
    return;
  }
  const bool silent = how.starts_with("did not");
  failure_ = "Service \"" + options_.name + "\" " + how +
             (state_ == State::kStarting && !silent ? " before port was available" : "");
  if (!was_up_) {
    Change(State::kFailed);
    return;
  }
  const ProcessTimes& times = options_.times;
  const bool steady = state_ == State::kUp && uv_now(loop_) - since_ms_ >= times.steady_ms;
  retry_ms_ = steady || retry_ms_ == 0 ? times.first_retry_ms
                                       : std::min(2 * retry_ms_, times.longest_retry_ms);
  timer_->Start(retry_ms_);
  listener_.OnWarning(failure_ + "; it is started again in " + Seconds(retry_ms_) + ".");
  Change(State::kDown);
}

void ServiceProcess::Stop() {
  if (state_ == State::kStopping || state_ == State::kStopped) return;
  probe_.reset();
  timer_->Stop();
  state_ = State::kStopping;
  if (child_ == nullptr) {
    Change(State::kStopped);
    return;
  }
  child_->Send("T");
  timer_->Start(options_.times.grace_ms);
  listener_.OnStateChange();
}

}  // namespace isolane::process
