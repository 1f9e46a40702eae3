// Responses as a router's decision has them: its own, and those of others that it changes.
//
// Loop thread.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/request_router.h"

namespace isolane::http {
class Exchange;
}

namespace isolane::worker {

class Dispatcher;
struct ServiceEdge;

// The packed head of a response with what the decision adds to it and changes in it: `packed_head`
// itself, which begins with the status text, if that is nothing, else `changed`, which gets it.
std::string_view EditedResponse(std::string_view packed_head, const base::RouteDecision& decision,
                                std::string& changed);
// The same in place.
void EditResponse(std::string& packed_head, const base::RouteDecision& decision);

// Answers with the decision's own response, whose body it takes: To::kAnswer, or what
// RequestRouter::Fail made of it.
void RespondAsDecided(http::Exchange& exchange, base::RouteDecision& decision);
// The same for a request that nobody has begun to answer: it counts as a call on `edge`, and the
// observer is told of it.
void AnswerAsDecided(Dispatcher& dispatcher, http::Exchange& exchange,
                     base::RouteDecision& decision, ServiceEdge& edge);

}  // namespace isolane::worker
