#include "wrangler-compat/asset_intent.h"

namespace isolane::wrangler {
namespace {

// A search that ends with the first step that finds something.
class Search {
 public:
  enum class Redirects : uint8_t { kAllowed, kNone };

  Search(HtmlHandling html, const AssetExists& exists, Redirects redirects)
      : html_(html), exists_(exists), redirects_(redirects) {}

  bool Run(const std::string& path) {
    switch (html_) {
      case HtmlHandling::kAutoTrailingSlash:
        return Auto(path);
      case HtmlHandling::kForceTrailingSlash:
        return Force(path);
      case HtmlHandling::kDropTrailingSlash:
        return Drop(path);
      case HtmlHandling::kNone:
        return Serve(path);
    }
    return false;
  }

  AssetIntent Take() { return std::move(found_); }

 private:
  bool Serve(const std::string& file) {
    if (!exists_(file)) return false;
    found_ = {file, std::nullopt, 200};
    return true;
  }

  // To `path`, if that is where `file` is served and nothing else is.
  bool Redirect(const std::string& file, const std::string& path) {
    if (redirects_ == Redirects::kNone || exists_(path) || !exists_(file)) return false;
    Search there(html_, exists_, Redirects::kNone);
    if (!there.Run(path) || there.found_.file != file) return false;
    found_ = {{}, path, 200};
    return true;
  }

  bool Auto(const std::string& path) {
    if (const auto folder = Without(path, "/index")) {
      if (Serve(path) || Redirect(path + ".html", *folder + "/") ||
          Redirect(*folder + ".html", *folder)) {
        return true;
      }
    } else if (const auto index = Without(path, "/index.html")) {
      if (Redirect(path, *index + "/") || Redirect(*index + ".html", *index)) return true;
    } else if (const auto stem = Without(path, "/")) {
      if (Serve(path + "index.html") || Redirect(*stem + ".html", *stem)) return true;
    } else if (const auto bare = Without(path, ".html")) {
      if (Redirect(path, *bare) || Redirect(*bare + "/index.html", *bare + "/")) return true;
    }
    return Serve(path) || Serve(path + ".html") || Redirect(path + "/index.html", path + "/");
  }

  bool Force(const std::string& path) {
    if (const auto folder = Without(path, "/index")) {
      if (Serve(path) || Redirect(path + ".html", *folder + "/") ||
          Redirect(*folder + ".html", *folder + "/")) {
        return true;
      }
    } else if (const auto index = Without(path, "/index.html")) {
      if (Redirect(path, *index + "/") || Redirect(*index + ".html", *index + "/")) return true;
    } else if (const auto stem = Without(path, "/")) {
      if (Serve(path + "index.html") || Serve(*stem + ".html")) return true;
    } else if (const auto bare = Without(path, ".html")) {
      // With both a.html and a/index.html, the first is served under its own name only.
      if (Redirect(path, *bare + "/") || Serve(path) ||
          Redirect(*bare + "/index.html", *bare + "/")) {
        return true;
      }
    }
    return Serve(path) || Redirect(path + ".html", path + "/") ||
           Redirect(path + "/index.html", path + "/");
  }

  bool Drop(const std::string& path) {
    // The slash of the root cannot be dropped.
    if (path == "/index" || path == "/index.html") {
      if ((path == "/index" && Serve(path)) || Redirect("/index.html", "/")) return true;
    } else if (path == "/") {
      if (Serve("/index.html")) return true;
    } else if (const auto folder = Without(path, "/index")) {
      if (Serve(path) || Redirect(*folder + ".html", *folder) ||
          Redirect(path + ".html", *folder)) {
        return true;
      }
    } else if (const auto index = Without(path, "/index.html")) {
      // With both a.html and a/index.html, the second is served under its own name only.
      if (Redirect(path, *index) || Serve(path) || Redirect(*index + ".html", *index)) return true;
    } else if (const auto stem = Without(path, "/")) {
      if (Redirect(*stem + ".html", *stem) || Redirect(*stem + "/index.html", *stem)) return true;
    } else if (const auto bare = Without(path, ".html")) {
      if (Redirect(path, *bare) || Redirect(*bare + "/index.html", *bare)) return true;
    }
    return Serve(path) || Serve(path + ".html") || Serve(path + "/index.html");
  }

  // What stands before `end`; nothing if the path does not end with it.
  static std::optional<std::string> Without(const std::string& path, std::string_view end) {
    if (!path.ends_with(end)) return std::nullopt;
    return path.substr(0, path.size() - end.size());
  }

  const HtmlHandling html_;
  const AssetExists& exists_;
  const Redirects redirects_;
  AssetIntent found_;
};

std::optional<AssetIntent> NotFound(const std::string& path, NotFoundHandling not_found,
                                    const AssetExists& exists) {
  switch (not_found) {
    case NotFoundHandling::kNone:
      return std::nullopt;
    case NotFoundHandling::kSinglePageApplication:
      if (!exists("/index.html")) return std::nullopt;
      return AssetIntent{"/index.html", std::nullopt, 200};
    case NotFoundHandling::kNotFoundPage:
      // The nearest one on the way up.
      for (size_t slash = path.rfind('/'); slash != std::string::npos;
           slash = slash == 0 ? std::string::npos : path.rfind('/', slash - 1)) {
        std::string page = path.substr(0, slash) + "/404.html";
        if (exists(page)) return AssetIntent{std::move(page), std::nullopt, 404};
      }
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<AssetIntent> ResolveAsset(const std::string& path, HtmlHandling html,
                                        NotFoundHandling not_found, const AssetExists& exists) {
  Search search(html, exists, Search::Redirects::kAllowed);
  if (search.Run(path)) return search.Take();
  return NotFound(path, not_found, exists);
}

}  // namespace isolane::wrangler
