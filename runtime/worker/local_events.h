// Events that a developer's HTTP client sends by hand, and what it is told of their outcome: the
// meaning of the URLs in worker/local_requests.h.
//
// spec/wrangler.md section 3.7. Thread: any. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <isolane/events.h>
#include <isolane/result.h>

#include "runtime/worker/event_call.h"

namespace isolane::worker {

enum class LocalEventKind {
  kScheduled,
  kTestScheduled,  // the same in the words of --test-scheduled
  kEmail,          // ?from=&to=, the message in the body
  kQueue,          // ?queue=, in the body a JSON array of messages, or one message
};

struct LocalAnswer {
  int status = 200;
  std::string type = "text/plain;charset=UTF-8";
  std::string body;
};

// Whether the event is made of the request's body, too.
inline bool NeedsBody(LocalEventKind kind) {
  return kind == LocalEventKind::kEmail || kind == LocalEventKind::kQueue;
}
// A longer body is refused. Bytes.
size_t LongestBody(LocalEventKind kind);

// The event for `url` and `body`; the Error says what is wrong with them.
Result<HandlerEvent> MakeLocalEvent(LocalEventKind kind, std::string_view url,
                                    const std::string& body);

// With ?format=json all that is known of the outcome.
LocalAnswer AnswerTo(LocalEventKind kind, std::string_view url, const EventResult& result);

}  // namespace isolane::worker
