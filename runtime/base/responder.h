// Answers fetches in the place of a Worker's code, without JavaScript: files of a directory, for
// example. The dispatcher asks it before it enters the Worker.
//
// Loop thread. A WorkerSpec holds it, and with that the Worker.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <isolane/observer.h>

#include "runtime/base/body.h"

namespace isolane::base {

struct PlainResponse {
  int status = 200;
  std::string head;  // packed (packed_head.h): the status text, which may be empty, and the headers
  Body body;
};

// What a Responder may ask of the runtime it serves.
class ResponderHost {
 public:
  virtual ~ResponderHost() = default;
  // Calls `run` on a thread of the pool and then `done` on the loop thread, after which the
  // dispatcher takes a turn. `done` is dropped when the runtime ends before.
  virtual void RunBlocking(std::function<void()> run, std::function<void()> done) = 0;
  // A line of the log about the Worker called `worker`.
  virtual void Log(LogLevel level, std::string_view worker, std::string_view text) = 0;
};

enum class ResponderUse {
  kFirst,  // what it leaves to the Worker's code goes there
  kOnly,   // nobody else can answer
};

class Responder {
 public:
  virtual ~Responder() = default;
  // Once for each Worker that holds it, before anything is asked. `host` outlives the last use.
  virtual void Start(ResponderHost& host) = 0;
  // The response to a request (its packed head), or nothing: then the Worker's code is to answer.
  // With kOnly there always is one. A body it streams is marked Pipe::outside. Must not block for
  // long.
  virtual std::optional<PlainResponse> Answer(std::string_view packed_head, ResponderUse use) = 0;
};

}  // namespace isolane::base
