// The body of a request or a response while no JavaScript looks at it: nothing, complete bytes, or
// a pipe that is still being written. Plain data that may cross isolates.
//
// Loop thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/base/chunk.h"
#include "runtime/base/pipe.h"

namespace isolane::base {

struct Body {
  enum class Kind : uint8_t { kNone, kBytes, kPipe };

  Kind kind = Kind::kNone;
  Chunk bytes;                 // kBytes; may be empty
  std::shared_ptr<Pipe> pipe;  // kPipe; owned by its writer and by this reader's end

  static Body None() { return {}; }
  static Body Bytes(Chunk chunk) {
    Body body;
    body.kind = Kind::kBytes;
    body.bytes = std::move(chunk);
    return body;
  }
  static Body Stream(std::shared_ptr<Pipe> pipe) {
    Body body;
    body.kind = Kind::kPipe;
    body.pipe = std::move(pipe);
    return body;
  }

  bool none() const { return kind == Kind::kNone; }

  // Nobody is going to read it.
  void Cancel() {
    if (kind == Kind::kPipe) pipe->Cancel();
  }

  // Content-Length, when it is known.
  std::optional<uint64_t> length() const {
    if (kind == Kind::kPipe) return pipe->expected_length;
    return kind == Kind::kBytes ? bytes.size() : 0;
  }
};

}  // namespace isolane::base
