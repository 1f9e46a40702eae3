// The keys that somebody presses at a terminal, one by one and without echo.
//
// Ctrl-C and the like still make signals. The terminal is as it was before when the object goes,
// and when the process exits. At most one at a time.
//
// Loop thread. Does not keep the loop running.
#pragma once

#include <uv.h>

#include <array>
#include <functional>

#include "runtime/loop/handle.h"

namespace isolane::loop {

class Keyboard {
 public:
  using OnKey = std::function<void(char key)>;

  // Null: `file_descriptor` is no terminal, or this process is not in its foreground.
  static Handle<Keyboard> Open(uv_loop_t* loop, int file_descriptor, OnKey on_key);
  ~Keyboard();
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

  uv_handle_t* uv_handle() { return reinterpret_cast<uv_handle_t*>(&tty_); }

 private:
  explicit Keyboard(OnKey on_key) : on_key_(std::move(on_key)) {}

  uv_tty_t tty_{};
  OnKey on_key_;
  // What is read goes by keys: there is never much of it.
  std::array<char, 64> buffer_{};
};

}  // namespace isolane::loop
