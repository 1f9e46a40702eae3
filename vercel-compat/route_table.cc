#include "vercel-compat/route_table.h"

#include <algorithm>

#include "runtime/base/ascii.h"
#include "runtime/base/packed_head.h"
#include "vercel-compat/config_error.h"
#include "vercel-compat/route_compiler.h"

namespace isolane::vercel {
namespace {

bool IsUrl(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

bool IsRedirect(int status) { return status >= 300 && status < 400; }

// What was captured from decoded cookies and parameters may hold anything; bytes that end a header
// or a request line are encoded again. `least`: the first byte that may stand.
void EncodeControls(std::string& text, unsigned char least) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  const auto is_bad = [least](char c) {
    return static_cast<unsigned char>(c) < least || c == 0x7f;
  };
  if (std::none_of(text.begin(), text.end(), is_bad)) return;
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_bad(c)) {
      encoded.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    } else {
      encoded += c;
    }
  }
  text = std::move(encoded);
}

}  // namespace

void TableVerdict::Reset() {
  kind = Kind::kNothing;
  service = {};
  lookup.reset();
  status = 0;
  location.clear();
  rewritten = false;
  path.clear();
  query.clear();
  headers.clear();
  request_transforms.clear();
  response_transforms.clear();
}

class RouteTable::Compiler {
 public:
  Compiler(Scope scope, base::RegexEngine& regexes) : scope_(scope), regexes_(regexes) {}

  Result<Rule> Compile(const PlainRule& plain, bool is_rewrite) {
    Rule rule;
    if (plain.service && scope_ == Scope::kService) {
      return ConfigError(plain.code, plain.where +
                                         " hands over to a service, which only top-level "
                                         "rules can do.");
    }
    ISOLANE_ASSIGN(rule.matcher, PathMatcher::Compile(plain.src, regexes_));
    auto conditions = ConditionMatcher::Compile(plain.has, plain.missing, regexes_);
    if (!conditions.ok()) {
      return ConfigError(plain.code, plain.where +
                                         " has an invalid regular expression in `has` or "
                                         "`missing`: " +
                                         conditions.error().message);
    }
    rule.conditions = std::move(*conditions);
    ISOLANE_ASSIGN(rule.transforms,
                   TransformRules::Compile(plain.transforms, rule.matcher, regexes_));
    if (plain.destination) rule.destination = TextOf(*plain.destination, rule);
    if (plain.service) {
      rule.service = plain.service->service;
      if (plain.service->path) rule.lookup = TextOf(*plain.service->path, rule);
    }
    for (const auto& [name, value] : plain.headers) {
      rule.headers.emplace_back(base::LowerCased(name), TextOf(value, rule));
    }
    rule.methods = plain.methods;
    rule.status = plain.status;
    rule.goes_on = plain.goes_on;
    rule.is_rewrite = is_rewrite;
    return rule;
  }

 private:
  static ReferenceText TextOf(const std::string& text, const Rule& rule) {
    return ReferenceText(text, rule.matcher, UnknownReference::kEmpty);
  }

  const Scope scope_;
  base::RegexEngine& regexes_;
};

Result<RouteTable> RouteTable::Compile(const RoutingConfig& config, Scope scope,
                                       base::RegexEngine& regexes,
                                       const std::map<std::string, std::string>& variables) {
  ISOLANE_ASSIGN(const PlainRules plain, CompileRules(config, regexes));
  RouteTable table;
  table.scope_ = scope;
  table.variables_ = variables;
  Compiler compiler(scope, regexes);
  for (const PlainRule& rule : plain.first) {
    ISOLANE_ASSIGN(Rule compiled, compiler.Compile(rule, false));
    table.rules_.push_back(std::move(compiled));
  }
  table.rewrites_ = table.rules_.size();
  for (const PlainRule& rule : plain.rewrites) {
    ISOLANE_ASSIGN(Rule compiled, compiler.Compile(rule, true));
    table.rules_.push_back(std::move(compiled));
  }
  return table;
}

// One request's way through a table.
class RouteTable::Run {
 public:
  Run(const RouteTable& table, const RequestView& request, std::string_view path,
      std::string_view query, TableVerdict& verdict)
      : table_(table), request_(request), path_(path), query_(query), verdict_(verdict) {}

  void Go() {
    for (size_t i = 0; i < table_.rules_.size();) {
      const Rule& rule = table_.rules_[i];
      const size_t before = i++;
      if (!Matches(rule)) continue;
      switch (Obey(rule)) {
        case Next::kRule:
          break;
        case Next::kEnd:
          return;
        case Next::kPhase:
          // In a project what comes before the rewrites is a phase of its own.
          if (table_.scope_ == Scope::kService || before >= table_.rewrites_) {
            verdict_.kind = TableVerdict::Kind::kPass;
            return;
          }
          i = table_.rewrites_;
          break;
      }
    }
    if (IsRedirect(pending_status_) && !verdict_.location.empty()) {
      Redirect(pending_status_);
    } else if (pending_status_ >= 400 && table_.scope_ == Scope::kProject) {
      verdict_.kind = TableVerdict::Kind::kStatus;
      verdict_.status = pending_status_;
    }
  }

