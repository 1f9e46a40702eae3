#include "runtime/loop/keyboard.h"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

namespace isolane::loop {
namespace {

// How the terminal was, for the end of the process; -1: nothing is to be put right.
int changed_terminal = -1;
termios before;

void Restore() {
  if (changed_terminal < 0) return;
  tcsetattr(changed_terminal, TCSANOW, &before);
  changed_terminal = -1;
}

bool InForeground(int file_descriptor) {
  return isatty(file_descriptor) != 0 && tcgetpgrp(file_descriptor) == getpgrp();
}

}  // namespace

Handle<Keyboard> Keyboard::Open(uv_loop_t* loop, int file_descriptor, OnKey on_key) {
  if (changed_terminal >= 0 || !InForeground(file_descriptor)) return nullptr;
  termios settings{};
  if (tcgetattr(file_descriptor, &settings) != 0) return nullptr;
  auto* const keyboard = new Keyboard(std::move(on_key));
  if (uv_tty_init(loop, &keyboard->tty_, file_descriptor, 0) != 0) {
    delete keyboard;
    return nullptr;
  }
  Handle<Keyboard> handle(keyboard);
  // In the background neither reading nor putting the terminal right may stop the process.
  std::signal(SIGTTIN, SIG_IGN);
  std::signal(SIGTTOU, SIG_IGN);
  static const bool at_exit = std::atexit(Restore) == 0;
  (void)at_exit;
  before = settings;
  changed_terminal = file_descriptor;
  settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  tcsetattr(file_descriptor, TCSANOW, &settings);

  keyboard->tty_.data = keyboard;
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&keyboard->tty_),
      [](uv_handle_t* handle, size_t, uv_buf_t* out) {
        auto* self = static_cast<Keyboard*>(handle->data);
        *out = uv_buf_init(self->buffer_.data(), static_cast<unsigned>(self->buffer_.size()));
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        auto* self = static_cast<Keyboard*>(stream->data);
        if (count < 0) {
          uv_read_stop(stream);
          return;
        }
        for (ssize_t i = 0; i < count; i++) {
          // A key with a code of several bytes (an arrow) is none of ours.
          if (buffer->base[i] == '\x1b') return;
          self->on_key_(buffer->base[i]);
        }
      });
  uv_unref(keyboard->uv_handle());
  return handle;
}

Keyboard::~Keyboard() { Restore(); }

}  // namespace isolane::loop
