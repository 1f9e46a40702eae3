// A table of rules, compiled: that of the project, or of one service. Pure: a request in, what the
// rules say of it out.
//
// spec/vercel-services.md sections 2.1, 2.2, 2.4 and 2.5. Loop thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <isolane/result.h>

#include "runtime/base/regex.h"
#include "vercel-compat/conditions.h"
#include "vercel-compat/config.h"
#include "vercel-compat/path_matcher.h"
#include "vercel-compat/reference_text.h"
#include "vercel-compat/request_view.h"
#include "vercel-compat/transforms.h"

namespace isolane::vercel {

// What a table makes of a request. Used again from request to request.
struct TableVerdict {
  enum class Kind {
    kNothing,   // no rule decided
    kPass,      // a rule without destination ended the table
    kService,   // handed over to `service`
    kRedirect,  // `status` and `location`
    kStatus,    // `status`, a page of the runtime
    kExternal,  // `location` is an URL
  };
  Kind kind = Kind::kNothing;
  std::string_view service;  // of the table
  // kService: what to look up in the service's table, with a query perhaps. Absent: the request's.
  std::optional<std::string> lookup;
  int status = 0;
  std::string location;
  // The path and query that rules have put in the place of the request's, if `rewritten`.
  bool rewritten = false;
  std::string path;
  std::string query;
  // Headers for the response, packed, later ones last; names may repeat, then the last one counts.
  std::string headers;
  std::vector<AppliedTransform> request_transforms;
  // Of the last rule that had any.
  std::vector<AppliedTransform> response_transforms;

  void Reset();
};

class RouteTable {
 public:
  enum class Scope {
    kProject,  // rewrites may hand over to services; `routes` may end with a status
    kService,
  };
  // The Error reads "[CODE] message". `variables` are for transforms.
  static Result<RouteTable> Compile(const RoutingConfig& config, Scope scope,
                                    base::RegexEngine& regexes,
                                    const std::map<std::string, std::string>& variables);

  // `path` and `query` are looked up instead of those of `request`.
  void Evaluate(const RequestView& request, std::string_view path, std::string_view query,
                TableVerdict& verdict) const;
  bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    PathMatcher matcher;
    std::vector<std::string> methods;
    ConditionMatcher conditions;
    std::optional<ReferenceText> destination;
    std::string service;  // not empty: handed over
    std::optional<ReferenceText> lookup;
    std::vector<std::pair<std::string, ReferenceText>> headers;
    TransformRules transforms;
    int status = 0;
    bool goes_on = false;     // the next rule is tried, whatever this one did
    bool is_rewrite = false;  // a destination that is a path is not the end
  };
  class Compiler;
  class Run;

  std::vector<Rule> rules_;
  size_t rewrites_ = 0;  // number of the first rewrite
  Scope scope_ = Scope::kProject;
  std::map<std::string, std::string> variables_;
};

}  // namespace isolane::vercel
