#include "vercel-compat/route_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace isolane::vercel {

std::string RouteTreeOf(const std::string& directory) { return directory + "/app"; }

std::vector<std::string> FindRouteFiles(const std::string& directory) {
  std::vector<std::string> routes;
  std::error_code error;
  const std::filesystem::path root = directory;
  for (std::filesystem::recursive_directory_iterator at(RouteTreeOf(directory), error), end;
       !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name == "node_modules") at.disable_recursion_pending();
    if (!at->is_regular_file(error)) continue;
    for (const char* extension : {".js", ".jsx", ".ts", ".tsx"}) {
      if (name == std::string("page") + extension) return {};
    }
    if (name == "route.js" || name == "route.ts" || name == "route.mjs") {
      routes.push_back(at->path().lexically_relative(root).generic_string());
    }
  }
  std::sort(routes.begin(), routes.end());
  return routes;
}

}  // namespace isolane::vercel
