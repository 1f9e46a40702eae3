// A body as its reader wants it: what `content-encoding` says is undone on the way, no faster than
// the reader takes it, so that a small body that decodes to a large one costs no memory.
//
// Loop thread.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/body.h"
#include "runtime/http/content_encoder.h"

namespace isolane::http {

// The decoded body; complete bytes if it is complete and small. A corrupt body fails with workerd's
// words: TypeError "Gzip decompression failed."
base::Body DecodeBody(base::Body encoded, Encoding encoding);

// Decodes the body of a response, if it is encoded, and fits its packed head to that: the length
// was that of the encoded bytes, and somebody who copies the headers would cut the body. The label
// stays, as in workerd: a response that is passed on is encoded again when it leaves.
void DecodeResponse(std::string& packed_head, base::Body& body);

// What the one content-encoding header of a packed head asks for; kNone when there is none, or more
// than one, or one that isolane does not decode.
Encoding ContentEncodingOf(std::string_view packed_head);

}  // namespace isolane::http
