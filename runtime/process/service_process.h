// One child process that serves HTTP: started, watched until its port is open, started again when
// it crashes, ended with all that it has started.
//
//   kIdle ─► kStarting ─► kUp ─► kDown ─► kStarting ...        Stop: kStopping ─► kStopped
//                 └─► kFailed: it ended, or was silent for too long, before it was ever up
//
// Loop thread. Owned by the ChildService.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <isolane/process_spec.h>

#include "runtime/loop/child_process.h"
#include "runtime/loop/tcp_stream.h"
#include "runtime/loop/timer.h"
#include "runtime/process/line_joiner.h"

namespace isolane::process {

struct ProcessTimes {
  uint64_t probe_ms = 25;          // between looks whether the port is open
  uint64_t start_ms = 5 * 60'000;  // until it is
  uint64_t first_retry_ms = 200;   // from a crash to the next start; twice as long after each
  uint64_t longest_retry_ms = 10'000;
  uint64_t steady_ms = 10'000;  // up for so long: the next crash counts as the first
  uint64_t grace_ms = 2'000;    // from SIGTERM to SIGKILL
};

class ServiceProcess final : private loop::ChildProcess::Events {
 public:
  enum class State : uint8_t { kIdle, kStarting, kUp, kDown, kFailed, kStopping, kStopped };
  class Listener {
   public:
    // state() is another one. May call Start and Stop.
    virtual void OnStateChange() = 0;
    // One line of what it writes, without its end. Borrowed until return.
    virtual void OnLine(loop::ChildProcess::Output output, std::string_view line) = 0;
    // Something that whoever runs isolane should know, in words.
    virtual void OnWarning(const std::string& text) = 0;

   protected:
    ~Listener() = default;
  };
  struct Options {
    std::string name;
    std::string command;
    std::string after;  // run when the process has ended, however that was; may be empty
    std::string directory;
    std::vector<std::string> environment;  // "NAME=value": all of it
    int port = 0;                          // where it is to listen
    // The band of private ports, and those in it that it may connect to; 0: no fence.
    int fence = 0;
    std::vector<int> allowed;
    ProcessTimes times;
  };

  // `listener` and `loop` outlive the object. Letting go of it kills the process.
  ServiceProcess(uv_loop_t* loop, Options options, Listener& listener);
  ~ServiceProcess();
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  // When idle. What comes of it is told later.
  void Start();
  // SIGTERM, then SIGKILL; kStopped follows, from within if nothing runs.
  void Stop();

  State state() const { return state_; }
  // Of kFailed and kDown, in words: `Service "x" exited with code 3 before port was available`.
  const std::string& failure() const { return failure_; }
  const std::string& name() const { return options_.name; }
  // The host at which its port was found open: "127.0.0.1" or "[::1]".
  const std::string& host() const { return host_; }
  int port() const { return options_.port; }
  // The root of its process tree; 0 while nothing runs.
  int pid() const { return child_ == nullptr ? 0 : child_->pid(); }

  // The program isolane-guard, beside this one.
  static std::string GuardPath();

 private:
  // Looks once whether the port is open at one address.
  class Probe final : public loop::TcpStream {
   public:
    Probe(uv_loop_t* loop, ServiceProcess& owner) : TcpStream(loop), owner_(owner) {}

   private:
    void OnRead(std::string_view) override {}
    void OnReadEnd(int) override {}
    void OnWriteDone(int) override {}
    void OnConnected(int status) override { owner_.OnProbed(status == 0); }
    ServiceProcess& owner_;
  };

  void OnOutput(loop::ChildProcess::Output output, std::string_view bytes) override;
  void OnExit(int status, int signal) override;

  void Launch();
  void OnTimer();
  void ProbePort();
  void OnProbed(bool open);
  void OnGone(const std::string& how);
  void Change(State state);

  uv_loop_t* const loop_;
  const Options options_;
  Listener& listener_;
  State state_ = State::kIdle;
  std::string failure_;
  std::string host_ = "127.0.0.1";
  bool was_up_ = false;
  uint64_t since_ms_ = 0;  // of kStarting or kUp
  uint64_t retry_ms_ = 0;  // 0: the next crash is the first
  bool probe_v6_ = false;
  LineJoiner lines_[2];
  loop::Handle<loop::Timer> timer_;
  loop::Handle<Probe> probe_;
  loop::ChildProcess::Pointer child_;
};

}  // namespace isolane::process
