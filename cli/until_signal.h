// Work of the main thread that somebody may have enough of before there is a loop that watches for
// signals: the first builds.
//
// Main thread.
#pragma once

#include <functional>

namespace isolane::cli {

// Calls `work` on a thread of its own and waits for it. At the first signal (SIGINT, SIGTERM,
// SIGHUP) calls `stop`, on this thread, which must make `work` return soon. Gives the number of
// that signal; 0: there was none.
int RunUntilSignal(const std::function<void()>& work, const std::function<void()>& stop);

}  // namespace isolane::cli
