#include "wrangler-compat/asset_headers.h"

#include <algorithm>
#include <optional>

#include "runtime/base/ascii.h"
#include "runtime/base/packed_head.h"

namespace isolane::wrangler {
namespace {

constexpr std::string_view kUnset = "! ";

// RFC 9110 5.6.2
bool IsToken(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// "/path" or "https://host/path", rather than a header.
bool LooksLikePath(std::string_view line) {
  if (line.starts_with('/')) return true;
  const size_t scheme = line.find("://");
  return scheme != std::string_view::npos && scheme > 0 &&
         line.substr(0, scheme).find_first_of(" \t") == std::string_view::npos;
}

// What is wrong with the '*' of a path; empty if nothing is.
std::string WrongWildcards(const std::string& path) {
  const auto stars = std::count(path.begin(), path.end(), '*');
  if (stars > 1) {
    return "Only one wildcard is allowed per rule. Use a named placeholder (e.g. :project) "
           "instead. Skipping " +
           path + ".";
  }
  if (PathPattern::Compile(path, PatternSyntax::kPlaceholders)) return {};
  if (stars > 0) {
    return "Cannot combine a wildcard * with a :splat placeholder because wildcards are converted "
           "to :splat at runtime. Skipping " +
           path + ".";
  }
  return "The path names the same placeholder twice. Skipping " + path + ".";
}

}  // namespace

class AssetHeaders::Reader {
 public:
  explicit Reader(AssetHeaders& headers) : headers_(headers) {}

  void Read(std::string_view text) {
    const std::vector<std::string_view> lines = RuleLines(text, headers_.invalid_);
    for (size_t i = 0; i < lines.size(); i++) {
      const std::string_view line = lines[i];
      if (line.empty()) continue;
      number_ = static_cast<int>(i) + 1;
      if (!LooksLikePath(line)) {
        if (!skipping_) ReadHeader(line);
        continue;
      }
      Finish();
      skipping_ = false;
      if (headers_.rules_.size() >= kMaxHeaderRules) {
        headers_.invalid_.push_back({"Maximum number of rules supported is " +
                                     std::to_string(kMaxHeaderRules) + ". Skipping remaining " +
                                     std::to_string(lines.size() - i) + " lines of file."});
        return;
      }
      Begin(line);
    }
    Finish();
  }

 private:
  void Refuse(std::string message, std::string_view line) {
    headers_.invalid_.push_back({std::move(message), std::string(line), number_});
  }

  void Begin(std::string_view line) {
    const RuleUrl path = ReadRuleUrl(line, RuleUrlKind::kHeaderSource);
    const std::string wrong = path.error.empty() ? WrongWildcards(path.text) : path.error;
    if (!wrong.empty()) {
      Refuse(wrong, line);
      skipping_ = true;
      return;
    }
    rule_.emplace();
    rule_->path = path.text;
    rule_->pattern = *PathPattern::Compile(path.text, PatternSyntax::kPlaceholders);
    rule_->with_host = HasHost(path.text);
    rule_line_ = line;
    rule_number_ = number_;
  }

  void ReadHeader(std::string_view line) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      if (!rule_) return Refuse("Expected a path beginning with at least one forward-slash", line);
      if (line.starts_with(kUnset)) {
        rule_->unset.push_back(base::LowerCased(base::Trimmed(line.substr(kUnset.size()))));
        return;
      }
      return Refuse("Expected a colon-separated header pair (e.g. name: value)", line);
    }
    const std::string name = base::LowerCased(base::Trimmed(line.substr(0, colon)));
    const std::string value(base::Trimmed(line.substr(colon + 1)));
    if (name.find(' ') != std::string::npos) {
      return Refuse("Header name cannot include spaces", line);
    }
    if (name.empty()) return Refuse("No header name specified", line);
    if (value.empty()) return Refuse("No header value specified", line);
    if (!IsToken(name) || value.find_first_of(std::string_view("\0\r", 2)) != std::string::npos) {
      return Refuse("The header has a character that HTTP does not allow", line);
    }
    if (!rule_) {
      return Refuse("Path should come before header (" + name + ": " + value + ")", line);
    }
    for (auto& [known, joined] : rule_->set) {
      if (known != name) continue;
      joined += ", " + value;
      return;
    }
    rule_->set.emplace_back(name, value);
  }

  void Finish() {
    if (!rule_) return;
    if (rule_->set.empty() && rule_->unset.empty()) {
      headers_.invalid_.push_back({"No headers specified", std::string(rule_line_), rule_number_});
    } else {
      // A path that comes again says all anew.
      const auto same = std::find_if(headers_.rules_.begin(), headers_.rules_.end(),
                                     [&](const Rule& other) { return other.path == rule_->path; });
      if (same != headers_.rules_.end()) {
        *same = std::move(*rule_);
      } else {
        headers_.rules_.push_back(std::move(*rule_));
      }
    }
    rule_.reset();
  }

  AssetHeaders& headers_;
  std::optional<Rule> rule_;
  std::string_view rule_line_;
  int rule_number_ = 0;
  int number_ = 0;
  bool skipping_ = false;  // until the next path
};

AssetHeaders::AssetHeaders(std::string_view text) { Reader(*this).Read(text); }

void AssetHeaders::Apply(std::string_view hostname, std::string_view path,
                         std::string& packed_head) const {
  using Header = std::pair<std::string, std::string>;
  std::optional<std::vector<Header>> headers;  // taken apart when the first rule matches
  std::vector<std::string> set_here;
  const std::string with_host = "https://" + std::string(hostname) + std::string(path);
  for (const Rule& rule : rules_) {
    const auto captures = rule.pattern.Match(rule.with_host ? std::string_view(with_host) : path);
    if (!captures) continue;
    if (!headers) {
      headers.emplace();
      base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
        headers->emplace_back(name, value);
      });
    }
    const auto remove = [&headers](const std::string& name) {
      std::erase_if(*headers, [&name](const Header& header) { return header.first == name; });
    };
    for (const std::string& name : rule.unset) remove(name);
    for (const auto& [name, value] : rule.set) {
      if (std::find(set_here.begin(), set_here.end(), name) == set_here.end()) {
        remove(name);
        set_here.push_back(name);
      }
      // A '*' may have stood for nothing.
      headers->emplace_back(name, base::Trimmed(FillIn(value, *captures)));
    }
  }
  if (!headers) return;
  std::string changed(base::PackedStart(packed_head));
  for (const auto& [name, value] : *headers) base::AppendPackedHeader(changed, name, value);
  packed_head = std::move(changed);
}

}  // namespace isolane::wrangler
