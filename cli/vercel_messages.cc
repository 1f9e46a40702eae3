#include "cli/vercel_messages.h"

#include "cli/messages.h"

namespace isolane::cli {

void PrintVercelError(const Error& error) {
  std::string text = error.message;
  for (const std::string* more : {&error.where, &error.excerpt, &error.hint}) {
    if (!more->empty()) text += "\n" + *more;
  }
  // What was thrown may say so itself.
  const char* const kind = text.starts_with("Error: ") ? "" : "Error: ";
  Say("error", text, kind + text + "\n");
}

void PrintVercelWarning(const std::string& text, LogLevel level) {
  if (level >= LogLevel::kWarn) Say("warn", text, "WARNING! " + text + "\n");
}

void PrintVercelNote(const std::string& text, LogLevel level) {
  if (level >= LogLevel::kWarn) Say("warn", text, text + "\n");
}

}  // namespace isolane::cli
