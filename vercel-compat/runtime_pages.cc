#include "vercel-compat/runtime_pages.h"

#include <algorithm>
#include <iterator>

#include "runtime/base/packed_head.h"
#include "runtime/config/config_tree.h"
#include "vercel-compat/request_view.h"

namespace isolane::vercel {
namespace {

struct ErrorText {
  int status;
  const char* title;
  const char* code;
};
// As `vercel dev` has them; whatever else it has no words for.
constexpr ErrorText kErrors[] = {
    {400, "Bad request", "BAD_REQUEST"},
    {402, "Payment required", "PAYMENT_REQUIRED"},
    {403, "You don't have the required permissions", "FORBIDDEN"},
    {404, "The page could not be found.", "NOT_FOUND"},
    {405, "Method not allowed", "NOT_ALLOWED"},
    {410, "The deployment has been removed", "GONE"},
    {413, "Request Entity Too Large", "PAYLOAD_TOO_LARGE"},
    {429, "Rate limited", "RATE_LIMITED"},
    {500, "A server error has occurred", "INTERNAL_SERVER_ERROR"},
    {501, "Not implemented", "NOT_IMPLEMENTED"},
    {502, "An error occurred with this application.", "BAD_GATEWAY"},
    {503, "The deployment is currently unavailable", "SERVICE_UNAVAILABLE"},
    {504, "An error occurred with your deployment", "GATEWAY_TIMEOUT"},
    {508, "Infinite loop detected", "INFINITE_LOOP"}};
constexpr ErrorText kOther{0, "Error occurred", "UNKNOWN_ERROR"};
// A service that failed is told apart from a route that says so.
constexpr const char* kFailedCode = "FUNCTION_INVOCATION_FAILED";

ErrorText TextOf(int status, ErrorSource source) {
  const auto found =
      std::find_if(std::begin(kErrors), std::end(kErrors),
                   [status](const ErrorText& text) { return text.status == status; });
  ErrorText text = found == std::end(kErrors) ? kOther : *found;
  if (source == ErrorSource::kService && (status == 500 || status == 502)) text.code = kFailedCode;
  return text;
}

enum class Form { kText, kJson, kHtml };

Form FormOf(std::string_view packed_head) {
  const std::string accept = HeaderOf(packed_head, "accept").value_or("");
  if (accept.find("json") != std::string::npos) return Form::kJson;
  return accept.find("html") != std::string::npos ? Form::kHtml : Form::kText;
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string Page(const std::string& title, const std::string& text) {
  return "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>" + title +
         "</title></head>\n<body>\n<h1>" + title + "</h1>\n<p>" + text + "</p>\n</body>\n</html>\n";
}

void Answer(Form form, int status, std::string_view body, base::RouteDecision& decision) {
  static constexpr const char* kTypes[] = {"text/plain; charset=utf-8", "application/json",
                                           "text/html; charset=utf-8"};
  decision.to = base::RouteDecision::To::kAnswer;
  decision.status = status;
  decision.body = base::Body::Bytes(base::Chunk::Copy(body));
  decision.head.clear();
  base::AppendPackedHeader(decision.head, "content-type", kTypes[static_cast<int>(form)]);
}

}  // namespace

void AnswerWithError(std::string_view packed_head, int status, ErrorSource source,
                     base::RouteDecision& decision) {
  const ErrorText text = TextOf(status, source);
  const std::string number = std::to_string(status);
  const Form form = FormOf(packed_head);
  switch (form) {
    case Form::kText:
      Answer(form, status, std::string(text.title) + "\n\n" + text.code + "\n", decision);
      return;
    case Form::kJson:
      Answer(form, status,
             "{\"error\":{\"code\":" + number + ",\"message\":\"" + text.title + "\"}}\n",
             decision);
      return;
    case Form::kHtml:
      Answer(form, status, Page(number + ": " + text.code, text.title), decision);
      return;
  }
}

void AnswerWithRedirect(std::string_view packed_head, int status, std::string_view location,
                        base::RouteDecision& decision) {
  const Form form = FormOf(packed_head);
  switch (form) {
    case Form::kText:
      Answer(form, status, "Redirecting...\n", decision);
      break;
    case Form::kJson:
      Answer(form, status,
             "{\"redirect\":" + config::JsonQuote(location) + ",\"status\":\"" +
                 std::to_string(status) + "\"}\n",
             decision);
      break;
    case Form::kHtml:
      Answer(form, status,
             Page("Redirecting (" + std::to_string(status) + ")",
                  "<a href=\"" + Escaped(location) + "\">" + Escaped(location) + "</a>"),
             decision);
      break;
  }
  base::AppendPackedHeader(decision.head, "location", location);
}

}  // namespace isolane::vercel
