#include "wrangler-compat/glob.h"

namespace isolane::wrangler {
namespace {

// Where to go on when the text behind a star did not fit: the star takes more of the path.
struct Retry {
  size_t glob = std::string_view::npos;
  size_t path = 0;
};

bool IsGlobstar(std::string_view glob, size_t at) {
  return glob.substr(at, 2) == "**" && (at == 0 || glob[at - 1] == '/') &&
         (at + 2 == glob.size() || glob[at + 2] == '/');
}

}  // namespace

// Linear walk with two points to return to, one per kind of star. A later star of the same kind
// replaces the earlier one: what the earlier one took need never grow again.
bool GlobMatches(std::string_view glob, std::string_view path) {
  Retry star, globstar;
  size_t g = 0, p = 0;
  while (true) {
    if (g < glob.size() && IsGlobstar(glob, g)) {
      g += g + 2 < glob.size() ? 3 : 2;  // with its '/'
      globstar = {g, p};
      star = {};
      if (g == glob.size()) return true;
      continue;
    }
    if (g < glob.size() && glob[g] == '*') {
      while (g < glob.size() && glob[g] == '*' && !IsGlobstar(glob, g)) g++;
      star = {g, p};
      continue;
    }
    if (p == path.size() && g == glob.size()) return true;
    if (p < path.size() && g < glob.size() && glob[g] == path[p]) {
      g++;
      p++;
      continue;
    }
    if (star.glob != std::string_view::npos && star.path < path.size() && path[star.path] != '/') {
      g = star.glob;
      p = ++star.path;
      continue;
    }
    if (globstar.glob != std::string_view::npos) {
      const size_t slash = path.find('/', globstar.path);
      if (slash != std::string_view::npos) {
        g = globstar.glob;
        p = globstar.path = slash + 1;
        star = {};
        continue;
      }
    }
    return false;
  }
}

bool ImportGlobMatches(std::string_view glob, std::string_view specifier) {
  Retry star;
  size_t g = 0, s = 0;
  while (s < specifier.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = {++g, s};
    } else if (g < glob.size() && glob[g] == specifier[s]) {
      g++;
      s++;
    } else if (star.glob != std::string_view::npos) {
      g = star.glob;
      s = ++star.path;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

}  // namespace isolane::wrangler
