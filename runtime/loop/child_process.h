// A child process: what it writes, what it is sent, and how it ends.
//
// Loop thread. Letting go of it forgets the process, which goes on: it sees the end of its input.
#pragma once

#include <uv.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <isolane/result.h>

namespace isolane::loop {

class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> arguments;    // the first is the path of the program
    std::vector<std::string> environment;  // "NAME=value": all of it
    std::string directory;                 // where it starts; empty: here
  };
  enum class Output : uint8_t { kStdout, kStderr };
  class Events {
   public:
    // Borrowed until return.
    virtual void OnOutput(Output output, std::string_view bytes) = 0;
    // It has ended and nobody writes to its outputs any more. `signal` is 0 unless one ended it.
    // May let go of the object.
    virtual void OnExit(int status, int signal) = 0;

   protected:
    ~Events() = default;
  };
  struct Forget {
    void operator()(ChildProcess* process) const;
  };
  using Pointer = std::unique_ptr<ChildProcess, Forget>;

  // It leads a session of its own, without a terminal. `events` outlives the handle.
  static Result<Pointer> Start(uv_loop_t* loop, const Options& options, Events& events);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int pid() const { return process_.pid; }
  // To its standard input; what does not fit is dropped, so: a few bytes.
  void Send(std::string_view bytes);
  void CloseInput();

 private:
  // Reads one output to its end.
  struct Reader {
    uv_pipe_t pipe;
    ChildProcess* owner = nullptr;
    Output output = Output::kStdout;
    bool open = false;
  };

  ChildProcess() = default;
  ~ChildProcess() = default;
  bool OpenReader(uv_loop_t* loop, Reader& reader, int file);
  void Close(uv_handle_t* handle);
  void TellIfOver();

  Events* events_ = nullptr;  // null once forgotten
  uv_process_t process_;
  uv_pipe_t input_;
  Reader readers_[2];
  bool input_open_ = false;
  bool exited_ = false;
  int status_ = 0;
  int signal_ = 0;
  int handles_ = 0;  // that libuv knows of; the memory goes with the last
};

}  // namespace isolane::loop
