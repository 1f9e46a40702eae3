// The loop that a Runtime turns, for a program that has something of its own to wait for while it
// serves.
//
// Loop thread.
#pragma once

namespace isolane {
class Runtime;
}

namespace isolane::loop {
class Loop;
}

namespace isolane::worker {

// Lives as long as the Runtime. Handles in it are let go of before that ends.
loop::Loop& LoopOf(Runtime& runtime);

}  // namespace isolane::worker
