// Paths of URLs and the names of files they stand for.
//
// Thread: any. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace isolane::wrangler {

// Each part percent-decoded, unless that gives no UTF-8; slashes in a row are one.
std::string DecodeAssetPath(std::string_view path);
// The one way to write a decoded path in a URL: each part as encodeURIComponent() writes it.
std::string EncodeAssetPath(std::string_view path);

// Why `text` cannot be assets.base_path; empty if it can. Then `normalized` is "/" or "/a/b/".
std::string NormalizeBasePath(std::string_view text, std::string* normalized);

}  // namespace isolane::wrangler
