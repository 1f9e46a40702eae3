// What a configuration has to say about itself: errors and warnings, all of them, in wrangler's
// words, each with its place. Collected here as plain data and printed by whoever started the load.
//
// Thread: any. Owns its strings. Groups keep their address while the Diagnostics live.
#pragma once

#include <deque>
#include <string>

#include <isolane/result.h>

#include "wrangler-compat/config_tree.h"

namespace isolane::wrangler {

enum class Severity { kWarning, kError };

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string message;
  std::string where;    // "gateway/wrangler.toml:14"; may be empty
  std::string excerpt;  // see Error::excerpt; may be empty
  std::string hint;     // may be empty
  bool own = false;     // of what isolane has not: no message of wrangler
  // For the order (config_order.h): the place in the file, unless that is in `where` alone; and
  // what it is about, unless that is the key at that place.
  Position position;
  std::string about;
};

// The messages of one file, or of one environment inside it. Without a title: messages that stand
// for themselves.
struct DiagnosticGroup {
  std::string title;
  std::deque<Diagnostic> entries;
  std::deque<DiagnosticGroup> children;
  std::string about;  // as in Diagnostic

  void Warn(std::string message, std::string where);
  void Fail(std::string message, std::string where);
  void Fail(Error error);
  bool Has(Severity severity) const;
};

class Diagnostics {
 public:
  // A new group, printed after those before it.
  DiagnosticGroup& AddGroup(std::string title);

  bool Has(Severity severity) const;
  const std::deque<DiagnosticGroup>& groups() const { return groups_; }

 private:
  std::deque<DiagnosticGroup> groups_;
};

enum class Colours { kNever, kAlways };

// All diagnostics of one severity in wrangler's shape; empty when there is none:
//
//   ▲ [WARNING] Processing gateway/wrangler.toml configuration:
//
//       - Unexpected fields found in top-level field: "mian" (gateway/wrangler.toml:2)
//
std::string RenderDiagnostics(const Diagnostics& diagnostics, Severity severity, Colours colours);

}  // namespace isolane::wrangler
