#include "wrangler-compat/diagnostics.h"

#include <utility>

namespace isolane::wrangler {
namespace {

std::string Heading(Severity severity, Colours colours) {
  const bool error = severity == Severity::kError;
  const std::string text = error ? "✘ [ERROR] " : "▲ [WARNING] ";
  if (colours == Colours::kNever) return text;
  return (error ? "\x1b[31m" : "\x1b[33m") + text + "\x1b[0m";
}

// The text of one message; a long one carries its place and its hint on lines of their own.
std::string Text(const Diagnostic& diagnostic) {
  std::string text = diagnostic.message;
  while (text.ends_with('\n')) text.pop_back();
  if (!diagnostic.where.empty()) {
    const bool one_line = text.find('\n') == std::string::npos;
    text += one_line ? " (" + diagnostic.where + ")" : "\n(" + diagnostic.where + ")";
  }
  if (!diagnostic.excerpt.empty()) text += "\n" + diagnostic.excerpt;
  if (!diagnostic.hint.empty()) text += "\n" + diagnostic.hint;
  return text;
}

void AppendIndented(const std::string& text, const std::string& indent, std::string& out) {
  for (const char c : text) {
    out += c;
    if (c == '\n') out += indent;
  }
}

void AppendTree(const DiagnosticGroup& group, Severity severity, const std::string& indent,
                std::string& out) {
  bool any = false;
  for (const Diagnostic& entry : group.entries) {
    if (entry.severity != severity) continue;
    out += indent + "- ";
    AppendIndented(Text(entry), indent + "  ", out);
    out += '\n';
    any = true;
  }
  for (const DiagnosticGroup& child : group.children) {
    if (!child.Has(severity)) continue;
    // The first one stands right below the messages, if there are any.
    if (!std::exchange(any, false)) out += '\n';
    out += indent + "- " + child.title + '\n';
    AppendTree(child, severity, indent + "  ", out);
  }
}

}  // namespace

void DiagnosticGroup::Warn(std::string message, std::string where) {
  entries.push_back(
      {Severity::kWarning, std::move(message), std::move(where), {}, {}, false, {}, {}});
}

void DiagnosticGroup::Fail(std::string message, std::string where) {
  entries.push_back(
      {Severity::kError, std::move(message), std::move(where), {}, {}, false, {}, {}});
}

void DiagnosticGroup::Fail(Error error) {
  entries.push_back({Severity::kError,
                     std::move(error.message),
                     std::move(error.where),
                     std::move(error.excerpt),
                     std::move(error.hint),
                     false,
                     {},
                     {}});
}

bool DiagnosticGroup::Has(Severity severity) const {
  for (const Diagnostic& entry : entries) {
    if (entry.severity == severity) return true;
  }
  for (const DiagnosticGroup& child : children) {
    if (child.Has(severity)) return true;
  }
  return false;
}

DiagnosticGroup& Diagnostics::AddGroup(std::string title) {
  groups_.push_back({std::move(title), {}, {}, {}});
  return groups_.back();
}

bool Diagnostics::Has(Severity severity) const {
  for (const DiagnosticGroup& group : groups_) {
    if (group.Has(severity)) return true;
  }
  return false;
}

std::string RenderDiagnostics(const Diagnostics& diagnostics, Severity severity, Colours colours) {
  std::string out;
  for (const DiagnosticGroup& group : diagnostics.groups()) {
    if (!group.Has(severity)) continue;
    if (group.title.empty()) {
      for (const Diagnostic& entry : group.entries) {
        if (entry.severity != severity) continue;
        out += Heading(severity, colours);
        AppendIndented(Text(entry), "  ", out);
        out += "\n\n";
      }
      continue;
    }
    out += Heading(severity, colours) + group.title + "\n\n";
    AppendTree(group, severity, "    ", out);
    out += '\n';
  }
  return out;
}

}  // namespace isolane::wrangler
