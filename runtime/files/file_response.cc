#include "runtime/files/file_response.h"

#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/files/byte_range.h"
#include "runtime/files/file_body.h"

namespace isolane::files {
namespace {

// RFC 9110 13.1.5: a range of another version must not be glued to what the client has. Only a
// strong tag that is the same proves that it is not.
bool RangeApplies(std::string_view packed_head, std::string_view etag) {
  const std::string_view condition = HeaderOf(packed_head, "if-range");
  return condition.empty() || condition == etag;
}

}  // namespace

std::string_view HeaderOf(std::string_view packed_head, std::string_view name) {
  return base::FindPackedHeader(packed_head, name).value_or("");
}

base::PlainResponse RespondWithFile(std::string_view packed_head, std::shared_ptr<OpenFile> file,
                                    FileResponse given, base::ResponderHost& host) {
  const bool head_only = base::PackedMethod(packed_head) == "HEAD";
  const std::string etag = "\"" + file->Fingerprint() + "\"";
  const uint64_t size = file->size();
  base::PlainResponse response;
  response.status = given.status;
  std::string headers;
  base::AppendPackedHeader(headers, "etag", etag);
  if (!given.content_type.empty()) {
    base::AppendPackedHeader(headers, "content-type", given.content_type);
  }
  headers += given.headers;

  if (ListNamesETag(HeaderOf(packed_head, "if-none-match"), etag)) {
    response.status = 304;
    response.head = headers;
    return response;
  }
  ByteRange range;
  if (given.status == 200) {
    base::AppendPackedHeader(headers, "accept-ranges", "bytes");
    if (!head_only && RangeApplies(packed_head, etag)) {
      range = ParseByteRange(HeaderOf(packed_head, "range"), size);
    }
  }
  uint64_t first = 0;
  uint64_t length = size;
  if (range.kind == ByteRange::Kind::kUnsatisfiable) {
    response.status = 416;
    response.head = "Range Not Satisfiable" + headers;
    base::AppendPackedHeader(response.head, "content-range", "bytes */" + std::to_string(size));
    return response;
  }
  if (range.kind == ByteRange::Kind::kPart) {
    response.status = 206;
    given.status_text.clear();
    first = range.first;
    length = range.last - range.first + 1;
    base::AppendPackedHeader(headers, "content-range",
                             "bytes " + std::to_string(range.first) + "-" +
                                 std::to_string(range.last) + "/" + std::to_string(size));
  }
  base::AppendPackedHeader(headers, "content-length", std::to_string(length));
  response.head = given.status_text + headers;
  if (!head_only) response.body = MakeFileBody(std::move(file), first, length, host);
  return response;
}

}  // namespace isolane::files
