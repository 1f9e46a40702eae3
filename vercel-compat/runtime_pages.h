// The responses that come from no service: errors and redirects, as text, JSON or HTML by what the
// client accepts.
//
// spec/vercel-services.md section 2.6. Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/request_router.h"

namespace isolane::vercel {

enum class ErrorSource {
  kRoutes,   // they say so, or nothing of them applies
  kService,  // it gave no answer
};

// `packed_head`: the request's. Sets To::kAnswer.
void AnswerWithError(std::string_view packed_head, int status, ErrorSource source,
                     base::RouteDecision& decision);
void AnswerWithRedirect(std::string_view packed_head, int status, std::string_view location,
                        base::RouteDecision& decision);

}  // namespace isolane::vercel
