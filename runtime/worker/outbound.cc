#include "runtime/worker/outbound.h"

#include <utility>

#include "runtime/base/packed_head.h"

namespace isolane::worker {

void OutboundCall::OnClientResponse(int status, std::string_view packed_head, base::Body body) {
  if (body.kind == base::Body::Kind::kPipe) body.pipe->outside = true;
  const http::Encoding encoding =
      body.none() ? http::Encoding::kNone : http::ContentEncodingOf(packed_head);
  if (encoding == http::Encoding::kNone) {
    body_ = body.pipe;
    dispatcher_.OutboundAnswered(*this, status, packed_head, std::move(body), {});
    return;
  }
  // The label stays, as in workerd: a response that is passed on is encoded again when it leaves.
  // The length was that of the encoded bytes; somebody who copies the headers would cut the body.
  std::string head(base::PackedStart(packed_head));
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    if (name != "content-length") base::AppendPackedHeader(head, name, value);
  });
  body = http::DecodeBody(std::move(body), encoding);
  body_ = body.pipe;
  dispatcher_.OutboundAnswered(*this, status, head, std::move(body), {});
}

}  // namespace isolane::worker
