#include "runtime/worker/edge_shaping.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>
#include <vector>

#include "runtime/base/ascii.h"
#include "runtime/base/packed_head.h"
#include "runtime/base/route_pattern.h"
#include "runtime/http/decoded_body.h"
#include "runtime/http/response_head.h"

namespace isolane::worker {
namespace {

using http::Encoding;

constexpr std::string_view kAcceptEncoding = "accept-encoding";
constexpr std::string_view kContentEncoding = "content-encoding";
constexpr std::string_view kConnectingIp = "cf-connecting-ip";
constexpr std::string_view kOriginalHost = "mf-original-hostname";
constexpr std::string_view kCfWorker = "cf-worker";
// What Workers are asked for.
constexpr std::string_view kEncodings = "br, gzip";

// https://developers.cloudflare.com/speed/optimization/content/compression/
constexpr std::string_view kCompressedTypes[] = {
    "application/eot",
    "application/font",
    "application/font-sfnt",
    "application/font-woff",
    "application/geo+json",
    "application/graphql+json",
    "application/javascript",
    "application/javascript-binast",
    "application/json",
    "application/ld+json",
    "application/manifest+json",
    "application/opentype",
    "application/otf",
    "application/rss+xml",
    "application/truetype",
    "application/ttf",
    "application/vnd.api+json",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/x-httpd-cgi",
    "application/x-javascript",
    "application/x-opentype",
    "application/x-otf",
    "application/x-perl",
    "application/x-protobuf",
    "application/x-ttf",
    "application/xhtml+xml",
    "application/xml",
    "font/otf",
    "font/ttf",
    "font/x-woff",
    "image/svg+xml",
    "image/vnd.microsoft.icon",
    "image/x-icon",
    "multipart/bag",
    "multipart/mixed",
    "text/css",
    "text/html",
    "text/javascript",
    "text/js",
    "text/plain",
    "text/richtext",
    "text/x-component",
    "text/x-java-source",
    "text/x-markdown",
    "text/x-script",
    "text/xml",
};
static_assert(std::is_sorted(std::begin(kCompressedTypes), std::end(kCompressedTypes)));

// Without what is said about one.
bool IsCompressedType(std::string_view content_type) {
  if (content_type.empty()) return true;
  const std::string type =
      base::LowerCased(base::Trimmed(content_type.substr(0, content_type.find(';'))));
  return std::binary_search(std::begin(kCompressedTypes), std::end(kCompressedTypes), type);
}

// A packed head without the headers of these names.
template <typename... Names>
std::string Without(std::string_view packed_head, Names... names) {
  std::string head(base::PackedStart(packed_head));
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    if (((name != names) && ...)) base::AppendPackedHeader(head, name, value);
  });
  return head;
}

void Set(std::string& packed_head, std::string_view name, std::string_view value) {
  if (base::FindPackedHeader(packed_head, name)) packed_head = Without(packed_head, name);
  base::AppendPackedHeader(packed_head, name, value);
}

// What the zone of a Worker's requests to the network is called.
std::string ZoneOf(const WorkerSpec& worker) {
  const std::string none = (worker.name.empty() ? "worker" : worker.name) + ".example.com";
  if (worker.routes.empty()) return none;
  const Route& route = worker.routes.front();
  if (!route.zone.empty()) return route.zone;
  const auto pattern = route.custom_domain ? base::RoutePattern::ParseDomain(route.pattern)
                                           : base::RoutePattern::Parse(route.pattern);
  return pattern.ok() ? pattern.value().host().value_or(none) : none;
}

struct Element {
  std::string coding;
  double weight = 1;
};

// RFC 9110 12.5.3; nothing if it is no element of the list.
std::optional<Element> ParseElement(std::string_view text) {
  Element element;
  const size_t parameters = text.find(';');
  element.coding = base::LowerCased(base::Trimmed(text.substr(0, parameters)));
  if (element.coding.empty()) return std::nullopt;
  if (parameters == std::string_view::npos) return element;
  std::string_view weight = base::Trimmed(text.substr(parameters + 1));
  if (!weight.starts_with("q=") && !weight.starts_with("Q=")) return std::nullopt;
  weight.remove_prefix(2);
  const auto [end, error] = std::from_chars(weight.data(), weight.data() + weight.size(),
                                            element.weight, std::chars_format::fixed);
  if (error != std::errc() || end != weight.data() + weight.size()) return std::nullopt;
  // "nan" and "inf" are numbers to from_chars.
  if (!(element.weight >= 0 && element.weight <= 1)) return std::nullopt;
  return element;
}

