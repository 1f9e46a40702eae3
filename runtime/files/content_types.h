// The media type of a file by the end of its name.
//
// Thread: any. Pure functions over a table.
#pragma once

#include <string>
#include <string_view>

namespace isolane::files {

// "text/html; charset=utf-8" for "/a/index.html"; texts are taken for UTF-8. Empty if the name has
// no extension or an unknown one: then nothing is said rather than something wrong.
std::string ContentTypeOf(std::string_view path);

}  // namespace isolane::files
