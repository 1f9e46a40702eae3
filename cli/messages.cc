#include "cli/messages.h"

#include <unistd.h>

#include <cstdio>

#include "cli/json_log.h"
#include "cli/terminal.h"

namespace isolane::cli {

namespace {

bool speaks_json = false;

std::string TextOf(const wrangler::Diagnostic& diagnostic) {
  return Error{diagnostic.message, diagnostic.hint, diagnostic.where, diagnostic.excerpt}
      .ToString();
}

void PrintGroupAsJson(const wrangler::DiagnosticGroup& group, wrangler::Severity severity) {
  const bool error = severity == wrangler::Severity::kError;
  for (const wrangler::Diagnostic& entry : group.entries) {
    if (entry.severity != severity) continue;
    std::fputs(JsonMessage(error ? "error" : "warn", TextOf(entry)).c_str(), stdout);
  }
  for (const wrangler::DiagnosticGroup& child : group.children) PrintGroupAsJson(child, severity);
}

}  // namespace

void SpeakJson() { speaks_json = true; }

void Say(const char* level, const std::string& text, const std::string& rendered) {
  FILE* const out = speaks_json ? stdout : stderr;
  std::fputs((speaks_json ? JsonMessage(level, text) : rendered).c_str(), out);
  std::fflush(out);
}

void PrintError(const std::string& text) {
  const std::string mark = Paint("✘ [ERROR]", Colour::kRed, ColoursOf(STDERR_FILENO));
  Say("error", text, mark + " " + text + "\n");
}

void PrintDiagnostics(const wrangler::Diagnostics& diagnostics, LogLevel level) {
  if (speaks_json) {
    for (const wrangler::DiagnosticGroup& group : diagnostics.groups()) {
      if (level >= LogLevel::kWarn) PrintGroupAsJson(group, wrangler::Severity::kWarning);
      PrintGroupAsJson(group, wrangler::Severity::kError);
    }
    std::fflush(stdout);
    return;
  }
  const Colours colours = ColoursOf(STDERR_FILENO);
  using wrangler::RenderDiagnostics;
  using wrangler::Severity;
  if (level >= LogLevel::kWarn) {
    const std::string warnings = RenderDiagnostics(diagnostics, Severity::kWarning, colours);
    std::fputs(warnings.c_str(), stderr);
  }
  std::fputs(RenderDiagnostics(diagnostics, Severity::kError, colours).c_str(), stderr);
}

void PrintWarning(const std::string& text, LogLevel level) {
  if (text.empty()) return;
  wrangler::Diagnostics diagnostics;
  diagnostics.AddGroup({}).Warn(text, {});
  PrintDiagnostics(diagnostics, level);
}

void PrintRenderedWarnings(const std::string& text) {
  if (!text.empty()) Say("warn", text, text);
}

void PrintNotes(const std::vector<std::string>& notes, LogLevel level) {
  if (level < LogLevel::kInfo) return;
  for (const std::string& note : notes) {
    std::fputs(speaks_json ? JsonMessage("info", note).c_str() : (note + "\n").c_str(), stdout);
  }
  std::fflush(stdout);
}

}  // namespace isolane::cli