bool MayNotBeChanged(int status, std::string_view packed_head) {
  // A part of a representation, which another encoding of it is not.
  if (status == 206) return true;
  const auto cache_control = base::FindPackedHeader(packed_head, "cache-control");
  return cache_control &&
         base::LowerCased(*cache_control).find("no-transform") != std::string_view::npos;
}

ShapedResponse Refusal() {
  ShapedResponse refusal;
  refusal.status = 415;
  base::AppendPackedHeader(refusal.head, "content-type", "text/plain;charset=UTF-8");
  base::AppendPackedHeader(refusal.head, kAcceptEncoding, kEncodings);
  refusal.body = base::Body::Bytes(base::Chunk::Copy("Unsupported Media Type"));
  refusal.already_encoded = true;
  return refusal;
}

}  // namespace

void AddClientAddress(std::string& packed_head, std::string_view client_address) {
  if (base::FindPackedHeader(packed_head, kConnectingIp)) return;
  base::AppendPackedHeader(packed_head, kConnectingIp, client_address);
}

void ShapeRequest(std::string& packed_head, std::string_view mapped_host) {
  Set(packed_head, kAcceptEncoding, kEncodings);
  if (!mapped_host.empty()) Set(packed_head, kOriginalHost, mapped_host);
}

void ShapeOutboundRequest(std::string& packed_head, const WorkerSpec& worker) {
  packed_head = Without(packed_head, kConnectingIp, kCfWorker);
  base::AppendPackedHeader(packed_head, kCfWorker, ZoneOf(worker));
}

std::optional<AcceptedEncoding> ParseAcceptEncoding(std::string_view header) {
  std::vector<Element> elements;
  while (!header.empty()) {
    const size_t end = std::min(header.find(','), header.size());
    if (auto element = ParseElement(header.substr(0, end))) elements.push_back(*std::move(element));
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  if (elements.empty()) return std::nullopt;
  std::stable_sort(elements.begin(), elements.end(), [](const Element& one, const Element& other) {
    return one.weight > other.weight;
  });
  AcceptedEncoding accepted;
  for (const Element& element : elements) {
    if (element.weight == 0) {
      accepted.refuses_identity |= element.coding == "identity" || element.coding == "*";
      continue;
    }
    if (element.coding == "identity") break;
    const Encoding encoding = http::ParseEncoding(element.coding);
    if (encoding == Encoding::kGzip || encoding == Encoding::kBrotli) {
      accepted.preferred = encoding;
      break;
    }
  }
  return accepted;
}

std::optional<ShapedResponse> ShapeResponse(std::string_view accept_encoding, bool is_head,
                                            int status, std::string_view packed_head,
                                            base::Body& body, bool already_encoded) {
  if (!http::StatusAllowsBody(status)) return std::nullopt;
  const auto label = base::FindPackedHeader(packed_head, kContentEncoding);
  const Encoding given = label ? http::ContentEncodingOf(packed_head) : Encoding::kNone;
  if (label && given != Encoding::kGzip && given != Encoding::kBrotli) return std::nullopt;
  if (!IsCompressedType(base::FindPackedHeader(packed_head, "content-type").value_or(""))) {
    return std::nullopt;
  }
  const std::optional<AcceptedEncoding> accepted = ParseAcceptEncoding(accept_encoding);
  if (!accepted) return std::nullopt;
  Encoding wanted = accepted->preferred;
  if (wanted == Encoding::kNone && accepted->refuses_identity) {
    body.Cancel();
    return Refusal();
  }
  const bool is_empty = !is_head && body.length() == 0;
  const bool fixed = MayNotBeChanged(status, packed_head);
  if (already_encoded && label && fixed) return std::nullopt;
  if (!label && (is_empty || fixed)) wanted = Encoding::kNone;
  if (wanted == given) return std::nullopt;
  ShapedResponse shaped;
  shaped.status = status;
  shaped.head = Without(packed_head, kContentEncoding, std::string_view("content-length"));
  if (wanted != Encoding::kNone) {
    base::AppendPackedHeader(shaped.head, kContentEncoding,
                             wanted == Encoding::kGzip ? "gzip" : "br");
  }
  shaped.body =
      already_encoded && label ? http::DecodeBody(std::move(body), given) : std::move(body);
  body = base::Body();
  return shaped;
}

}  // namespace isolane::worker
