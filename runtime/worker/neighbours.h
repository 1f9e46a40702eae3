// What other isolane processes of this user have, for a program that speaks of it.
//
// Loop thread.
#pragma once

#include <string>
#include <vector>

namespace isolane {
class Runtime;
}

namespace isolane::worker {

// Their Workers that can be called now (RuntimeOptions::registry), in order.
std::vector<std::string> WorkersElsewhere(Runtime& runtime);

}  // namespace isolane::worker
