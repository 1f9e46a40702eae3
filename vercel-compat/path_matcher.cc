#include "vercel-compat/path_matcher.h"

#include <algorithm>
#include <utility>

namespace isolane::vercel {
namespace {

bool IsSpecial(char c) {
  return std::string_view("^$\\.*+?()[]{}|").find(c) != std::string_view::npos;
}

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool IsQuantifier(char c) { return c == '*' || c == '+' || c == '?' || c == '{'; }

// Takes one plain character, escaped or not, from the front of `source`.
std::optional<char> TakePlain(std::string_view& source) {
  if (source.empty()) return std::nullopt;
  const size_t size = source.front() == '\\' ? 2 : 1;
  if (source.size() < size) return std::nullopt;
  const char c = source[size - 1];
  if (size == 1 ? IsSpecial(c) : IsAlphanumeric(c)) return std::nullopt;
  if (source.size() > size && IsQuantifier(source[size])) return std::nullopt;
  source.remove_prefix(size);
  return c;
}

bool Take(std::string_view& source, std::string_view text) {
  if (!source.starts_with(text)) return false;
  source.remove_prefix(text.size());
  return true;
}

// "[^/]+?", however its '/' is written.
bool TakeSegment(std::string_view& source) {
  return Take(source, "[^/]+?") || Take(source, "[^\\/]+?");
}

bool HasLineBreak(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos;
}

}  // namespace

// Recognizes simple expressions: those in which a segment is always followed by a '/' or the end,
// so that there is one way to match, and no way back to try.
class PathMatcher::Reader {
 public:
  explicit Reader(std::string_view source) : rest_(source) {}

  bool Read(PathMatcher& matcher) {
    if (!Take(rest_, "^")) return false;
    while (!Take(rest_, "$")) {
      if (rest_.empty() || !ReadPart(matcher)) return false;
      if (matcher.tail_ != Tail::kNothing) return rest_ == "$";
    }
    if (!text_.empty()) matcher.steps_.push_back({text_, false});
    return rest_.empty();
  }

 private:
  bool ReadPart(PathMatcher& matcher) {
    if (const auto plain = TakePlain(rest_)) {
      if (after_segment_ && *plain != '/') return false;
      after_segment_ = false;
      text_ += *plain;
      return true;
    }
    if (after_segment_ && !rest_.starts_with("(?:")) return false;
    if (Take(rest_, "(.*)")) return EndWith(matcher, Tail::kAnything, "");
    if (Take(rest_, "([^/]+?)") || Take(rest_, "([^\\/]+?)")) return AddSegment(matcher);
    return Take(rest_, "(?:") && ReadGroup(matcher);
  }

  // Behind "(?:": a parameter with the text before it.
  bool ReadGroup(PathMatcher& matcher) {
    std::string text;
    while (const auto plain = TakePlain(rest_)) text += *plain;
    if (text.empty() || (after_segment_ && text.front() != '/')) return false;
    after_segment_ = false;
    if (Take(rest_, "(.*))")) {
      if (rest_ != "$") return false;
      text_ += text;
      return EndWith(matcher, Tail::kAnything, "");
    }
    if (Take(rest_, "((?:")) return text == "/" && ReadSegments(matcher);
    if (!Take(rest_, "(") || !TakeSegment(rest_) || !Take(rest_, "))")) return false;
    if (Take(rest_, "?")) return EndWith(matcher, Tail::kOptionalSegment, text);
    text_ += text;
    return AddSegment(matcher);
  }

  // Behind "(?:/((?:".
  bool ReadSegments(PathMatcher& matcher) {
    if (!TakeSegment(rest_) || !Take(rest_, ")(?:")) return false;
    if (TakePlain(rest_) != '/' || !Take(rest_, "(?:") || !TakeSegment(rest_)) return false;
    if (!Take(rest_, "))*))")) return false;
    return EndWith(matcher, Take(rest_, "?") ? Tail::kOptionalSegments : Tail::kSegments, "/");
  }

  bool AddSegment(PathMatcher& matcher) {
    if (!rest_.empty() && IsQuantifier(rest_.front())) return false;
    matcher.steps_.push_back({std::move(text_), true});
    text_.clear();
    matcher.group_count_++;
    after_segment_ = true;
    return true;
  }

