#include "runtime/worker/outbound.h"

#include <utility>

#include "runtime/base/packed_head.h"

namespace isolane::worker {

void OutboundCall::OnClientResponse(int status, std::string_view packed_head, base::Body body) {
  if (body.kind == base::Body::Kind::kPipe) body.pipe->outside = true;
  std::string head(packed_head);
  http::DecodeResponse(head, body);
  body_ = body.pipe;
  dispatcher_.OutboundAnswered(*this, status, head, std::move(body), {});
}

}  // namespace isolane::worker
