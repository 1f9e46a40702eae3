// Which file a path leads to, by html_handling and not_found_handling: the table of
// spec/wrangler.md section 3.6.
//
// https://developers.cloudflare.com/workers/static-assets/routing/advanced/html-handling/
// Thread: any.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "wrangler-compat/asset_settings.h"

namespace isolane::wrangler {

struct AssetIntent {
  std::string file;                     // decoded path of the file; empty: a redirect
  std::optional<std::string> redirect;  // decoded path of where to go
  int status = 200;                     // of the file: 200 or 404
};

// Whether there is a file with this decoded path ("/a/b.html").
using AssetExists = std::function<bool(const std::string& path)>;

// Nothing if no asset has to do with `path`, which is decoded and begins with '/'.
std::optional<AssetIntent> ResolveAsset(const std::string& path, HtmlHandling html,
                                        NotFoundHandling not_found, const AssetExists& exists);

}  // namespace isolane::wrangler
