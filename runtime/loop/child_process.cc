#include "runtime/loop/child_process.h"

#include <unistd.h>

#include "runtime/base/check.h"

namespace isolane::loop {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

uv_handle_t* AsHandle(uv_pipe_t* pipe) { return reinterpret_cast<uv_handle_t*>(pipe); }

}  // namespace

Result<ChildProcess::Pointer> ChildProcess::Start(uv_loop_t* loop, const Options& options,
                                                  Events& events) {
  const Error failed{"cannot start " + options.arguments.front() + ": ", {}, {}, {}};
  auto failure = [&](int error) {
    Error told = failed;
    told.message += uv_strerror(error);
    return told;
  };
  // Pipes of the kernel, not the socket pairs of libuv: /dev/stdout of the child can be opened.
  uv_file outputs[2][2];
  for (int i = 0; i < 2; i++) {
    const int error = uv_pipe(outputs[i], UV_NONBLOCK_PIPE, 0);
    if (error == 0) continue;
    if (i == 1) {
      close(outputs[0][0]);
      close(outputs[0][1]);
    }
    return failure(error);
  }
  Pointer child(new ChildProcess());
  child->events_ = &events;
  uv_pipe_init(loop, &child->input_, 0);
  child->input_.data = child.get();
  child->input_open_ = true;
  child->handles_ = 1;

  std::vector<char*> arguments = Pointers(options.arguments);
  std::vector<char*> environment = Pointers(options.environment);
  uv_stdio_container_t stdio[3];
  stdio[0].flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_READABLE_PIPE);
  stdio[0].data.stream = reinterpret_cast<uv_stream_t*>(&child->input_);
  for (int i = 0; i < 2; i++) {
    stdio[i + 1].flags = UV_INHERIT_FD;
    stdio[i + 1].data.fd = outputs[i][1];
  }
  uv_process_options_t wanted{};
  wanted.file = arguments.front();
  wanted.args = arguments.data();
  wanted.env = environment.data();
  wanted.cwd = options.directory.empty() ? nullptr : options.directory.c_str();
  wanted.flags = UV_PROCESS_DETACHED;
  wanted.stdio = stdio;
  wanted.stdio_count = 3;
  wanted.exit_cb = [](uv_process_t* process, int64_t status, int signal) {
    auto* self = static_cast<ChildProcess*>(process->data);
    self->exited_ = true;
    self->status_ = static_cast<int>(status);
    self->signal_ = signal;
    self->TellIfOver();
  };
  const int error = uv_spawn(loop, &child->process_, &wanted);
  child->process_.data = child.get();
  child->handles_++;
  for (int i = 0; i < 2; i++) {
    close(outputs[i][1]);
    Reader& reader = child->readers_[i];
    reader.output = i == 0 ? Output::kStdout : Output::kStderr;
    if (!child->OpenReader(loop, reader, outputs[i][0])) close(outputs[i][0]);
  }
  if (error != 0) return failure(error);
  return child;
}

bool ChildProcess::OpenReader(uv_loop_t* loop, Reader& reader, int file) {
  reader.owner = this;
  uv_pipe_init(loop, &reader.pipe, 0);
  reader.pipe.data = &reader;
  handles_++;
  reader.open = true;
  const bool opened = uv_pipe_open(&reader.pipe, file) == 0;
  auto* stream = reinterpret_cast<uv_stream_t*>(&reader.pipe);
  const int error = !opened ? UV_EBADF
                            : uv_read_start(
                                  stream,
                                  [](uv_handle_t*, size_t, uv_buf_t* buffer) {
                                    static thread_local char bytes[64 * 1024];
                                    *buffer = uv_buf_init(bytes, sizeof bytes);
                                  },
                                  [](uv_stream_t* from, ssize_t size, const uv_buf_t* buffer) {
                                    auto* one = static_cast<Reader*>(from->data);
                                    ChildProcess* self = one->owner;
                                    if (size > 0) {
                                      if (self->events_ != nullptr) {
                                        self->events_->OnOutput(
                                            one->output, {buffer->base, static_cast<size_t>(size)});
                                      }
                                    } else if (size < 0 && one->open) {
                                      one->open = false;
                                      self->Close(AsHandle(&one->pipe));
                                      self->TellIfOver();
                                    }
                                  });
  if (error != 0) {
    reader.open = false;
    Close(AsHandle(&reader.pipe));
  }
  return opened;
}

void ChildProcess::TellIfOver() {
  if (!exited_ || readers_[0].open || readers_[1].open || events_ == nullptr) return;
  events_->OnExit(status_, signal_);
}

void ChildProcess::Send(std::string_view bytes) {
  if (!input_open_) return;
  const uv_buf_t piece =
      uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  uv_try_write(reinterpret_cast<uv_stream_t*>(&input_), &piece, 1);
}

void ChildProcess::CloseInput() {
  if (!input_open_) return;
  input_open_ = false;
  Close(AsHandle(&input_));
}

void ChildProcess::Close(uv_handle_t* handle) {
  // The data of a handle is its reader's for a callback that may still come; none does once it is
  // closed.
  handle->data = this;
  uv_close(handle, [](uv_handle_t* closed) {
    auto* self = static_cast<ChildProcess*>(closed->data);
    if (--self->handles_ == 0) delete self;
  });
}

void ChildProcess::Forget::operator()(ChildProcess* process) const {
  process->events_ = nullptr;
  process->CloseInput();
  for (Reader& reader : process->readers_) {
    if (!reader.open) continue;
    reader.open = false;
    process->Close(AsHandle(&reader.pipe));
  }
  // Last: as long as it is open, so is the object.
  process->Close(reinterpret_cast<uv_handle_t*>(&process->process_));
}

}  // namespace isolane::loop
