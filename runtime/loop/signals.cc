#include "runtime/loop/signals.h"

#include <csignal>

namespace isolane::loop {

Signals::Signals(uv_loop_t* loop, Callback callback, void* context) {
  constexpr int kWatched[] = {SIGTERM, SIGINT};
  for (size_t i = 0; i < watches_.size(); i++) {
    Handle<Watch> watch(new Watch{{}, callback, context});
    uv_signal_init(loop, &watch->signal);
    watch->signal.data = watch.get();
    uv_signal_start(
        &watch->signal,
        [](uv_signal_t* handle, int signal) {
          auto* caught = static_cast<Watch*>(handle->data);
          caught->callback(caught->context, signal);
        },
        kWatched[i]);
    uv_unref(watch->uv_handle());
    watches_[i] = std::move(watch);
  }
}

}  // namespace isolane::loop
