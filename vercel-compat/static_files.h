// A service that is nothing but a folder of files.
//
// Loop thread. Asks the file system when it is asked; what is in a file is read without the loop
// waiting for the disk.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/request_router.h"
#include "runtime/base/responder.h"
#include "vercel-compat/request_view.h"

namespace isolane::vercel {

class StaticFiles {
 public:
  // `directory`: absolute, without '/' at the end.
  explicit StaticFiles(const std::string& directory);

  // `cleanUrls`: "/a" is a.html.
  enum class Extensions { kGiven, kMayLack };

  // Answers with the file of the folder that `path` (percent-encoded) names, or with the index.html
  // of the folder that it names. False: there is none. `host` outlives the decision's body.
  bool Answer(const RequestView& request, std::string_view path, Extensions extensions,
              base::ResponderHost& host, base::RouteDecision& decision) const;

 private:
  // The file, "" if there is none. Never one outside of the folder, also through a link.
  std::string FileOf(std::string_view path, Extensions extensions) const;

  std::string directory_;  // without links
};

}  // namespace isolane::vercel
