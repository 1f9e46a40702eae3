#include "runtime/worker/error_page.h"

#include <algorithm>

#include "runtime/base/packed_head.h"

namespace isolane::worker {
namespace {

constexpr std::string_view kUncaught = "Uncaught ";
constexpr char kStyle[] =
    "body{margin:0;padding:2rem;font:16px/1.5 system-ui,sans-serif;background:#fff;color:#1d1f21}"
    "h1{margin:0 0 1rem;font-size:1.4rem;color:#b3261e;white-space:pre-wrap;overflow-wrap:anywhere}"
    "p{color:#5f6368}pre{padding:1rem;background:#f4f4f5;border-radius:6px;overflow:auto}"
    "@media(prefers-color-scheme:dark){body{background:#1d1f21;color:#e8eaed}h1{color:#ff8a80}"
    "p{color:#9aa0a6}pre{background:#2a2c2e}}";

// A browser, or somebody who takes anything; curl is read in a terminal.
bool WantsPage(std::string_view head) {
  bool accepts = false;
  bool terminal = false;
  base::VisitPackedHeaders(head, [&](std::string_view name, std::string_view value) {
    if (name == "accept") {
      for (const char* type : {"text/html", "*/*", "text/*"}) {
        accepts |= value.find(type) != std::string_view::npos;
      }
    } else if (name == "user-agent") {
      terminal |= value.find("curl/") != std::string_view::npos;
    }
  });
  return accepts && !terminal;
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

ErrorPage MakeErrorPage(std::string_view head, std::string_view error) {
  if (error.starts_with(kUncaught)) error.remove_prefix(kUncaught.size());
  if (!WantsPage(head)) return {"text/plain;charset=UTF-8", std::string(error)};
  const size_t stack = std::min(error.find("\n    at "), error.find("\nCaused by: "));
  const std::string title = Escaped(error.substr(0, stack));
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title +
      "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n<h1>" + title + "</h1>\n";
  if (stack != std::string_view::npos) {
    page += "<pre>" + Escaped(error.substr(stack + 1)) + "</pre>\n";
  }
  const std::string request =
      Escaped(base::PackedMethod(head)) + " " + Escaped(base::PackedUrl(head));
  page += "<p>" + request + "</p>\n</body>\n</html>\n";
  return {"text/html;charset=UTF-8", std::move(page)};
}

}  // namespace isolane::worker
