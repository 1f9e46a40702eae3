#include "cli/messages.h"

#include <unistd.h>

#include <cstdio>

#include "cli/terminal.h"

namespace isolane::cli {

void PrintError(const std::string& text) {
  const std::string mark = Paint("✘ [ERROR]", Colour::kRed, ColoursOf(STDERR_FILENO));
  std::fprintf(stderr, "%s %s\n", mark.c_str(), text.c_str());
}

void PrintDiagnostics(const wrangler::Diagnostics& diagnostics, LogLevel level) {
  const Colours colours = ColoursOf(STDERR_FILENO);
  using wrangler::RenderDiagnostics;
  using wrangler::Severity;
  if (level >= LogLevel::kWarn) {
    const std::string warnings = RenderDiagnostics(diagnostics, Severity::kWarning, colours);
    std::fputs(warnings.c_str(), stderr);
  }
  std::fputs(RenderDiagnostics(diagnostics, Severity::kError, colours).c_str(), stderr);
}

}  // namespace isolane::cli
