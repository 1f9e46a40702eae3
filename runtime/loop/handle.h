// Owning pointer to an object that contains a libuv handle: release is uv_close, and the memory
// goes in the close callback. So such an object may be let go of inside its own callbacks.
//
// Loop thread. Nobody else calls uv_close.
#pragma once

#include <uv.h>

#include <memory>

namespace isolane::loop {

// `T` has `uv_handle_t* uv_handle()`. No callback of the handle is called after the release;
// requests that were under way (writes) are cancelled.
template <typename T>
struct CloseAndDelete {
  void operator()(T* object) const {
    uv_handle_t* handle = object->uv_handle();
    handle->data = object;
    uv_close(handle, [](uv_handle_t* closed) { delete static_cast<T*>(closed->data); });
  }
};

template <typename T>
using Handle = std::unique_ptr<T, CloseAndDelete<T>>;

// Deletes `object` in the loop's next iteration: for what may still be on the stack.
template <typename T>
void DeleteLater(uv_loop_t* loop, T* object) {
  auto* timer = new uv_timer_t;
  uv_timer_init(loop, timer);
  timer->data = object;
  uv_close(reinterpret_cast<uv_handle_t*>(timer), [](uv_handle_t* closed) {
    delete static_cast<T*>(closed->data);
    delete reinterpret_cast<uv_timer_t*>(closed);
  });
}

}  // namespace isolane::loop
