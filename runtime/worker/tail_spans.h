// Spans of calls: what streaming tail Workers are told of the calls that an invocation makes, and
// of the method call that it is.
//
// Loop thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace isolane::worker {

class TailSource;
struct Call;

// Of a call whose caller is told of.
struct CallSpans {
  // Owned by the caller's record, which may be over before the call is.
  std::weak_ptr<TailSource> source;
  std::vector<std::string> ids;  // innermost last; empty ones were refused
};

// `call` is about to be sent by the invocation that `source` is about.
void OpenCallSpans(const std::shared_ptr<TailSource>& source, Call& call);
// It has been answered, or nobody waits for that any more.
void CloseCallSpans(Call& call);
// The invocation that `source` is about begins with `call`, a method call.
void OpenMethodSpan(TailSource& source, const Call& call);

}  // namespace isolane::worker
