// The lines of source that an error comes from, as they are on disk now.
//
//     5 |   switch (path) {
//   > 6 |     case "/boom": throw new TypeError("boom");
//       |                         ^
//     7 |   }
//
// Loop thread. Blocking: reads files, each once as long as it does not change.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cli/terminal.h"

namespace isolane::cli {

struct SourcePlace {
  std::string file;
  int line = 0;    // from 1
  int column = 0;  // from 1
  bool operator==(const SourcePlace&) const = default;
};

// The place of one line of a stack trace, "    at f (src/index.js:3:7)"; none if it has no place.
std::optional<SourcePlace> PlaceOfFrame(std::string_view line);

// The frame for a place in `source`; empty if it has no such line, or one too long to be read.
std::string FormatCodeFrame(std::string_view source, const SourcePlace& place, Colours colours);

class CodeFrames final {
 public:
  // The frame of the innermost place in the stack trace `text` whose file can be read, without a
  // newline at the end; empty if there is none.
  std::string FrameOf(std::string_view text, Colours colours);

 private:
  // What an error said before is not read again: a broken handler may fail thousands of times.
  struct Entry {
    int64_t changed = 0;  // ns since 1970
    std::string frame;
  };
  std::map<std::string, Entry, std::less<>> known_;
};

}  // namespace isolane::cli
