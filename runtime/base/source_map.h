// Looks up where a place in a generated file came from (https://tc39.es/ecma426/).
//
// Thread: any, one at a time. Decodes one line at a time: a look-up is rare, and all of a large map
// would take more memory than its text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <isolane/worker_spec.h>

namespace isolane::base {

class SourceMapReader {
 public:
  // Lines and columns count from 1; columns in UTF-16 units.
  struct Place {
    std::string source;
    int line = 0;
    int column = 0;
  };

  explicit SourceMapReader(std::shared_ptr<const SourceMap> map) : map_(std::move(map)) {}

  // What the text at that place was made from; nothing if it was made by the generator itself, if
  // the map does not name the source, or if it is damaged there.
  std::optional<Place> Find(int line, int column);

 private:
  // The four numbers that go on from segment to segment, over lines.
  struct State {
    int64_t source = 0;
    int64_t line = 0;
    int64_t column = 0;
    int64_t name = 0;
  };
  struct Line {
    size_t at = 0;  // in the mappings
    State before;
  };

  void IndexLines();

  const std::shared_ptr<const SourceMap> map_;
  bool indexed_ = false;
  std::vector<Line> lines_;
};

}  // namespace isolane::base
