// What a client sees of an uncaught error while somebody develops: the error itself, as a page for
// browsers and as text for others.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

namespace isolane::worker {

struct ErrorPage {
  std::string content_type;
  std::string body;
};

// `head` is the packed head of the request, `error` the text of the log: "Uncaught TypeError: ..."
// and its stack.
ErrorPage MakeErrorPage(std::string_view head, std::string_view error);

}  // namespace isolane::worker
