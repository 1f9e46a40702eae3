#include "wrangler-compat/build/build_plan.h"

#include <algorithm>

#include "wrangler-compat/files.h"

namespace isolane::wrangler {

bool CustomBuild::Watches(const std::string& path) const {
  return std::any_of(watch_dirs.begin(), watch_dirs.end(), [&](const std::string& directory) {
    return path == directory || path.starts_with(directory == "/" ? directory : directory + "/");
  });
}

std::string MainPathOf(const BuildPlan& plan) {
  return plan.files.main.empty() ? std::string() : AbsolutePath(plan.files.root, plan.files.main);
}

bool HasFlag(const BuildPlan& plan, const std::string& flag) {
  const std::vector<std::string>& flags = plan.compatibility_flags;
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

}  // namespace isolane::wrangler
