// Reason phrases, and whole status lines for the statuses that have one.
//
// Thread: any.
#pragma once

#include <string_view>

namespace isolane::http {

// "HTTP/1.1 404 Not Found\r\n"; empty for a status without a registered phrase.
std::string_view StatusLine(int status);

// "Not Found"; for a status without a registered phrase that of its class, as workerd has it:
// "Server Error". Empty below 200 and above 599.
std::string_view StatusText(int status);

}  // namespace isolane::http
