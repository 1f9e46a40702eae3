// Why a request is answered by the server itself: status and one line of text for the client.
#pragma once

#include <string>

namespace isolane::http {

struct Refusal {
  int status = 0;  // 0: none
  std::string text;
};

}  // namespace isolane::http
