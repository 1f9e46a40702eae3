// The response to a GET or HEAD that a file answers: headers, preconditions, ranges, body.
//
// Loop thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/responder.h"
#include "runtime/files/open_file.h"

namespace isolane::files {

struct FileResponse {
  // 200, or another one with which all of the file is sent (404 for a page that says so).
  int status = 200;
  std::string status_text = {};   // empty: the usual words
  std::string content_type = {};  // empty: none
  // Packed headers that the response has besides; also when it is 304.
  std::string headers = {};
};

// `packed_head` is that of the request, whose method the caller has looked at.
base::PlainResponse RespondWithFile(std::string_view packed_head, std::shared_ptr<OpenFile> file,
                                    FileResponse given, base::ResponderHost& host);

// The value of a request's header; empty if it has none.
std::string_view HeaderOf(std::string_view packed_head, std::string_view name);

}  // namespace isolane::files
