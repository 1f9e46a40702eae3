// What the edge between clients and Workers does to HTTP messages, done on a developer's machine: a
// Worker sees the same Accept-Encoding whatever its client says, and the client gets an encoding
// that it accepts. Otherwise what is developed behaves differently once it is deployed.
//
// wrangler.md 4.6. Thread: any; pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <isolane/worker_spec.h>

#include "runtime/base/body.h"
#include "runtime/http/content_encoder.h"

namespace isolane::worker {

// Adds to the packed head of a request from outside who sent it, unless it says so.
void AddClientAddress(std::string& packed_head, std::string_view client_address);

// Changes the rest of it into what a Worker is given. `mapped_host`: the host that it names instead
// of the client's; empty: that is as it was sent.
void ShapeRequest(std::string& packed_head, std::string_view mapped_host);

// Changes the packed head of a fetch() of `worker` that goes to the network.
void ShapeOutboundRequest(std::string& packed_head, const WorkerSpec& worker);

// What an Accept-Encoding header asks for.
struct AcceptedEncoding {
  http::Encoding preferred = http::Encoding::kNone;  // or gzip, brotli
  bool refuses_identity = false;
};
// Nothing if there is nothing in it that counts: any encoding will do.
std::optional<AcceptedEncoding> ParseAcceptEncoding(std::string_view header);

struct ShapedResponse {
  int status = 200;
  std::string head = {};  // packed
  base::Body body = {};
  // As http::Exchange::Respond has it.
  bool already_encoded = false;
};

// The response as a client with that Accept-Encoding gets it; `is_head`: to a HEAD request. Nothing
// if it is to be sent as it is, then `body` is left alone.
std::optional<ShapedResponse> ShapeResponse(std::string_view accept_encoding, bool is_head,
                                            int status, std::string_view packed_head,
                                            base::Body& body, bool already_encoded);

}  // namespace isolane::worker
