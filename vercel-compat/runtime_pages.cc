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
constexpr ErrorText kErrors[] = {
    {400, "Bad request", "BAD_REQUEST"},
    {401, "Unauthorized", "UNAUTHORIZED"},
    {402, "Payment required", "PAYMENT_REQUIRED"},
    {403, "Forbidden", "FORBIDDEN"},
    {404, "The page could not be found.", "NOT_FOUND"},
    {405, "Method not allowed", "METHOD_NOT_ALLOWED"},
    {410, "The deployment was removed.", "GONE"},
    {429, "Rate limited", "RATE_LIMITED"},
    {500, "A server error has occurred", "FUNCTION_INVOCATION_FAILED"},
    {502, "An error occurred with this application.", "FUNCTION_INVOCATION_FAILED"},
    {503, "The service is unavailable.", "SERVICE_UNAVAILABLE"},
    {504, "An error occurred with this application.", "FUNCTION_INVOCATION_TIMEOUT"}};

const ErrorText& TextOf(int status) {
  static constexpr ErrorText kClient{0, "The request cannot be answered.", "BAD_REQUEST"};
  static constexpr ErrorText kServer{0, "An error occurred with this application.",
                                     "INTERNAL_SERVER_ERROR"};
  const auto found =
      std::find_if(std::begin(kErrors), std::end(kErrors),
                   [status](const ErrorText& text) { return text.status == status; });
  if (found != std::end(kErrors)) return *found;
  return status < 500 ? kClient : kServer;
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

void AnswerWithError(std::string_view packed_head, int status, base::RouteDecision& decision) {
  const ErrorText& text = TextOf(status);
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
             Page("Redirecting...",
                  "<a href=\"" + Escaped(location) + "\">" + Escaped(location) + "</a>"),
             decision);
      break;
  }
  base::AppendPackedHeader(decision.head, "location", location);
}

}  // namespace isolane::vercel