  bool EndWith(PathMatcher& matcher, Tail tail, std::string text) {
    if (!text_.empty()) matcher.steps_.push_back({std::move(text_), false});
    text_.clear();
    matcher.tail_ = tail;
    matcher.tail_text_ = std::move(text);
    matcher.group_count_++;
    return true;
  }

  std::string_view rest_;
  std::string text_;
  bool after_segment_ = false;
};

Result<PathMatcher> PathMatcher::Compile(const std::string& source, base::RegexEngine& regexes) {
  PathMatcher simple;
  if (Reader(source).Read(simple)) {
    // A tail alone may match nothing at all.
    simple.begins_with_slash_ =
        !simple.steps_.empty() && simple.steps_.front().text.starts_with('/');
    return simple;
  }
  return CompileByEngine(source, regexes);
}

Result<PathMatcher> PathMatcher::CompileByEngine(const std::string& source,
                                                 base::RegexEngine& regexes) {
  PathMatcher matcher;
  ISOLANE_ASSIGN(matcher.regex_, regexes.Compile(source));
  matcher.group_count_ = matcher.regex_->group_names().size();
  std::string_view rest = source;
  // With alternatives nothing is certain.
  if (Take(rest, "^") && source.find('|') == std::string::npos) {
    const bool in_group = Take(rest, "(?:");
    while (const auto plain = TakePlain(rest)) matcher.prefix_ += *plain;
    // A group may be optional.
    if (in_group) matcher.prefix_.clear();
  }
  matcher.begins_with_slash_ = matcher.prefix_.starts_with('/');
  return matcher;
}

int PathMatcher::GroupOf(std::string_view name) const {
  if (regex_ == nullptr || name.empty()) return -1;
  const std::vector<std::string>& names = regex_->group_names();
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

bool PathMatcher::Match(std::string_view path, Captures& captures) const {
  const auto match = [&](std::string_view text) {
    if (regex_ == nullptr) return MatchSimple(text, captures);
    if (!text.starts_with(prefix_) || !regex_->Exec(text, &captures.storage)) return false;
    captures.groups.clear();
    for (const auto& group : captures.storage) {
      captures.groups.push_back(group ? std::string_view(*group) : std::string_view());
    }
    return true;
  };
  if (match(path)) return true;
  if (begins_with_slash_ && !path.starts_with("//")) return false;
  return path.starts_with('/') && match(path.substr(1));
}

bool PathMatcher::MatchSimple(std::string_view path, Captures& captures) const {
  std::string_view rest = path;
  captures.groups.clear();
  captures.groups.push_back(path);
  for (const Step& step : steps_) {
    if (!rest.starts_with(step.text)) return false;
    rest.remove_prefix(step.text.size());
    if (!step.segment) continue;
    const size_t end = std::min(rest.find('/'), rest.size());
    if (end == 0) return false;
    captures.groups.push_back(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return MatchTail(path, rest, captures);
}

bool PathMatcher::MatchTail(std::string_view path, std::string_view rest,
                            Captures& captures) const {
  switch (tail_) {
    case Tail::kNothing:
      return rest.empty();
    case Tail::kAnything:
      if (HasLineBreak(rest)) return false;
      captures.groups.push_back(rest);
      return true;
    case Tail::kOptionalSegment:
      captures.groups.emplace_back();
      if (rest.empty()) return true;
      if (!rest.starts_with(tail_text_)) return false;
      rest.remove_prefix(tail_text_.size());
      captures.groups.back() = rest;
      return !rest.empty() && rest.find('/') == std::string_view::npos;
    case Tail::kSegments:
    case Tail::kOptionalSegments:
      captures.groups.emplace_back();
      if (rest.empty()) return tail_ == Tail::kOptionalSegments;
      if (rest.front() != '/' || rest.back() == '/') return false;
      if (rest.find("//") != std::string_view::npos) return false;
      captures.groups.back() = rest.substr(1);
      return true;
  }
  return path.empty();
}

}  // namespace isolane::vercel
