// A service that is nothing but a folder of files.
//
// Loop thread. Blocking: reads files when they are asked for.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/request_router.h"
#include "vercel-compat/request_view.h"

namespace isolane::vercel {

class StaticFiles {
 public:
  // `directory`: absolute, without '/' at the end.
  explicit StaticFiles(const std::string& directory);

  // Whether `path` (percent-encoded) names a file of the folder, or a folder with an index.html.
  bool Has(std::string_view path) const;
  // Answers with it, or with a status of its own. False: there is no such file.
  bool Answer(const RequestView& request, std::string_view path,
              base::RouteDecision& decision) const;

 private:
  // The file, "" if there is none. Never one outside of the folder, also through a link.
  std::string FileOf(std::string_view path) const;

  std::string directory_;  // without links
};

}  // namespace isolane::vercel
