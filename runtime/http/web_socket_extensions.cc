#include "runtime/http/web_socket_extensions.h"

#include <algorithm>
#include <utility>

#include "runtime/base/ascii.h"

namespace isolane::http {
namespace {

constexpr std::string_view kName = "permessage-deflate";
constexpr int kMinBits = 8;

// The parts of `text` between `mark`s that are not in quotes, trimmed.
std::vector<std::string_view> Split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  size_t begin = 0;
  for (size_t at = 0; at <= text.size(); at++) {
    if (at < text.size() && text[at] == '"') quoted = !quoted;
    if (at < text.size() && (quoted || text[at] != mark)) continue;
    parts.push_back(base::Trimmed(text.substr(begin, at - begin)));
    begin = at + 1;
  }
  return parts;
}

// 8 to 15 without a leading zero, perhaps in quotes; 0 for anything else.
int ParseBits(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  int bits = 0;
  if (value.empty() || value.size() > 2 || value.front() == '0') return 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return 0;
    bits = bits * 10 + (c - '0');
  }
  return bits >= kMinBits && bits <= DeflateParameters::kMaxBits ? bits : 0;
}

// Adds one parameter. False: it is unknown, repeated or has a wrong value.
bool Take(std::string_view parameter, DeflateParameters* into) {
  const size_t equals = parameter.find('=');
  const bool has_value = equals != std::string_view::npos;
  const std::string_view name = base::Trimmed(parameter.substr(0, equals));
  const std::string_view value = has_value ? base::Trimmed(parameter.substr(equals + 1)) : "";
  if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
    bool& flag =
        name.front() == 's' ? into->server_no_context_takeover : into->client_no_context_takeover;
    return !has_value && !std::exchange(flag, true);
  }
  const bool server = name == "server_max_window_bits";
  if (!server && name != "client_max_window_bits") return false;
  int& bits = server ? into->server_max_window_bits : into->client_max_window_bits;
  if (bits != DeflateParameters::kNotNamed) return false;
  bits = has_value ? ParseBits(value) : server ? 0 : DeflateParameters::kAnyBits;
  return bits != 0;
}

std::optional<DeflateParameters> ParseElement(std::string_view element) {
  const std::vector<std::string_view> parts = Split(element, ';');
  if (parts.front() != kName) return std::nullopt;
  DeflateParameters parameters;
  for (size_t i = 1; i < parts.size(); i++) {
    if (!Take(parts[i], &parameters)) return std::nullopt;
  }
  return parameters;
}

// The smaller of two limits, either of which may not be there.
int Smaller(int one, int other) {
  if (one <= 0) return std::max(other, 0);
  return other <= 0 ? one : std::min(one, other);
}

// Whether a server may give `answer` to `offer`.
bool Satisfies(const DeflateParameters& answer, const DeflateParameters& offer) {
  if (offer.server_no_context_takeover && !answer.server_no_context_takeover) return false;
  if (offer.server_max_window_bits > 0 &&
      (answer.server_max_window_bits == DeflateParameters::kNotNamed ||
       answer.server_max_window_bits > offer.server_max_window_bits)) {
    return false;
  }
  return answer.client_max_window_bits == DeflateParameters::kNotNamed ||
         offer.client_max_window_bits != DeflateParameters::kNotNamed;
}

Error Failed(std::string why) {
  return {.message = "Server failed WebSocket handshake: " + std::move(why),
          .hint = {},
          .where = {},
          .excerpt = {}};
}

}  // namespace

std::vector<DeflateParameters> ParseDeflate(std::string_view header) {
  std::vector<DeflateParameters> valid;
  for (const std::string_view element : Split(header, ',')) {
    if (const auto parameters = ParseElement(element)) valid.push_back(*parameters);
  }
  return valid;
}

std::string ToExtension(const DeflateParameters& parameters) {
  std::string text(kName);
  if (parameters.server_no_context_takeover) text += "; server_no_context_takeover";
  if (parameters.client_no_context_takeover) text += "; client_no_context_takeover";
  if (parameters.server_max_window_bits > 0) {
    text += "; server_max_window_bits=" + std::to_string(parameters.server_max_window_bits);
  }
  if (parameters.client_max_window_bits != DeflateParameters::kNotNamed) {
    text += "; client_max_window_bits";
    if (parameters.client_max_window_bits > 0) {
      text += "=" + std::to_string(parameters.client_max_window_bits);
    }
  }
  return text;
}

std::optional<DeflateParameters> AnswerDeflate(std::string_view offers,
                                               std::optional<std::string_view> wanted) {
  DeflateParameters limits;
  limits.client_no_context_takeover = true;
  if (wanted) {
    const std::vector<DeflateParameters> list = ParseDeflate(*wanted);
    if (list.empty()) return std::nullopt;
    limits = list.front();
  }
  const std::vector<DeflateParameters> offered = ParseDeflate(offers);
  if (offered.empty()) return std::nullopt;
  const DeflateParameters& offer = offered.front();
  DeflateParameters answer;
  // True of whatever we send, so it may be said unasked; the client needs less memory then.
  answer.server_no_context_takeover = true;
  answer.client_no_context_takeover =
      limits.client_no_context_takeover || offer.client_no_context_takeover;
  answer.server_max_window_bits =
      Smaller(offer.server_max_window_bits, limits.server_max_window_bits);
  // Only a client that named it can be told it, and there is a reason to only if it is smaller.
  if (offer.client_max_window_bits != DeflateParameters::kNotNamed) {
    answer.client_max_window_bits =
        Smaller(offer.client_max_window_bits, limits.client_max_window_bits);
  }
  return answer;
}

std::string OfferDeflate(std::string_view wanted) {
  std::string offer;
  for (const DeflateParameters& parameters : ParseDeflate(wanted)) {
    offer += (offer.empty() ? "" : ", ") + ToExtension(parameters);
  }
  return offer;
}

Result<std::optional<DeflateParameters>> ReadDeflateAnswer(std::string_view offer,
                                                           std::string_view answer) {
  if (base::Trimmed(answer).empty()) return std::optional<DeflateParameters>();
  const std::vector<DeflateParameters> offers = ParseDeflate(offer);
  if (offers.empty()) {
    return Failed("added Sec-WebSocket-Extensions when client did not offer any.");
  }
  const std::vector<std::string_view> elements = Split(answer, ',');
  if (elements.size() != 1) {
    return Failed(
        "expected exactly one extension (permessage-deflate) but received more than one.");
  }
  if (Split(elements.front(), ';').front() != kName) {
    return Failed(
        "response included a Sec-WebSocket-Extensions value that was not permessage-deflate.");
  }
  std::optional<DeflateParameters> agreed = ParseElement(elements.front());
  if (!agreed || agreed->client_max_window_bits == DeflateParameters::kAnyBits) {
    return Failed("the Sec-WebSocket-Extensions header in the Response included an invalid value.");
  }
  for (const DeflateParameters& one : offers) {
    if (!Satisfies(*agreed, one)) continue;
    // A limit that we set ourselves holds whether or not it is repeated.
    agreed->client_max_window_bits =
        Smaller(agreed->client_max_window_bits, one.client_max_window_bits);
    return agreed;
  }
  return Failed("the answer to permessage-deflate is none that was offered.");
}

}  // namespace isolane::http
