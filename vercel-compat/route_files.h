// The files that answer routes by Next's rules: app/**/route.{js,ts,mjs}.
//
// spec/vercel-services.md section 4. Thread: any. Blocking: reads directories.
#pragma once

#include <string>
#include <vector>

namespace isolane::vercel {

// Where they lie: `directory`/app.
std::string RouteTreeOf(const std::string& directory);

// Those of the service in `directory`, relative to it, sorted; none where there is a page, too.
std::vector<std::string> FindRouteFiles(const std::string& directory);

}  // namespace isolane::vercel
