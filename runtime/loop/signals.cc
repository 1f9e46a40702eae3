#include "runtime/loop/signals.h"

#include <signal.h>

namespace isolane::loop {

Signals::Signals(uv_loop_t* loop, Callback callback, void* context) {
  constexpr int kWatched[] = {SIGTERM, SIGINT, SIGHUP};
  for (size_t i = 0; i < watches_.size(); i++) {
    struct sigaction current {};
    const bool ignored = sigaction(kWatched[i], nullptr, &current) == 0 &&
                         (current.sa_flags & SA_SIGINFO) == 0 && current.sa_handler == SIG_IGN;
    // A shell has those that it starts in the background ignore SIGINT, too, and nobody means that.
    if (kWatched[i] == SIGHUP && ignored) continue;
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