 private:
  enum class Next { kRule, kPhase, kEnd };

  bool Matches(const Rule& rule) {
    if (!rule.methods.empty() && std::find(rule.methods.begin(), rule.methods.end(),
                                           request_.method) == rule.methods.end()) {
      return false;
    }
    if (!rule.matcher.Match(path_, captures_)) return false;
    if (rule.conditions.empty()) [[likely]]
      return true;
    named_.clear();
    return rule.conditions.Holds(request_, named_);
  }

  Next Obey(const Rule& rule) {
    const Captured captured{&captures_, rule.conditions.empty() ? nullptr : &named_};
    if (!rule.service.empty()) {
      AddHeaders(rule, captured);
      verdict_.kind = TableVerdict::Kind::kService;
      verdict_.service = rule.service;
      if (rule.lookup) {
        std::string lookup = rule.lookup->Resolve(captured);
        EncodeControls(lookup, 0x21);
        const size_t question = std::min(lookup.find('?'), lookup.size());
        // A parameter that is optional leaves two when it is not given.
        verdict_.lookup = WithoutDoubleSlashes(lookup.substr(0, question)).append(lookup, question);
      }
      return Next::kEnd;
    }
    if (!rule.transforms.empty()) {
      rule.transforms.Resolve(captured, table_.variables_, verdict_.request_transforms);
      verdict_.response_transforms.clear();
      rule.transforms.Resolve(captured, table_.variables_, verdict_.response_transforms);
    }
    AddHeaders(rule, captured);
    std::string destination;
    if (rule.destination) {
      rule.destination->AppendTo(destination, captured);
      EncodeControls(destination, 0x21);
    }
    const bool is_url = rule.destination && IsUrl(destination);
    if (is_url && !rule.goes_on) {
      GoOutside(destination);
      return Next::kEnd;
    }
    // From here on nothing refers to what was captured.
    if (rule.destination && !is_url) Rewrite(std::move(destination));
    if (rule.goes_on) {
      if (rule.status != 0) pending_status_ = rule.status;
      return Next::kRule;
    }
    const int status = rule.status != 0 ? rule.status : pending_status_;
    if (IsRedirect(status) && !verdict_.location.empty()) {
      Redirect(status);
      return Next::kEnd;
    }
    if (rule.is_rewrite && rule.destination) return Next::kRule;
    if (status != 0 && !rule.destination && table_.scope_ == Scope::kProject) {
      verdict_.kind = TableVerdict::Kind::kStatus;
      verdict_.status = status;
      return Next::kEnd;
    }
    return Next::kPhase;
  }

  void AddHeaders(const Rule& rule, const Captured& captured) {
    for (const auto& [name, value] : rule.headers) {
      std::string text = value.Resolve(captured);
      if (name == "location") {
        EncodeControls(text, 0x21);
        verdict_.location = std::move(text);
        continue;
      }
      EncodeControls(text, 0x20);
      base::AppendPackedHeader(verdict_.headers, name, text);
    }
  }

  void Redirect(int status) {
    verdict_.kind = TableVerdict::Kind::kRedirect;
    verdict_.status = status;
  }

  void GoOutside(const std::string& destination) {
    const std::string_view url = std::string_view(destination).substr(0, destination.find('#'));
    const size_t question = std::min(url.find('?'), url.size());
    verdict_.kind = TableVerdict::Kind::kExternal;
    verdict_.location = url.substr(0, question);
    verdict_.location += MergedQuery(url.substr(question), query_);
  }

  void Rewrite(std::string destination) {
    destination.resize(std::min(destination.find('#'), destination.size()));
    if (!destination.starts_with('/')) destination.insert(0, 1, '/');
    const size_t question = std::min(destination.find('?'), destination.size());
    verdict_.query = MergedQuery(std::string_view(destination).substr(question), query_);
    destination.resize(question);
    verdict_.path = WithoutDoubleSlashes(destination);
    verdict_.rewritten = true;
    path_ = verdict_.path;
    query_ = verdict_.query;
  }

  const RouteTable& table_;
  const RequestView& request_;
  std::string_view path_;
  std::string_view query_;
  TableVerdict& verdict_;
  Captures captures_;
  NamedValues named_;
  int pending_status_ = 0;
};

void RouteTable::Evaluate(const RequestView& request, std::string_view path, std::string_view query,
                          TableVerdict& verdict) const {
  verdict.Reset();
  if (rules_.empty()) return;
  Run(*this, request, path, query, verdict).Go();
}

}  // namespace isolane::vercel
